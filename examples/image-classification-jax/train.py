"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag.

Leaves in runs/<name>/: config.json, meta.json, history.csv, best.safetensors (to answer with) and last.safetensors
(all to go on with).
"""

import dataclasses
import functools
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import common
import net
import runs
from common import Problem
from config import Config
from data import Data, Split, load
from loss import loss
from runs import State

import jax
import numpy as np
import optax
from flax import nnx
from tqdm import tqdm

SMOKE_ROWS, SMOKE_STEPS = 64, 40  # few enough to be learnt by heart: the loss falls even where data tell nothing


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
    saved_at = time.monotonic()
    began = saved_at - state.seconds
    losses: list[jax.Array] = []  # of this epoch's steps; they stay on the device, to read each would be slow

    def learnt_model() -> nnx.Module:
        """The model, with what it has learnt so far."""
        for values in learnt[:2]:
            nnx.update(model, values)
        return model

    def save() -> None:
        """Write `best`, then `last`; a kill between them does no harm: going on from `last` writes it again."""
        nonlocal best_weights, saved_at
        if best_weights is not None:
            net.save(run / net.BEST, config, best_weights)
        state.loss_sum = sum(map(float, losses), state.loss_sum)
        losses.clear()
        net.save(run / net.LAST, config, net.named(learnt), dataclasses.asdict(state))
        best_weights = None
        saved_at = time.monotonic()
        state.saved(run, config, pressed)

    print(f"epoch     step  train loss  valid loss  valid {data.meta['metric']:<14}  learning rate  seconds")
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
            state.step += 1
            state.steps += 1
            state.seconds = time.monotonic() - began
            late = time.monotonic() - saved_at > config.checkpoint_seconds
            if (pressed or late) and state.step < len(order):  # after the last step the epoch's end saves
                save()
        train_loss = sum(map(float, losses), state.loss_sum) / max(state.step, 1)
        losses.clear()
        if not math.isfinite(train_loss):
            raise Problem(f"the loss became {train_loss}; try --learning-rate {config.learning_rate / 10:g}")
        valid = data.valid
        output = net.outputs(learnt_model(), valid.inputs, valid.targets, data.meta, config.precision)
        state.seconds = time.monotonic() - began
        if state.end_epoch(train_loss, output, data):
            best_weights = net.named(nnx.to_pure_dict(nnx.state(model)))
        if state.over(config) or pressed or time.monotonic() - saved_at > 1:
            save()
    learnt_model()
    return state.history


def fresh(meta: dict, config: Config) -> nnx.Module:
    """A model that knows nothing yet, ready for `fit`; the seed decides its weights."""
    return net.place(net.build(meta, config), net.choose_device(config.device))


def fewer(split: Split, most: int = SMOKE_ROWS) -> Split:
    """At most so many rows of a split, spread over all of them."""
    rows = np.unique(np.linspace(0, len(split.ids) - 1, most).astype(int))
    return Split(*(array[rows] for array in split))


def main() -> None:
    parser = common.Parser(__doc__, knobs=True)
    parser.add_argument("--out", metavar="RUN", help="name of the run [<time>-<model>]")
    parser.add_argument("--resume", metavar="RUN", help="go on with a run; with --epochs or --minutes for longer")
    parser.add_argument("--smoke", action="store_true", help="a few seconds on few rows: does everything work?")
    args, given = parser.parse()
    run, config, smoke = runs.resumed(args, given) if args.resume else (None, common.configured(given), args.smoke)
    data = load(config)
    if run:
        runs.check_same(run, data.meta)
    few = fewer(data.train)
    if smoke:
        data = data._replace(train=few, valid=fewer(data.valid))  # test stays closed
    if not run:
        config = dataclasses.replace(config, steps=SMOKE_STEPS) if smoke else config
        config = config.resolved(len(data.train.ids))
    mesh = net.choose_device(config.device)
    if not run:
        config = dataclasses.replace(config, precision=net.choose_precision(config.precision, mesh))
        run = runs.new(args.out, config, data.meta, smoke)
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
    runs.end(run, smoke, before, net.mean_loss(model, few, data.meta))


if __name__ == "__main__":
    common.run(main)
