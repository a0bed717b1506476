"""What a training step does its own way on a backend: its rate, whether it learns at all, all of it on PyTorch."""

from collections.abc import Callable, Iterator
from typing import Any

from engine.backend import keras
from splits import take


def in_turn(train_step: Callable[..., Any], optimizer: keras.Optimizer, state: tuple[Any, ...], batch: Any) -> Any:
    """JAX's state of a step (weights, other variables, the optimiser's, metrics) after a batch at its rate (1,).

    Or after several that are stacked, with rates (steps, 1), in one loop: those whose rates are not below 0.
    """
    import jax  # optional

    def once(state: Any, batch: Any) -> Any:
        inputs, targets, rate = batch
        return train_step(with_rate(state, optimizer, rate[0]), (inputs, targets))[1]

    def numbered(number: Any, state: Any) -> Any:
        return once(state, jax.tree.map(lambda values: values[number], batch))

    rates = batch[-1]
    return once(state, batch) if rates.ndim == 1 else jax.lax.fori_loop(0, (rates >= 0).sum(), numbered, state)


def with_rate(state: tuple[Any, ...], optimizer: keras.Optimizer, rate: Any) -> tuple[Any, ...]:
    """JAX's state with another learning rate in it.

    From outside it could be changed between steps only by copying all of it to Keras's variables and back.
    """
    weights, others, memory, metrics = state
    slots = zip(optimizer.variables, memory, strict=True)
    return weights, others, [rate if slot is optimizer.learning_rate else kept for slot, kept in slots], metrics


def unless_filling(rate: Any, learn: Callable[[], Any]) -> dict[str, Any]:
    """Learn, on TensorFlow, unless the batch only fills up a call of `fit`, which its rate (1,) tells.

    There `fit` wants some result of each step.
    """
    import tensorflow as tf  # optional

    def real() -> Any:
        learn()
        return rate[0]

    return {"done": tf.cond(rate[0] < 0, lambda: rate[0], real)}


def apart(batch: tuple[Any, Any, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """The batches of a stack on PyTorch, each with its rate; a single one, with its rate (1,), is as it is."""
    inputs, targets, rates = batch
    if rates.ndim == 1:
        yield inputs, targets, rates[0]
        return
    for number in range(int((rates >= 0).sum())):  # those behind only fill the stack up
        yield take(inputs, number), take(targets, number), rates[number, 0]


def descend(network: keras.Model, optimizer: keras.Optimizer, value: Any) -> None:
    """Change weights by the gradients of a loss, on PyTorch.

    Nothing is compiled there, so whatever else Keras's own step does (another layer, a metric, a walk through all
    modules) takes time at every step.
    """
    import torch  # optional

    weights = network.trainable_weights
    gradients = torch.autograd.grad(value, [weight.value for weight in weights], allow_unused=True)
    with torch.no_grad():
        optimizer.apply(gradients, weights)
