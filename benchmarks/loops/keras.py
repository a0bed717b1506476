"""Steps a second of a Keras project's own training, beside the bare loop that its backend's users write by hand.

usage, in the project's folder: python …/benchmarks/loops/keras.py MODEL ROUNDS STEPS [plain-fit] [cpu]

Prints [[ours, bare], …], a pair for each round, both of the same model, loss, optimiser and batches. `ours` is
train.py's `fit` with its callbacks, from its first batch to the weights after the last. The bare loop has its batches
in memory as the backend's tensors and does nothing but forward, backward, clip and step. `plain-fit` puts the least
that `fit` can do for a classifier of pictures or rows (arrays, no callbacks) in the place of `ours`: what Keras itself
costs. `cpu` counts seconds of all threads instead of the clock's, for a machine that does other work besides.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.pop(0)
sys.path.insert(0, str(Path.cwd()))  # the project's files; this one is called as Keras is
import data as data_module
import loss
import models
import numpy as np
import train
from config import MODELS
from engine import callbacks, checkpoint, feed, schedule
from engine import device as devices
from engine.backend import BACKEND, keras
from engine.batches import Batches, cut
from engine.progress import Progress

clock = time.process_time if "cpu" in sys.argv else time.perf_counter
config = MODELS[sys.argv[1]]()
rounds, count = int(sys.argv[2]), int(sys.argv[3])
precision = devices.use_precision(config.precision, devices.choose(config.device))
data = data_module.load(config)
config = schedule.resolve(config, len(data.train))


class Watch(keras.callbacks.Callback):
    """The seconds of an epoch of `fit`, until its last step is computed."""

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.began = clock()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        float(self.model.optimizer.iterations)
        self.seconds = clock() - self.began


def ours(trainee: keras.Model) -> float:
    """Steps a second of train.py's `fit`, of which only the answers for valid after an epoch are left out."""
    progress, watch = Progress(), Watch()
    saver = checkpoint.Saver(Path("nowhere"), trainee.network, trainee.optimizer, config)
    saver.save = lambda *anything: None  # at the end of the epoch
    batches = Batches(trainee.network, data, config, progress)
    trainee.steps_per_execution = batches.at_once
    trainee.fit(
        batches,
        steps_per_epoch=len(batches.items),
        epochs=1,
        shuffle=False,
        verbose=0,
        callbacks=[
            callbacks.Pace(progress, config, batches),
            callbacks.Checkpoints(saver, progress, count, lambda: False),
            watch,
        ],
    )
    return count / watch.seconds


def plain_fit(trainee: keras.Model) -> float:
    """Steps a second of the shortest script that Keras allows."""
    watch, rows = Watch(), np.concatenate(order)
    inputs, targets = cut(trainee.network, data.train, rows, (0, 1, 0))
    trainee.network.fit(inputs, targets, config.batch_size, shuffle=False, verbose=0, callbacks=[watch])
    return -(-len(rows) // config.batch_size) / watch.seconds


def jax_loop(network: keras.Model, optimizer: keras.Optimizer) -> Callable[[list[Any]], None]:
    """The loop of a pure, compiled step."""
    import jax

    variables = network.trainable_variables, network.non_trainable_variables, optimizer.variables

    def step(state: Any, inputs: Any, targets: Any) -> Any:
        weights, others, memory = state

        def value(weights: Any) -> Any:
            known = zip([*variables[0], *variables[1]], [*weights, *others], strict=True)
            with keras.StatelessScope(state_mapping=known) as scope:  # a GAN's loss calls a part of the model again
                value = loss.loss(network, network(inputs, training=True), targets, data.meta, training=True)
            return value, [scope.get_current_value(variable) for variable in variables[1]]

        gradients, others = jax.grad(value, has_aux=True)(weights)
        weights, memory = optimizer.stateless_apply(memory, gradients, weights)
        return weights, others, memory

    compiled = jax.jit(step, donate_argnums=0)
    state = tuple([jax.numpy.array(variable.value) for variable in some] for some in variables)

    def loop(batches: list[Any]) -> None:
        nonlocal state
        for inputs, targets in batches:
            state = compiled(state, inputs, targets)
        jax.block_until_ready(state)

    return loop


def tensorflow_loop(network: keras.Model, optimizer: keras.Optimizer) -> Callable[[list[Any]], None]:
    """The loop of a graph with a tape."""
    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def step(inputs: Any, targets: Any) -> None:
        with tf.GradientTape() as tape:
            value = loss.loss(network, network(inputs, training=True), targets, data.meta, training=True)
        gradients = tape.gradient(value, network.trainable_variables)
        optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))

    def loop(batches: list[Any]) -> None:
        for inputs, targets in batches:
            step(inputs, targets)
        float(optimizer.iterations)

    return loop


def torch_loop(network: keras.Model, optimizer: keras.Optimizer) -> Callable[[list[Any]], None]:
    """The loop step by step."""
    import torch

    weights = network.trainable_variables

    def loop(batches: list[Any]) -> None:
        for inputs, targets in batches:
            value = loss.loss(network, network(inputs, training=True), targets, data.meta, training=True)
            network.zero_grad()
            value.backward()
            with torch.no_grad():
                optimizer.apply([weight.value.grad for weight in weights], weights)
        float(optimizer.iterations)

    return loop


trainee = train.Trainee(config, data.meta)
twin = models.build(data.meta, config)
measured = ours
if "plain-fit" in sys.argv:
    measured = plain_fit
    categorical = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    trainee.network.compile(train.make_optimizer(trainee.network, config), categorical, jit_compile=devices.COMPILE)
order = feed.order(len(data.train), config.batch_size, 0, 1)
order = [order[step % len(order)] for step in range(count)]
tensors = [
    keras.tree.map_structure(keras.ops.convert_to_tensor, cut(twin, data.train, rows, (0, 1, 0))) for rows in order
]
bare = {"jax": jax_loop, "tensorflow": tensorflow_loop, "torch": torch_loop}[BACKEND](
    twin, train.make_optimizer(twin, config)
)


feed.order = lambda *anything: order
data.train.ids = np.resize(data.train.ids, count * config.batch_size)  # an epoch of `count` steps


def pair() -> tuple[float, float]:
    """Steps a second of both, one after the other."""
    first = measured(trainee)
    start = clock()
    bare(tensors)
    return first, count / (clock() - start)


pair()  # compiles
print(json.dumps([pair() for _ in range(rounds)]))
