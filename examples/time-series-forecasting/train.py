"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag.

Leaves in runs/<name>/: config.json, meta.json, history.csv, best.pt (to answer with) and last.pt (all to go on with).
"""

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import common
import net
import runs
from common import Problem
from config import Config
from data import Data
from loss import loss
from runs import State

import numpy as np
import torch
from torch import nn
from tqdm import tqdm


def make_optimizer(model: nn.Module, config: Config) -> torch.optim.Optimizer:
    """AdamW; biases and gains, all that is no matrix, are left out of the weight decay."""
    matrices = [parameter for parameter in model.parameters() if parameter.ndim >= 2]
    others = [parameter for parameter in model.parameters() if parameter.ndim < 2]
    groups = [{"params": matrices, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, betas=(config.beta1, config.beta2), fused=True)


def batches(rows: int, config: Config, epoch: int) -> list[np.ndarray]:
    """All rows in an order that seed and epoch decide, in steps of nearly equal size."""
    order = np.random.default_rng((config.seed, epoch)).permutation(rows)
    return np.array_split(order, math.ceil(rows / config.batch_size))


def train_step(
    model: nn.Module, optimizer: torch.optim.Optimizer, inputs: Any, targets: Any, meta: dict, config: Config
) -> torch.Tensor:
    """One step down the gradient; returns the loss before it, a scalar."""
    with net.autocast(inputs.device, config.precision):
        value = loss(model, inputs, targets, meta)
    optimizer.zero_grad(set_to_none=True)
    value.backward()
    nn.utils.clip_grad_norm_(model.parameters(), config.clip)
    optimizer.step()
    return value.detach()


def fit(model: nn.Module, data: Data, config: Config, run: Path, pressed: Sequence[int] = ()) -> list[list[float]]:
    """Train until epochs or minutes are over or valid no longer improves; goes on where last.pt of the run stands.

    Keeps the best weights in best.pt. A run that was interrupted and goes on ends with the same weights as one that
    was not. Returns the rows of history.csv; `pressed` fills when Ctrl-C is pressed.
    """
    device = next(model.parameters()).device
    optimizer = make_optimizer(model, config)
    state = State()
    if (run / net.LAST).is_file():
        last = net.load(run / net.LAST, config)
        net.set_weights(model, last["weights"], run / net.LAST)
        optimizer.load_state_dict(last["optimizer"])
        state = State(**last["state"])
        state.saved(run, config, ())  # again, as a kill may have come before it
    best_weights = None
    step_model = torch.compile(model) if config.compile else model

    def save() -> None:
        """Write best.pt, then last.pt; a kill between them does no harm, as going on from last.pt writes it again."""
        nonlocal best_weights
        if best_weights is not None:
            net.save(run / net.BEST, config, weights=best_weights)
        learnt = {"weights": model.state_dict(), "optimizer": optimizer.state_dict()}
        net.save(run / net.LAST, config, **learnt, state=dataclasses.asdict(state))
        best_weights = None
        state.saved(run, config, pressed)

    print(runs.HEAD.format(data.meta["metric"]))
    while not state.over(config):
        order = batches(len(data.train.ids), config, state.epoch)
        loss_sum = torch.tensor(state.loss_sum, device=device)  # stays there: to read it each step would be slow
        model.train()
        for rows in tqdm(order[state.step :], f"epoch {state.epoch}", delay=2, leave=False, disable=None):
            done = state.share_done(config, len(order))
            if done >= 1:
                break  # the minutes are over
            state.rate = config.rate(done)
            for group in optimizer.param_groups:
                group["lr"] = state.rate
            net.seed_step(config.seed, state.steps, device)
            inputs, targets = net.tensors(data.train, rows, device)
            loss_sum += train_step(step_model, optimizer, inputs, targets, data.meta, config)
            state.end_step()
            if state.step < len(order) and state.to_be_saved(pressed, config.checkpoint_seconds):
                state.loss_sum = float(loss_sum)
                save()
        train_loss = float(loss_sum) / max(state.step, 1)
        output = net.outputs(model, data.valid.inputs, data.valid.targets, data.meta, config.precision)
        if state.end_epoch(train_loss, output, data, config):
            best_weights = net.weights_of(model)
        if state.over(config) or state.to_be_saved(pressed):
            save()
    return state.history


def fresh(meta: dict, config: Config) -> nn.Module:
    """A model that knows nothing yet, ready for `fit`; the seed decides its weights."""
    return net.build(meta, config)


def main() -> None:
    args, run, config, data = runs.begin(__doc__)
    few = runs.fewer(data.train)
    model = fresh(data.meta, config)
    device = net.choose_device(config.device)
    if config.device == "auto" and device.type != "cpu":
        device = net.try_step(model, few, data.meta, device)
    if config.compile and device.type != "cuda":
        raise Problem(f"--compile pays on CUDA only, and this is {device}; leave it out", 2)
    config = dataclasses.replace(config, precision=net.choose_precision(config.precision, device, model))
    run = run or runs.new(args.out, config, data.meta, args.smoke)
    model = model.to(device)
    net.use_threads(model, config.batch_size)
    length = f"{config.minutes:g} minutes" if config.minutes else f"{config.epochs} epochs"
    print(f"{config.model} with {net.parameter_count(model):,} parameters on {device} in {config.precision};")
    print(f"{len(data.train.ids)} train and {len(data.valid.ids)} valid rows, batch size {config.batch_size}, {length}")
    before = net.mean_loss(model, few, data.meta)
    try:
        fit(model, data, config, run, runs.watch_ctrl_c())
    except (torch.OutOfMemoryError, RuntimeError) as error:
        if "memory" not in str(error).lower():
            raise
        size = max(1, config.batch_size // 2)
        raise Problem(f"out of memory with batch size {config.batch_size}; try --batch-size {size}") from None
    runs.end(run, args.smoke, before, net.mean_loss(model, few, data.meta))


if __name__ == "__main__":
    common.run(main)
