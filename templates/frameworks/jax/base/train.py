"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag.

Leaves in runs/<name>/: config.json, meta.json, history.csv, best.safetensors (to answer with) and last.safetensors
(all to go on with).
"""

import dataclasses
import functools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import common
import net
import runs
from config import Config
from data import Data
from loss import loss
from runs import State

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from tqdm import tqdm

fresh = net.build  # a model that knows nothing yet, ready for `fit`
AT_ONCE = 8  # steps in a compiled call, as a call takes longer than a step of a small network


@functools.cache  # equal knobs, one optimiser: then check.py need not compile the step anew
def make_optimizer(beta1: float, beta2: float, weight_decay: float, clip: float) -> optax.GradientTransformation:
    """AdamW after clipping; biases and gains, all that is no matrix, are left out of the weight decay."""
    matrices = functools.partial(jax.tree.map, lambda parameter: parameter.ndim >= 2)
    adamw = optax.inject_hyperparams(optax.adamw, static_args=("mask",))  # so that each step can set its rate
    return optax.chain(
        optax.clip_by_global_norm(clip),
        adamw(0.0, beta1, beta2, weight_decay=weight_decay, mask=matrices),
    )


def train_step(
    model: nnx.Module, optimizer: nnx.Optimizer, batch: Any, key: Any, rate: Any, *, meta: net.Static, precision: str
) -> jax.Array:
    """One step down the gradient at the learning rate `rate`; returns the loss before it, a scalar.

    batch  inputs and targets, (rows, …) each
    key    of the run: with the step's number it decides all chance, such as dropout
    """

    def objective(model: nnx.Module) -> jax.Array:
        return loss(model, *batch, meta, nnx.Rngs(jax.random.fold_in(key, optimizer.step[...])))

    with jax.default_matmul_precision(precision):
        value, gradients = nnx.value_and_grad(objective)(model)
    optimizer.opt_state[1].hyperparams["learning_rate"][...] = rate
    optimizer.update(model, gradients)
    return value


@nnx.jit(static_argnames=("meta", "precision"))
def train_steps(
    model: nnx.Module,
    optimizer: nnx.Optimizer,
    batches: Any,
    key: Any,
    rate: Any,
    *,
    meta: net.Static,
    precision: str,
) -> jax.Array:
    """Steps one after the other, in one compiled call; returns the sum of their losses, a scalar.

    batches  inputs and targets, (steps, rows, …) each
    """

    def step(learner: Any, batch: Any) -> tuple[Any, jax.Array]:
        return learner, train_step(*learner, batch, key, rate, meta=meta, precision=precision)

    learner = model, optimizer
    if len(batches[0]) == 1:  # no loop, in which convolutions are slow on CPUs
        return step(learner, [part[0] for part in batches])[1]
    loop = nnx.scan(step, in_axes=(nnx.Carry, 0), out_axes=(nnx.Carry, 0))
    losses = loop(learner, batches)[1]
    return losses.sum()


def fit(model: nnx.Module, data: Data, config: Config, run: Path, pressed: Sequence[int] = ()) -> list[list[float]]:
    """Train until epochs or minutes are over or valid no longer improves; goes on where `last` of the run stands.

    Keeps the best weights in `best`. A run that was interrupted and goes on ends with the same weights as one that was
    not. Returns the rows of history.csv; `pressed` fills when Ctrl-C is pressed.
    """
    model.train()
    knobs = config.beta1, config.beta2, config.weight_decay, config.clip
    optimizer = net.place(nnx.Optimizer(model, make_optimizer(*knobs), wrt=nnx.Param), config.device)
    best_weights = None
    state = State()
    if (run / net.LAST).is_file():
        state = State(**net.load(run / net.LAST, config, (model, optimizer)))
        state.saved(run, config, ())  # again, as a kill may have come before it
    steps = nnx.cached_partial(train_steps, model, optimizer)  # spares going through all layers at each call
    constants = {"meta": net.Static(data.meta), "precision": config.precision}
    key, sharding = jax.random.key(config.seed), net.sharding_of_rows(model, axis=1)
    convolves = any(isinstance(layer, nnx.Conv) for _, layer in nnx.iter_modules(model))
    tokens = data.valid.inputs[:1].dtype.kind == "i"
    at_once = 1 if convolves or tokens else AT_ONCE  # in a loop convolutions are slow on CPUs; texts differ in length

    def save() -> None:
        """Write `best`, then `last`; a kill between them does no harm: going on from `last` writes it again."""
        nonlocal best_weights
        if best_weights is not None:
            net.save(run / net.BEST, config, best_weights)
            best_weights = None
        net.save(run / net.LAST, config, net.named((model, optimizer)), dataclasses.asdict(state))
        state.saved(run, config, pressed)

    print(runs.HEAD.format(data.meta["metric"]))
    while not state.over(config):
        calls = batches(len(data.train.ids), config, state.epoch, at_once)  # (calls, steps of a call, rows of a step)
        length = calls.shape[0] * calls.shape[1]  # of the epoch, in steps
        loss_sum = jnp.float32(state.loss_sum)  # stays on the device: to read it each call would be slow
        todo = calls[state.step // calls.shape[1] :]
        for rows in tqdm(todo, f"epoch {state.epoch}", delay=2, leave=False, disable=None):
            done = state.share_done(config, length)
            if done >= 1:
                break  # the minutes are over
            state.rate = config.rate(done)
            inputs, targets = data.train.inputs[rows.ravel()], data.train.targets[rows.ravel()]
            inputs = inputs.reshape(*rows.shape, *inputs.shape[1:])  # (steps, rows, …)
            targets = targets.reshape(*rows.shape, *targets.shape[1:])
            batch = jax.device_put((inputs, targets), sharding)
            loss_sum += steps(batch, key, state.rate, **constants)
            state.end_step(len(rows))
            if state.step < length and state.to_be_saved(pressed, config.checkpoint_seconds):
                state.loss_sum = float(loss_sum)
                save()
        output = net.outputs(model, data.valid.inputs, data.valid.targets, data.meta, config.precision)
        if state.end_epoch(float(loss_sum) / max(state.step, 1), output, data, config):
            best_weights = net.named(model)
        if state.over(config) or state.to_be_saved(pressed):
            save()
    return state.history


def batches(rows: int, config: Config, epoch: int, at_once: int) -> np.ndarray:
    """All rows in an order that seed and epoch decide, (calls, steps of a call, rows of a step).

    All are of one size, so that one shape is compiled: the last is filled up with the first rows of the epoch.
    """
    order = np.random.default_rng((config.seed, epoch)).permutation(rows)
    steps = math.ceil(rows / config.batch_size)
    calls = math.ceil(steps / at_once)
    steps = math.ceil(steps / calls)  # of a call
    devices = jax.device_count()  # each takes as many rows
    size = math.ceil(rows / (calls * steps) / devices) * devices
    return np.resize(order, (calls, steps, size))


def main() -> None:
    args, run, config, data = runs.begin(__doc__)
    few = runs.fewer(data.train)
    mesh = net.choose_device(config.device)
    config = dataclasses.replace(config, precision=net.choose_precision(config.precision, mesh))
    run = run or runs.new(args.out, config, data.meta, args.smoke)
    model = fresh(data.meta, config)
    where = f"{mesh.size} × {mesh.devices.flat[0].platform}"
    length = f"{config.minutes:g} minutes" if config.minutes else f"up to {config.epochs} epochs"
    print(f"{config.model} with {net.parameter_count(model):,} parameters on {where} in {config.precision}, {length};")
    print(f"{len(data.train.ids)} train and {len(data.valid.ids)} valid examples, batch size {config.batch_size}")
    before = net.mean_loss(model, few, data.meta)
    fit(model, data, config, run, runs.watch_ctrl_c())
    runs.end(run, args.smoke, before, net.mean_loss(model, few, data.meta))


if __name__ == "__main__":
    common.run(main)
