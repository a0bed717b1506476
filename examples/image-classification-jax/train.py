"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag."""

import cli  # before all others, to say which package is missing

# isort: split
import time
from pathlib import Path
from typing import Any

from config import Config
from engine import checkpoint, feed, history, inference, schedule
from engine import device as devices
from engine.session import Session
from engine.step import Training
from splits import Data


def main() -> None:
    session = Session(__doc__)
    data = session.data
    mesh = devices.choose(session.config.device)
    run = session.start(precision=devices.choose_precision(session.config.precision, mesh))
    try:
        model = devices.place(inference.fresh(data.meta, session.config), mesh, session.config.precision)
        session.announce(inference.parameter_count(model), devices.describe(mesh))
        before = session.yardstick(model)
        fit(model, data, session.config, run)
        session.end(before, model)
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, RuntimeError) and "RESOURCE_EXHAUSTED" not in str(error):
            raise
        raise session.out_of_memory() from None


def fit(model: Any, data: Data, config: Config, run: Path) -> None:
    """Train until the epochs or the minutes are over or valid no longer improves; best.* keeps the best weights.

    All that is random comes from (seed, epoch, step), so a run resumed from last.* ends with the same weights.
    """
    training = Training(model, config, data.meta)
    saver = checkpoint.Saver(run, training, config)
    progress = saver.resume()
    began = time.monotonic() - progress.seconds
    interrupted = cli.watch_interrupts()
    log = history.Log(run, data, progress)
    while not progress.finished:
        order = feed.order(len(data.train), config.batch_size, config.seed, progress.epoch)
        for rows in feed.bar(order, progress):
            done = progress.share_done(config, len(order))
            if done >= 1:  # time is up in the middle of an epoch
                break
            key = (config.seed, progress.epoch, progress.step)
            progress.rate = schedule.learning_rate(config, done)
            batch = training.batch(data.train, rows, key, len(order[0]))
            training.step(batch, key, progress.rate)
            progress.step, progress.steps = progress.step + 1, progress.steps + 1
            progress.seconds = time.monotonic() - began
            if interrupted() or time.monotonic() - saver.saved_at > config.checkpoint_seconds:
                progress.loss_sum = sum(training.losses(), progress.loss_sum)
                saver.save(progress)
            if interrupted():
                raise cli.Interrupted(f"interrupted and saved; go on with: python train.py --resume {run.name}")
        progress.loss_sum = sum(training.losses(), progress.loss_sum)
        progress.check_loss(config)
        output = inference.outputs(training.learnt(), data.valid, data.meta)
        progress.seconds = time.monotonic() - began
        if log.epoch(progress, output, model):
            saver.keep()
        progress.end_epoch(config)
        saver.save(progress, every=0.0 if progress.finished else 1.0)


if __name__ == "__main__":
    cli.run(main)
