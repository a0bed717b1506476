"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag.

Leaves in runs/<name>/: config.json, meta.json, history.csv, best.pt (to answer with) and last.pt (all to go on with).
"""

import copy
import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path

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

fresh = net.build  # a model that knows nothing yet, ready for `fit`; the seed decides its weights
SMALL_STEP = 3_000_000  # parameters times rows


def make_optimizer(model: nn.Module, config: Config) -> torch.optim.Optimizer:
    """AdamW; biases and gains, all that is no matrix, are left out of the weight decay."""
    matrices = [parameter for parameter in model.parameters() if parameter.ndim >= 2]
    others = [parameter for parameter in model.parameters() if parameter.ndim < 2]
    groups = [{"params": matrices, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, betas=(config.beta1, config.beta2), fused=True)


def fit(model: nn.Module, data: Data, config: Config, run: Path, pressed: Sequence[int] = ()) -> list[list[float]]:
    """Train until epochs or minutes are over or valid no longer improves; goes on where last.pt of the run stands.

    Keeps the best weights in best.pt. A run that was interrupted and goes on ends with the same weights as one that
    was not. Returns the rows of history.csv; `pressed` fills when Ctrl-C is pressed.
    """
    device = next(model.parameters()).device
    optimizer = make_optimizer(model, config)
    best_weights = None
    state = State()
    if (run / net.LAST).is_file():
        last = net.load(run / net.LAST, config)
        net.set_weights(model, last["weights"], run / net.LAST)
        optimizer.load_state_dict(last["optimizer"])
        state = State(**last["state"])
        state.saved(run, config, ())  # again, as a kill may have come before it

    def save() -> None:
        """Write best.pt, then last.pt; a kill between them does no harm, as going on from last.pt writes it again."""
        nonlocal best_weights
        if best_weights is not None:
            net.save(run / net.BEST, config, weights=best_weights)
            best_weights = None
        learnt = {"weights": model.state_dict(), "optimizer": optimizer.state_dict()}
        net.save(run / net.LAST, config, **learnt, state=dataclasses.asdict(state))
        state.saved(run, config, pressed)

    print(runs.HEAD.format(data.meta["metric"]))
    while not state.over(config):
        order = np.random.default_rng((config.seed, state.epoch)).permutation(len(data.train.ids))
        steps = np.array_split(order, math.ceil(len(order) / config.batch_size))  # of nearly equal size
        loss_sum = torch.tensor(state.loss_sum, device=device)  # stays there: to read it each step would be slow
        model.train()
        for rows in tqdm(steps[state.step :], f"epoch {state.epoch}", delay=2, leave=False, disable=None):
            done = state.share_done(config, len(steps))
            if done >= 1:
                break  # the minutes are over
            state.rate = config.rate(done)
            for group in optimizer.param_groups:
                group["lr"] = state.rate
            net.seed_step(config.seed, state.steps, device)
            inputs, targets = net.tensors(data.train, rows, device)
            with torch.autocast(device.type, torch.bfloat16, config.precision == "bfloat16"):
                value = loss(model, inputs, targets, data.meta)
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), config.clip)
            optimizer.step()
            loss_sum += value.detach()
            state.end_step()
            if state.step < len(steps) and state.to_be_saved(pressed, config.checkpoint_seconds):
                state.loss_sum = float(loss_sum)
                save()
        output = net.outputs(model, data.valid.inputs, data.valid.targets, data.meta, config.precision)
        if state.end_epoch(float(loss_sum) / max(state.step, 1), output, data, config):
            best_weights = copy.deepcopy(model.state_dict())
        if state.over(config) or state.to_be_saved(pressed):
            save()
    return state.history


def main() -> None:
    args, run, config, data = runs.begin(__doc__)
    few = runs.fewer(data.train)
    model = fresh(data.meta, config)
    device = net.choose_device(config.device)
    if config.device == "auto" and device.type != "cpu":
        try:  # a trial step
            loss(copy.deepcopy(model).to(device), *net.tensors(few, slice(0, 2), device), data.meta).backward()
        except (RuntimeError, NotImplementedError, AssertionError) as error:
            print(f"{device} is passed over, its trial step failed: {str(error).splitlines()[0]}")
            device = torch.device("cpu")
    if config.compile:
        if device.type != "cuda":
            raise Problem(f"--compile pays on CUDA only, and this is {device}; leave it out", 2)
        model.compile()
    config = dataclasses.replace(config, precision=net.choose_precision(config.precision, device, model))
    run = run or runs.new(args.out, config, data.meta, args.smoke)
    model = model.to(device)
    if net.parameter_count(model) * config.batch_size < SMALL_STEP:
        torch.set_num_threads(1)  # two would wait for each other longer than they work
    length = f"{config.minutes:g} minutes" if config.minutes else f"up to {config.epochs} epochs"
    print(f"{config.model} with {net.parameter_count(model):,} parameters on {device} in {config.precision}, {length};")
    print(f"{len(data.train.ids)} train and {len(data.valid.ids)} valid examples, batch size {config.batch_size}")
    before = net.mean_loss(model, few, data.meta)
    fit(model, data, config, run, runs.watch_ctrl_c())
    runs.end(run, args.smoke, before, net.mean_loss(model, few, data.meta))


if __name__ == "__main__":
    common.run(main)
