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
import data as data_module
import loss
import net
import runs
from config import Config
from data import Data
from runs import State

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from tqdm import tqdm

fresh = net.build  # a model that knows nothing yet, ready for `fit`
# The weights of each player, as nnx chooses them: one learns while the other one stands still.
JUDGE, MAKER = (nnx.All(nnx.Param, nnx.PathContains(name)) for name in ("discriminator", "generator"))


@functools.cache  # equal knobs, one optimiser: then check.py need not compile the step anew
def make_optimizer(beta1: float, beta2: float, clip: float) -> optax.GradientTransformation:
    """Adam for one player, after clipping."""
    adam = optax.inject_hyperparams(optax.adam)  # so that each step can set its rate
    return optax.chain(optax.clip_by_global_norm(clip), adam(0.0, beta1, beta2))


@nnx.jit(static_argnames="precision")
def train_step(
    model: nnx.Module, optimizers: tuple[nnx.Optimizer, nnx.Optimizer], real: Any, key: Any, rate: Any, precision: str
) -> jax.Array:
    """A step of the discriminator, then one of the generator; returns the sum of their losses before it, a scalar.

    real  (batch, height, width, channels) pictures
    key   of the run: with the step's number it decides all chance
    """
    key = jax.random.fold_in(key, optimizers[0].step[...])
    for_noise, for_jitter = jax.random.split(key)
    noise = jax.random.normal(for_noise, (len(real), model.latent))  # fresh: a list would be learnt by heart
    for optimizer in optimizers:
        optimizer.opt_state[1].hyperparams["learning_rate"][...] = rate

    def discriminate(model: nnx.Module) -> jax.Array:
        return loss.tell_apart(model, real, model(noise), for_jitter)

    def generate(model: nnx.Module) -> jax.Array:
        maker = nnx.clone(model.generator)  # its averages have seen this noise already
        return loss.fool(model, maker(noise))

    with jax.default_matmul_precision(precision):
        apart, gradients = nnx.value_and_grad(discriminate, argnums=nnx.DiffState(0, JUDGE))(model)
        optimizers[0].update(model, gradients)
        fooled, gradients = nnx.value_and_grad(generate, argnums=nnx.DiffState(0, MAKER))(model)
        optimizers[1].update(model, gradients)
    return apart + fooled


def fit(model: nnx.Module, data: Data, config: Config, run: Path, pressed: Sequence[int] = ()) -> list[list[float]]:
    """Train until epochs or minutes are over or valid no longer improves; goes on where `last` of the run stands.

    Keeps the best weights in `best`. A run that was interrupted and goes on ends with the same weights as one that was
    not. Returns the rows of history.csv; `pressed` fills when Ctrl-C is pressed.
    """
    model.train()
    tx = make_optimizer(config.beta1, config.beta2, config.clip)
    optimizers = tuple(nnx.Optimizer(model, tx, wrt=player) for player in (JUDGE, MAKER))
    optimizers = net.place(optimizers, config.device)
    best_weights = None
    state = State()
    if (run / net.LAST).is_file():
        state = State(**net.load(run / net.LAST, config, (model, optimizers)))
        state.saved(run, config, ())  # again, as a kill may have come before it
    step = nnx.cached_partial(train_step, model, optimizers)  # spares going through all layers at each step
    key, sharding = jax.random.key(config.seed), net.sharding_of_rows(model)

    def save() -> None:
        """Write `best`, then `last`; a kill between them does no harm: going on from `last` writes it again."""
        nonlocal best_weights
        if best_weights is not None:
            net.save(run / net.BEST, config, best_weights)
            best_weights = None
        net.save(run / net.LAST, config, net.named((model, optimizers)), dataclasses.asdict(state))
        state.saved(run, config, pressed)

    print(runs.HEAD.format(data.meta["metric"]))
    while not state.over(config):
        steps = batches(len(data.train.ids), config, state.epoch)
        loss_sum = jnp.float32(state.loss_sum)  # stays on the device: to read it each step would be slow
        for rows in tqdm(steps[state.step :], f"epoch {state.epoch}", delay=2, leave=False, disable=None):
            done = state.share_done(config, len(steps))
            if done >= 1:
                break  # the minutes are over
            state.rate = config.rate(done)
            real = jax.device_put(data.train.targets[rows], sharding)
            loss_sum += step(real, key, state.rate, precision=config.precision)
            state.end_step()
            if state.step < len(steps) and state.to_be_saved(pressed, config.checkpoint_seconds):
                state.loss_sum = float(loss_sum)
                save()
        output = net.outputs(model, data.valid.inputs, data.valid.targets, data.meta, config.precision)
        noise = data_module.noise((data_module.SNAPSHOTS, config.latent), data_module.PROGRESS_SEED)
        made = net.outputs(model, noise, None, data.meta, config.precision)
        data_module.keep_snapshot(run, made, state.epoch)
        if state.end_epoch(float(loss_sum) / max(state.step, 1), output, data, config):
            best_weights = net.named(model)
        if state.over(config) or state.to_be_saved(pressed):
            save()
    return state.history


def batches(rows: int, config: Config, epoch: int) -> np.ndarray:
    """All rows in an order that seed and epoch decide, (steps, rows of a step).

    All steps are of one size, so that one shape is compiled: the last is filled up with the first rows of the epoch.
    """
    order = np.random.default_rng((config.seed, epoch)).permutation(rows)
    steps = math.ceil(rows / config.batch_size)
    devices = jax.device_count()  # each takes as many rows
    return np.resize(order, (steps, math.ceil(rows / steps / devices) * devices))


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
