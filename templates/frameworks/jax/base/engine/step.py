"""One training step, compiled: the loss, its gradient, and AdamW."""

import functools
from typing import Any

import jax
import numpy as np
import optax
from flax import nnx

import loss
from config import Config
from engine import device as devices
from engine import feed
from splits import Split


class Static(dict):
    """A dict that jax.jit takes for a constant; nobody may change it any more."""

    def __hash__(self) -> int:
        return len(self)

    def __eq__(self, other: object) -> bool:
        return self is other or super().__eq__(other)


@functools.cache
def make_optimizer(beta1: float, beta2: float, weight_decay: float, clip: float) -> optax.GradientTransformation:
    """AdamW without its learning rate, which is an argument of the step: so it may change without compiling anew.

    Biases and gains, all that is no matrix, are left out of the weight decay.
    """
    return optax.chain(
        optax.clip_by_global_norm(clip),
        optax.scale_by_adam(beta1, beta2),
        optax.add_decayed_weights(weight_decay, mask=lambda tree: jax.tree.map(lambda value: value.ndim >= 2, tree)),
    )


class Training:
    """What changes while a model learns, as plain arrays by name, for that is what compiled steps take and give.

    parameters  what the gradient changes
    others      what the forward pass changes, such as the averages of batch normalisation
    memory      AdamW's
    """

    def __init__(self, model: nnx.Module, config: Config, meta: dict[str, Any]) -> None:
        self.model = model
        model.train()
        graph, parameters, others = nnx.split(model, nnx.Param, ...)
        self.parameters, self.others = nnx.to_pure_dict(parameters), nnx.to_pure_dict(others)
        self.sharding = devices.sharding(self.parameters)
        optimizer = make_optimizer(config.beta1, config.beta2, config.weight_decay, config.clip)
        self.memory = jax.jit(optimizer.init, out_shardings=self.sharding)(self.parameters)
        self.compiled_gradient, self.compiled_step = compiled(graph, optimizer, Static(meta))

    def batch(self, split: Split, rows: np.ndarray, key: tuple[int, int, int], size: int) -> tuple[Any, Any, Any]:
        """Some rows of train, filled up to `size`; `key` (seed, epoch, step) decides how they are augmented."""
        return devices.batch(*feed.batch(split, rows, key), size, self.sharding)

    def step(self, batch: tuple[Any, Any, Any], key: tuple[int, int, int], rate: float) -> jax.Array:
        """Learn from a batch; returns the loss before it, a scalar. `key` decides all other chance, such as dropout."""
        state = self.parameters, self.others, self.memory
        self.parameters, self.others, self.memory, value = self.compiled_step(*state, batch, luck(key), rate)
        return value

    def gradients(self, batch: tuple[Any, Any, Any], key: tuple[int, int, int]) -> dict[str, Any]:
        """The gradient of the loss for a batch, by parameter."""
        return self.compiled_gradient(self.parameters, self.others, batch, luck(key))[1]

    def weights(self) -> dict[str, Any]:
        """All that a checkpoint needs to answer."""
        return {"parameters": self.parameters, "others": self.others}

    def content(self) -> dict[str, Any]:
        """All that a checkpoint needs to go on from here."""
        return self.weights() | {"memory": self.memory}

    def put_back(self, content: dict[str, Any]) -> None:
        """Go on from what `content` once gave."""
        content = jax.device_put(content, self.sharding)
        self.parameters, self.others, self.memory = content["parameters"], content["others"], content["memory"]

    def learnt(self) -> nnx.Module:
        """The model, with what it has learnt so far."""
        nnx.update(self.model, self.parameters)
        nnx.update(self.model, self.others)
        return self.model


def luck(key: tuple[int, int, int]) -> np.uint32:
    """The seed of a step's random keys."""
    return np.uint32(feed.luck(key) % 2**32)


@functools.cache
def compiled(graph: Any, optimizer: optax.GradientTransformation, meta: Static) -> tuple[Any, Any]:
    """The gradient of a model and a training step, as functions that are compiled once for all equal models."""

    @jax.jit
    def gradient(parameters: Any, others: Any, batch: Any, seed: Any) -> tuple[Any, Any]:
        """(loss, others after the forward pass) and the gradient of the parameters."""
        inputs, targets, real = batch

        def objective(parameters: Any) -> tuple[jax.Array, Any]:
            model = nnx.merge(graph, parameters, others, copy=True)
            model.set_attributes(real=real, raise_if_not_found=False)  # for layers that look at the whole batch
            with devices.precise(model):
                value = loss.loss(model, inputs, targets, real, meta, nnx.Rngs(jax.random.key(seed)))
            model.set_attributes(real=None, raise_if_not_found=False)
            return value, nnx.to_pure_dict(nnx.state(model, nnx.Not(nnx.Param)))

        return jax.value_and_grad(objective, has_aux=True)(parameters)

    @jax.jit
    def step(parameters: Any, others: Any, memory: Any, batch: Any, seed: Any, rate: float) -> tuple[Any, ...]:
        """Parameters, others and memory after a step, and the loss before it."""
        (value, others), gradients = gradient(parameters, others, batch, seed)
        updates, memory = optimizer.update(gradients, memory, parameters)
        parameters = jax.tree.map(lambda parameter, update: parameter - rate * update, parameters, updates)
        return parameters, others, memory, value

    return gradient, step
