"""Steps a second of a JAX project's own training, beside a bare loop written by hand.

usage, in the project's folder: python …/benchmarks/loops/jax.py MODEL ROUNDS STEPS

Prints [[ours, bare], …], a pair for each round, both of the same model, loss, optimiser and batches. `ours` is
train.py's `fit`, from its first batch to the loss of the epoch. The bare loop has its batches on the device and does
nothing but call one compiled step of loss, gradient and Optax's AdamW.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.pop(0)
sys.path.insert(0, str(Path.cwd()))  # the project's files; this one is called as JAX is
import data as data_module
import jax
import loss
import optax
import train
from config import MODELS
from engine import device as devices
from engine import feed, history, inference, schedule
from flax import nnx

config = MODELS[sys.argv[1]](epochs=1)
rounds, count = int(sys.argv[2]), int(sys.argv[3])
data = data_module.load(config)
config = schedule.resolve(config, len(data.train))
mesh = devices.choose("cpu")


class Over(Exception):
    """The steps are done; what follows is not measured."""


def over(*anything: Any) -> None:
    raise Over


def timed(order: list[Any], progress: Any) -> Iterator[Any]:
    """The epoch's batches, with the time of the first."""
    timed.began = time.perf_counter()
    yield from order


def fresh() -> nnx.Module:
    """The model with its first weights, as train.py places it."""
    return devices.place(inference.fresh(data.meta, config), mesh, devices.choose_precision("auto", mesh))


def ours() -> float:
    """Steps a second of train.py's `fit`, without the scoring after an epoch."""
    with tempfile.TemporaryDirectory() as run:
        try:
            train.fit(fresh(), data, config, Path(run))
        except Over:
            return count / (time.perf_counter() - timed.began)


model = fresh()
model.train()
graph, first, others = nnx.split(model, nnx.Param, ...)
first, others = nnx.to_pure_dict(first), nnx.to_pure_dict(others)
optimizer = optax.chain(
    optax.clip_by_global_norm(config.clip),
    optax.adamw(
        config.learning_rate,
        config.beta1,
        config.beta2,
        weight_decay=config.weight_decay,
        mask=lambda tree: jax.tree.map(lambda value: value.ndim >= 2, tree),
    ),
)


@jax.jit
def step(parameters: Any, others: Any, memory: Any, key: Any, batch: Any) -> Any:
    """Parameters, others, AdamW's memory and the random key after a step, and the loss before it."""
    inputs, targets, real = batch
    key, luck = jax.random.split(key)

    def objective(parameters: Any) -> Any:
        model = nnx.merge(graph, parameters, others, copy=True)
        model.set_attributes(real=real, raise_if_not_found=False)
        value = loss.loss(model, inputs, targets, real, data.meta, nnx.Rngs(luck))
        model.set_attributes(real=None, raise_if_not_found=False)
        return value, nnx.to_pure_dict(nnx.state(model, nnx.Not(nnx.Param)))

    (value, others), gradients = jax.value_and_grad(objective, has_aux=True)(parameters)
    updates, memory = optimizer.update(gradients, memory, parameters)
    return optax.apply_updates(parameters, updates), others, memory, key, value


def bare() -> float:
    """Steps a second of the loop by hand."""
    state = first, others, optimizer.init(first), jax.random.key(0)
    start = time.perf_counter()
    for batch in batches:
        *state, value = step(*state, batch)
    jax.block_until_ready((state, value))
    return count / (time.perf_counter() - start)


epoch = feed.order(len(data.train), config.batch_size, 0, 1)
epoch = [epoch[number % len(epoch)] for number in range(count)]
size = len(epoch[0])
arrays = [devices.batch(*feed.batch(data.train, rows, (0, 1, 0)), size, devices.sharding(first)) for rows in epoch]
batches = jax.device_put(arrays, mesh.devices.flat[0])
feed.order, feed.bar, inference.outputs = lambda *anything: epoch, timed, over
history.Log = lambda *anything: None  # it would print its header
ours(), bare()
print(json.dumps([[ours(), bare()] for _ in range(rounds)]))
