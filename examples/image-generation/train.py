"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag.

Leaves in runs/<name>/: config.json, meta.json, history.csv, best.pt (to answer with) and last.pt (all to go on with).
"""

import copy
import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path

import common
import data as data_module
import loss
import net
import runs
from common import Problem
from config import Config
from data import Data
from runs import State

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

fresh = net.build  # a model that knows nothing yet, ready for `fit`; the seed decides its weights
SMALL_STEP = 3_000_000  # parameters times rows


def train_step(model: nn.Module, optimizers: list, real: torch.Tensor, config: Config) -> torch.Tensor:
    """A step of the discriminator, then one of the generator; returns the sum of their losses before it, a scalar."""
    noise = torch.randn(len(real), config.latent, device=real.device)  # fresh, or a list would be learnt by heart
    bfloat16 = torch.autocast(real.device.type, torch.bfloat16, config.precision == "bfloat16")
    with bfloat16:
        made = model(noise)
        tell_apart = loss.tell_apart(model, real, made)
    descend(tell_apart, model.discriminator, optimizers[0], config)
    with bfloat16:
        fool = loss.fool(model, made)
    descend(fool, model.generator, optimizers[1], config)
    return tell_apart.detach() + fool.detach()


def descend(value: torch.Tensor, player: nn.Module, optimizer: torch.optim.Optimizer, config: Config) -> None:
    """One step of one player down the gradient of its own loss; the other one stands still."""
    optimizer.zero_grad(set_to_none=True)
    value.backward(inputs=list(player.parameters()))
    nn.utils.clip_grad_norm_(player.parameters(), config.clip)
    optimizer.step()


def fit(model: nn.Module, data: Data, config: Config, run: Path, pressed: Sequence[int] = ()) -> list[list[float]]:
    """Train until epochs or minutes are over or valid no longer improves; goes on where last.pt of the run stands.

    Keeps the best weights in best.pt. A run that was interrupted and goes on ends with the same weights as one that
    was not. Returns the rows of history.csv; `pressed` fills when Ctrl-C is pressed.
    """
    device = next(model.parameters()).device
    players = model.discriminator, model.generator
    optimizers = [torch.optim.Adam(player.parameters(), betas=(config.beta1, config.beta2)) for player in players]
    state = State()
    if (run / net.LAST).is_file():
        last = net.load(run / net.LAST, config)
        net.set_weights(model, last["weights"], run / net.LAST)
        for optimizer, memory in zip(optimizers, last["optimizers"], strict=True):
            optimizer.load_state_dict(memory)
        state = State(**last["state"])
        state.saved(run, config, ())  # again, as a kill may have come before it
    best_weights = None
    if config.compile:
        model.generator.compile()
        model.discriminator.compile()

    def save() -> None:
        """Write best.pt, then last.pt; a kill between them does no harm, as going on from last.pt writes it again."""
        nonlocal best_weights
        if best_weights is not None:
            net.save(run / net.BEST, config, weights=best_weights)
            best_weights = None
        learnt = {"weights": model.state_dict(), "optimizers": [optimizer.state_dict() for optimizer in optimizers]}
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
            for optimizer in optimizers:
                optimizer.param_groups[0]["lr"] = state.rate
            net.seed_step(config.seed, state.steps, device)
            real = net.to_tensor(data.train.targets[rows], device)
            loss_sum += train_step(model, optimizers, real, config)
            state.end_step()
            if state.step < len(steps) and state.to_be_saved(pressed, config.checkpoint_seconds):
                state.loss_sum = float(loss_sum)
                save()
        output = net.outputs(model, data.valid.inputs, data.valid.targets, data.meta, config.precision)
        noise = data_module.noise((data_module.SNAPSHOTS, config.latent), data_module.PROGRESS_SEED)
        made = net.outputs(model, noise, None, data.meta, config.precision)
        data_module.keep_snapshot(run, made, state.epoch)
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
            loss.loss(copy.deepcopy(model).to(device), *net.tensors(few, slice(0, 2), device), data.meta).backward()
        except (RuntimeError, NotImplementedError, AssertionError) as error:
            print(f"{device} is passed over, its trial step failed: {str(error).splitlines()[0]}")
            device = torch.device("cpu")
    if config.compile and device.type != "cuda":
        raise Problem(f"--compile pays on CUDA only, and this is {device}; leave it out", 2)
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
