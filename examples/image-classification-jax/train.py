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
from common import Problem
from config import Config
from data import Data
from loss import loss
from runs import State

import jax
import numpy as np
import optax
from flax import nnx
from tqdm import tqdm


@functools.cache
def make_optimizer(beta1: float, beta2: float, weight_decay: float, clip: float) -> optax.GradientTransformation:
    """AdamW after clipping, without its learning rate: that is an argument of the step, so it may change.

    Biases and gains, all that is no matrix, are left out of the weight decay.
    """
    return optax.chain(
        optax.clip_by_global_norm(clip),
        optax.scale_by_adam(beta1, beta2),
        optax.add_decayed_weights(weight_decay, mask=lambda tree: jax.tree.map(lambda value: value.ndim >= 2, tree)),
    )


def batches(rows: int, config: Config, epoch: int) -> np.ndarray:
    """All rows in an order that seed and epoch decide, (steps, rows of a step).

    All steps are of one size, so that one shape is compiled: the last is filled up with the first rows of the epoch.
    """
    order = np.random.default_rng((config.seed, epoch)).permutation(rows)
    steps = math.ceil(rows / config.batch_size)
    devices = jax.device_count()  # each takes as many rows
    size = math.ceil(rows / steps / devices) * devices
    return np.resize(order, (steps, size))


@functools.partial(jax.jit, static_argnames=("graph", "optimizer", "meta", "precision"))
def train_step(
    graph: Any, optimizer: Any, meta: net.Static, precision: str, learnt: Any, batch: Any, seeds: Any, rate: Any
) -> tuple[Any, jax.Array]:
    """One step down the gradient: what is learnt after it, and the loss before it.

    learnt  parameters, other state of the model such as averages of batch normalisation, the optimiser's memory
    batch   inputs and targets, (rows, …) each
    seeds   of the run and of the step: all chance, such as dropout's, comes from them
    """
    parameters, others, memory = learnt
    key = jax.random.fold_in(jax.random.key(seeds[0]), seeds[1])

    def objective(parameters: Any) -> tuple[jax.Array, Any]:
        model = nnx.merge(graph, parameters, others, copy=True)
        with jax.default_matmul_precision(precision):
            value = loss(model, *batch, meta, nnx.Rngs(key))
        return value, nnx.to_pure_dict(nnx.state(model, nnx.Not(nnx.Param)))

    (value, others), gradients = jax.value_and_grad(objective, has_aux=True)(parameters)
    updates, memory = optimizer.update(gradients, memory, parameters)
    parameters = jax.tree.map(lambda parameter, update: parameter - rate * update, parameters, updates)
    return (parameters, others, memory), value


def fit(model: nnx.Module, data: Data, config: Config, run: Path, pressed: Sequence[int] = ()) -> list[list[float]]:
    """Train until epochs or minutes are over or valid no longer improves; goes on where `last` of the run stands.

    Keeps the best weights in `best`. A run that was interrupted and goes on ends with the same weights as one that was
    not. Returns the rows of history.csv; `pressed` fills when Ctrl-C is pressed.
    """
    model.train()
    graph, *weights = nnx.split(model, nnx.Param, ...)
    parameters, others = map(nnx.to_pure_dict, weights)
    optimizer = make_optimizer(config.beta1, config.beta2, config.weight_decay, config.clip)
    learnt = parameters, others, jax.jit(optimizer.init)(parameters)
    state = State()
    if (run / net.LAST).is_file():
        arrays, last = net.load(run / net.LAST, config)
        learnt = jax.device_put(net.fitted(learnt, arrays, run / net.LAST))
        state = State(**last)
        state.saved(run, config, ())  # again, as a kill may have come before it
    best_weights = None
    losses: list[jax.Array] = []  # of this epoch's steps; they stay on the device, to read each would be slow

    def learnt_model() -> nnx.Module:
        """The model, with what it has learnt so far."""
        for values in learnt[:2]:
            nnx.update(model, values)
        return model

    def save() -> None:
        """Write `best`, then `last`; a kill between them does no harm: going on from `last` writes it again."""
        nonlocal best_weights
        if best_weights is not None:
            net.save(run / net.BEST, config, best_weights)
        state.loss_sum = sum(map(float, losses), state.loss_sum)
        losses.clear()
        net.save(run / net.LAST, config, net.named(learnt), dataclasses.asdict(state))
        best_weights = None
        state.saved(run, config, pressed)

    print(runs.HEAD.format(data.meta["metric"]))
    while not state.over(config):
        order = batches(len(data.train.ids), config, state.epoch)
        for rows in tqdm(order[state.step :], f"epoch {state.epoch}", delay=2, leave=False, disable=None):
            done = state.share_done(config, len(order))
            if done >= 1:
                break  # the minutes are over
            state.rate = config.rate(done)
            batch = net.on_devices(learnt, (data.train.inputs[rows], data.train.targets[rows]))
            seeds = np.array([config.seed, state.steps], np.uint32)
            constants = graph, optimizer, net.Static(data.meta), config.precision
            learnt, loss_before = train_step(*constants, learnt, batch, seeds, np.float32(state.rate))
            losses.append(loss_before)
            state.end_step()
            if state.step < len(order) and state.to_be_saved(pressed, config.checkpoint_seconds):
                save()
        train_loss = sum(map(float, losses), state.loss_sum) / max(state.step, 1)
        losses.clear()
        valid = data.valid
        output = net.outputs(learnt_model(), valid.inputs, valid.targets, data.meta, config.precision)
        if state.end_epoch(train_loss, output, data, config):
            best_weights = net.named(nnx.to_pure_dict(nnx.state(model)))
        if state.over(config) or state.to_be_saved(pressed):
            save()
    learnt_model()
    return state.history


def fresh(meta: dict, config: Config) -> nnx.Module:
    """A model that knows nothing yet, ready for `fit`; the seed decides its weights."""
    return net.place(net.build(meta, config), net.choose_device(config.device))


def main() -> None:
    args, run, config, data = runs.begin(__doc__)
    few = runs.fewer(data.train)
    mesh = net.choose_device(config.device)
    config = dataclasses.replace(config, precision=net.choose_precision(config.precision, mesh))
    run = run or runs.new(args.out, config, data.meta, args.smoke)
    model = fresh(data.meta, config)
    kind = mesh.devices.flat[0].platform
    where = kind if mesh.size == 1 else f"{mesh.size} devices ({kind})"
    length = f"{config.minutes:g} minutes" if config.minutes else f"{config.epochs} epochs"
    print(f"{config.model} with {net.parameter_count(model):,} parameters on {where} in {config.precision};")
    print(f"{len(data.train.ids)} train and {len(data.valid.ids)} valid rows, batch size {config.batch_size}, {length}")
    before = net.mean_loss(model, few, data.meta)
    try:
        fit(model, data, config, run, runs.watch_ctrl_c())
    except RuntimeError as error:
        if "RESOURCE_EXHAUSTED" not in str(error):
            raise
        size = max(1, config.batch_size // 2)
        raise Problem(f"out of memory with batch size {config.batch_size}; try --batch-size {size}") from None
    runs.end(run, args.smoke, before, net.mean_loss(model, few, data.meta))


if __name__ == "__main__":
    common.run(main)
