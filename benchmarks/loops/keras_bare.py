"""The loop that users of Keras's backends write by hand: a pure compiled step, a graph with a tape, or step by step."""

from collections.abc import Callable
from typing import Any

import net
import train
from backend import keras
from config import BACKEND
from loss import loss


def loop(meta: dict, config: Any, batches: list[Any]) -> Callable[[], None]:
    """A pass over the batches, which are the backend's tensors by now."""
    model = train.fresh(meta, config)
    tensors = [
        [keras.ops.convert_to_tensor(part) for part in (net.widened(model, inputs), targets)]
        for inputs, targets in batches
    ]
    objective = loss(meta)

    def value_of(inputs: Any, targets: Any) -> Any:
        return keras.ops.mean(objective(targets, model(inputs, training=True)))

    return {"jax": with_jax, "tensorflow": with_tensorflow, "torch": with_torch}[BACKEND](model, value_of, tensors)


def with_jax(model: Any, value_of: Callable, tensors: list[Any]) -> Callable[[], None]:
    import jax

    optimizer = model.optimizer
    variables = model.trainable_variables, model.non_trainable_variables, optimizer.variables

    @jax.jit
    def step(weights: Any, others: Any, memory: Any, batch: Any) -> Any:
        def value(weights: Any) -> Any:
            known = zip([*variables[0], *variables[1]], [*weights, *others], strict=True)
            with keras.StatelessScope(state_mapping=known) as scope:
                found = value_of(*batch)
            return found, [scope.get_current_value(variable) for variable in variables[1]]

        gradients, others = jax.grad(value, has_aux=True)(weights)
        weights, memory = optimizer.stateless_apply(memory, gradients, weights)
        return weights, others, memory

    state = [[jax.numpy.array(variable.value) for variable in some] for some in variables]

    def run() -> None:
        for batch in tensors:
            state[:] = step(*state, batch)
        jax.block_until_ready(state)

    return run


def with_tensorflow(model: Any, value_of: Callable, tensors: list[Any]) -> Callable[[], None]:
    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def step(inputs: Any, targets: Any) -> None:
        with tf.GradientTape() as tape:
            value = value_of(inputs, targets)
        gradients = tape.gradient(value, model.trainable_variables)
        model.optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    def run() -> None:
        for batch in tensors:
            step(*batch)
        float(model.optimizer.iterations)

    return run


def with_torch(model: Any, value_of: Callable, tensors: list[Any]) -> Callable[[], None]:
    import torch

    weights = model.trainable_variables

    def run() -> None:
        for batch in tensors:
            value = value_of(*batch)
            model.zero_grad()
            value.backward()
            with torch.no_grad():
                model.optimizer.apply([weight.value.grad for weight in weights], weights)
        float(model.optimizer.iterations)

    return run
