"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag."""

import cli  # before all others, to say which package is missing

# isort: split
import copy
import time
from pathlib import Path

import torch
from torch import nn

import loss
import models
from config import Config
from engine import device as devices
from engine import feed, history, inference, schedule, steps
from engine.saver import Saver
from engine.session import Session
from splits import Data, take


def main() -> None:
    session = Session(__doc__)
    data = session.data
    torch.manual_seed(session.config.seed)
    model = models.build(data.meta, session.config)
    device = devices.choose(session.config.device, lambda device: trial(model, data, device))
    if session.config.compile and device.type != "cuda":
        raise cli.Misuse(f"--compile pays on CUDA only, and this is {device.type}; leave it out")
    run = session.start(precision=devices.choose_precision(session.config.precision, device, model))
    model = devices.place(model, device, session.config.precision)
    devices.use_threads(model, session.config.batch_size)
    session.announce(inference.parameter_count(model), device.type)
    before = session.yardstick(model)
    try:
        fit(model, data, session.config, run)
    except (torch.OutOfMemoryError, RuntimeError, MemoryError) as error:
        if isinstance(error, RuntimeError) and "memory" not in str(error).lower():
            raise
        raise session.out_of_memory() from None
    session.end(before, model)


def trial(model: nn.Module, data: Data, device: torch.device) -> None:
    """One forward and backward pass on a device; raises what goes wrong there."""
    twin = devices.place(copy.deepcopy(model), device, "float32")
    arrays = take(data.train.inputs, slice(0, 2)), take(data.train.targets, slice(0, 2))
    loss.loss(twin, *(devices.to_tensors(array, device) for array in arrays), data.meta).backward()


def fit(model: nn.Module, data: Data, config: Config, run: Path) -> None:
    """Train until the epochs or the minutes are over or valid no longer improves; best.* keeps the best weights.

    All that is random comes from (seed, epoch, step), so a run resumed from last.pt ends with the same weights.
    """
    device = next(model.parameters()).device
    optimizer = steps.make_optimizer(model, config)
    saver = Saver(run, model, optimizer, config)
    progress = saver.resume()
    began = time.monotonic() - progress.seconds
    interrupted = cli.watch_interrupts()
    step_model = torch.compile(model) if config.compile else model
    log = history.Log(run, data, progress)
    while not progress.finished:
        order = feed.order(len(data.train), config.batch_size, config.seed, progress.epoch)
        loss_sum = torch.tensor(progress.loss_sum, device=device)
        model.train()
        for rows in feed.bar(order, progress):
            done = progress.share_done(config, len(order))
            if done >= 1:  # time is up in the middle of an epoch
                break
            batch = steps.train_batch(data.train, rows, device, (config.seed, progress.epoch, progress.step))
            progress.rate = schedule.learning_rate(config, done)
            loss_sum += steps.train_step(step_model, optimizer, batch, data.meta, config.clip, progress.rate)
            progress.step, progress.steps = progress.step + 1, progress.steps + 1
            progress.seconds = time.monotonic() - began
            if interrupted() or time.monotonic() - saver.saved_at > config.checkpoint_seconds:
                progress.loss_sum = float(loss_sum)
                saver.save(progress)
            if interrupted():
                raise cli.Interrupted(f"interrupted and saved; go on with: python train.py --resume {run.name}")
        progress.loss_sum = float(loss_sum)
        progress.check_loss(config)
        output = inference.outputs(model, data.valid, data.meta)
        progress.seconds = time.monotonic() - began
        if log.epoch(progress, output, model):
            saver.keep()
        progress.end_epoch(config)
        saver.save(progress, every=0.0 if progress.finished else 1.0)


if __name__ == "__main__":
    cli.run(main)
