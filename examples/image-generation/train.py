"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag."""

import copy
import dataclasses
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

import checkpoint
import cli
import data as data_module
import device as devices
import history
import inference
import loss
import metrics
import models
import runs
import schedule
from config import Config
from progress import Progress
from splits import Data, Split, subset, take

SMOKE_ROWS, SMOKE_STEPS = 256, 40


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("--out", metavar="RUN", help="name of the run [<time>-<model>]")
    parser.add_argument("--resume", metavar="RUN", help="go on with a run that was interrupted")
    parser.add_argument("--smoke", action="store_true", help="a few seconds on few rows: does everything work?")
    args, config = cli.parse_with_knobs(parser)
    if args.resume:
        run = runs.find(args.resume)
        config, facts = resumed(run, args, config)
        smoke = facts["smoke"]
    else:
        smoke = args.smoke
    data = data_module.load(runs.located(config))
    if smoke:
        data = fewer_rows(data)
        config = config if args.resume or config.epochs else dataclasses.replace(config, steps=SMOKE_STEPS)
    torch.manual_seed(config.seed)
    model = models.build(data.meta, config)
    device = devices.choose(config.device, lambda device: trial(model, data, device))
    if config.compile and device.type != "cuda":
        raise cli.Misuse(f"--compile pays on CUDA only, and this is {device.type}; leave it out")
    if not args.resume:
        precision = devices.choose_precision(config.precision, device, model)
        config = dataclasses.replace(schedule.resolve(config, len(data.train)), precision=precision)
        run = runs.start(config, args.out)
        runs.write_json(run / "meta.json", data.meta)
        runs.save_config(run, config, smoke=smoke)
    model = devices.place(model, device, config.precision)
    devices.use_threads(model, config.batch_size)
    print(
        f"{config.model} with {inference.parameter_count(model):,} parameters on {device.type} in {config.precision}; "
        f"{len(data.train)} train and {len(data.valid)} valid rows, batch size {config.batch_size}, "
        + (f"{config.minutes:g} minutes" if config.minutes else f"{config.epochs} epochs")
    )
    yardstick = loss.yardstick(model, data, fixed_batch(data, device))
    try:
        fit(model, data, config, run)
    except (torch.OutOfMemoryError, RuntimeError, MemoryError) as error:
        if isinstance(error, RuntimeError) and "memory" not in str(error).lower():
            raise
        half = max(1, config.batch_size // 2)
        raise cli.Fault(f"out of memory with batch size {config.batch_size}; try --batch-size {half}") from None
    if smoke:
        after = loss.yardstick(model, data, fixed_batch(data, device))
        if not after < yardstick:
            raise cli.Fault(f"smoke run: the loss on a fixed batch did not fall ({yardstick:.4f} to {after:.4f})")
        print(f"smoke run passed: {yardstick:.4f} fell to {after:.4f}")
    print(f"run {run.name} is done; next: python evaluate.py")


def resumed(run: Path, args: Any, default: Config) -> tuple[Config, dict[str, Any]]:
    """The config of the run to go on with; its knobs are fixed, only the data may have moved."""
    config, facts = runs.read_config(run)
    given = [
        f.name for f in dataclasses.fields(default) if getattr(args, f.name, None) is not None and f.name != "data"
    ]
    if given or args.out or args.smoke:
        raise cli.Misuse(f"a resumed run keeps its settings; leave out --{(given or ['out or --smoke'])[0]}")
    return (dataclasses.replace(config, data=args.data) if args.data else config), facts


def fewer_rows(data: Data) -> Data:
    """At most SMOKE_ROWS rows of train and valid, spread over all of them; test stays closed."""
    few = [
        subset(split, np.unique(np.linspace(0, len(split) - 1, SMOKE_ROWS).astype(int)))
        for split in (data.train, data.valid)
    ]
    return dataclasses.replace(data, train=few[0], valid=few[1])


def fixed_batch(data: Data, device: torch.device) -> tuple[Any, Any]:
    """The first training rows as tensors."""
    return cut(data.train, slice(0, min(64, len(data.train))), device)


def cut(split: Split, rows: Any, device: torch.device) -> tuple[Any, Any]:
    """Inputs and targets of some rows as tensors on a device."""
    return devices.to_tensors(take(split.inputs, rows), device), devices.to_tensors(take(split.targets, rows), device)


def trial(model: nn.Module, data: Data, device: torch.device) -> None:
    """One forward and backward pass on a device; raises what goes wrong there."""
    twin = devices.place(copy.deepcopy(model), device, "float32")
    loss.loss(twin, *cut(data.train, slice(0, 2), device), data.meta).backward()


def make_optimizer(model: nn.Module, config: Config) -> torch.optim.Optimizer:
    """AdamW that leaves biases and gains, all that is no matrix, out of the weight decay."""
    matrices = [parameter for parameter in model.parameters() if parameter.ndim >= 2]
    others = [parameter for parameter in model.parameters() if parameter.ndim < 2]
    groups = [{"params": matrices, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(config.beta1, config.beta2), fused=True)


def batches(rows: int, batch_size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """All rows in an order that only seed and epoch decide, in steps of nearly equal size."""
    order = np.random.default_rng((seed, epoch)).permutation(rows)
    return np.array_split(order, math.ceil(rows / batch_size))


def train_batch(split: Split, rows: np.ndarray, device: torch.device, key: tuple[int, int, int]) -> tuple[Any, Any]:
    """A training batch, augmented where the task says how; `key` (seed, epoch, step) decides all that is random."""
    inputs, targets = take(split.inputs, rows), take(split.targets, rows)
    if hasattr(data_module, "augment"):
        inputs, targets = data_module.augment(inputs, targets, np.random.default_rng(key))
    devices.seed(device, (key[0] * 100_003 + key[1]) * 1_000_003 + key[2])  # dropout too
    return devices.to_tensors(inputs, device), devices.to_tensors(targets, device)


def train_step(
    model: nn.Module, optimizer: torch.optim.Optimizer, batch: tuple[Any, Any], meta: dict, clip: float, rate: float
) -> torch.Tensor:
    """One step down the gradient; returns the loss before it, a scalar tensor."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    with devices.autocast(model):
        value = loss.loss(model, *batch, meta)
    optimizer.zero_grad(set_to_none=True)
    value.backward()
    nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    return value.detach()


def fit(model: nn.Module, data: Data, config: Config, run: Path) -> None:
    """Train until the epochs or the minutes are over or valid no longer improves; best.* keeps the best weights.

    All that is random comes from (seed, epoch, step), so a run resumed from last.pt ends with the same weights.
    """
    device = next(model.parameters()).device
    optimizer = make_optimizer(model, config)
    saver = checkpoint.Saver(run, model, optimizer, config)
    progress, rows = saver.resume()
    began = time.monotonic() - progress.seconds
    interrupted = cli.watch_interrupts()
    step_model = torch.compile(model) if config.compile else model
    valid_truth = metrics.truth(data.valid, data.meta)
    print(history.header(data.meta.get("metric", metrics.NAME)))
    while not progress.finished:
        order = batches(len(data.train), config.batch_size, config.seed, progress.epoch)
        loss_sum = torch.tensor(progress.loss_sum, device=device)
        model.train()
        for index in epoch_bar(order, progress):
            done = progress.share_done(config, len(order))
            if done >= 1:  # time is up in the middle of an epoch
                break
            batch = train_batch(data.train, index, device, (config.seed, progress.epoch, progress.step))
            progress.rate = schedule.learning_rate(config, done)
            loss_sum += train_step(step_model, optimizer, batch, data.meta, config.clip, progress.rate)
            progress.step, progress.steps = progress.step + 1, progress.steps + 1
            progress.seconds = time.monotonic() - began
            if interrupted() or time.monotonic() - saver.saved_at > config.checkpoint_seconds:
                progress.loss_sum = float(loss_sum)
                saver.save(progress)
            if interrupted():
                raise cli.Interrupted(f"interrupted and saved; go on with: python train.py --resume {run.name}")
        train_loss = float(loss_sum) / max(progress.step, 1)
        if not math.isfinite(train_loss):
            rate = config.learning_rate / 10
            raise cli.Fault(f"the loss became {train_loss} in epoch {progress.epoch}; try --learning-rate {rate:g}")
        output = inference.outputs(model, data.valid, data.meta)
        score, valid_loss = metrics.score(valid_truth, output, data.meta), metrics.loss(valid_truth, output, data.meta)
        kept = progress.take(score, valid_loss)
        if kept:
            saver.keep()
        progress.seconds = time.monotonic() - began
        losses = train_loss, valid_loss, score
        figures = progress.epoch, progress.steps, *losses, progress.rate, round(progress.seconds, 3), kept
        rows.append(dict(zip(history.COLUMNS, map(float, figures), strict=True)))
        history.write(run, rows)
        print(history.line(rows[-1]), flush=True)
        if hasattr(loss, "after_epoch"):
            loss.after_epoch(model, run, data, progress.epoch)
        progress.end_epoch(config)
        saver.save(progress, every=0.0 if progress.finished else 1.0)


def epoch_bar(order: list[np.ndarray], progress: Progress) -> Iterator[np.ndarray]:
    """The steps of an epoch that are still to do, behind a progress bar where that takes longer than a moment."""
    todo = order[progress.step :]
    return iter(
        tqdm(
            todo, f"epoch {progress.epoch}", initial=progress.step, total=len(order), delay=2, leave=False, disable=None
        )
    )


if __name__ == "__main__":
    cli.run(main)
