"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag."""

import cli  # before all others, to say which package is missing

# isort: split
import time
from pathlib import Path
from typing import Any

import models
from config import Config
from engine import checkpoint, feed, history, inference, schedule
from engine.progress import Progress
from engine.session import Session
from engine.step import Training
from splits import Data


def main() -> None:
    session = Session(__doc__)
    for name, only in (("device", "cpu"), ("precision", "float32")):
        if getattr(session.config, name) != only:
            raise cli.Misuse(f"--{name} {getattr(session.config, name)} means nothing to NumPy; leave it out")
    run = session.start()
    model = models.build(session.data.meta, session.config)
    session.announce(inference.parameter_count(model), "cpu")
    before = session.yardstick(model)
    fit(model, session.data, session.config, run)
    session.end(before, model)


def fit(model: Any, data: Data, config: Config, run: Path) -> None:
    """Train until the epochs or the minutes are over or valid no longer improves; best.npz keeps the best weights."""
    training, progress = Training(model, config, data.meta), Progress()
    if (run / "last.npz").is_file():
        progress = checkpoint.resume(run, training, config)
    began = time.monotonic() - progress.seconds
    interrupted = cli.watch_interrupts()
    log = history.Log(run, data, progress)
    while not progress.finished:
        order = feed.order(len(data.train), config.batch_size, config.seed, progress.epoch)
        for rows in feed.bar(order, progress):
            done = progress.share_done(config, len(order))
            if done >= 1:  # time is up in the middle of an epoch
                break
            progress.rate = schedule.learning_rate(config, done)
            batch = feed.batch(data.train, rows, (config.seed, progress.epoch, progress.step))
            progress.loss_sum += training.step(*batch, progress.rate)
            progress.step, progress.steps = progress.step + 1, progress.steps + 1
            progress.seconds = time.monotonic() - began
            if interrupted():
                checkpoint.save_last(run, training, config, progress)
                raise cli.Interrupted(f"interrupted and saved; go on with: python train.py --resume {run.name}")
        progress.check_loss(config)
        output = inference.outputs(model, data.valid, data.meta)
        progress.seconds = time.monotonic() - began
        if log.epoch(progress, output, model):
            checkpoint.save_best(run, model, config)
        progress.end_epoch(config)
        checkpoint.save_last(run, training, config, progress)


if __name__ == "__main__":
    cli.run(main)
