"""Training steps, compiled: the loss, its gradient, and AdamW."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

import loss
from config import Config
from engine import device as devices
from engine import feed
from splits import Split

MOST = 16  # steps in a call
SMALL = 5e8  # multiplications of a step, at most, where a call takes several


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

    state    the parameters, which the gradient changes; what the forward pass changes, such as the averages of batch
             normalisation; and AdamW's memory
    at_once  steps in a call: several of a small network, which need less time than the call. Batches of one shape
             wait for each other, and are learnt from before anything looks at what was learnt
    """

    def __init__(self, model: nnx.Module, config: Config, meta: dict[str, Any]) -> None:
        self.model = model
        model.train()
        graph, parameters, others = nnx.split(model, nnx.Param, ...)
        parameters, others = nnx.to_pure_dict(parameters), nnx.to_pure_dict(others)
        self.sharding = devices.sharding(parameters)
        optimizer = make_optimizer(config.beta1, config.beta2, config.weight_decay, config.clip)
        memory = jax.jit(optimizer.init, out_shardings=self.sharding)(parameters)
        self.state = parameters, others, memory
        self.compiled_gradient, self.compiled_step, self.compiled_steps = compiled(graph, optimizer, Static(meta))
        self.at_once, self.shapes = 1, []  # of the batches that wait
        self.waiting: list[tuple[Any, np.uint32, np.float32]] = []  # batches, their luck and their rates
        self.computed: list[tuple[jax.Array, int]] = []  # losses of a call, and how many of them count

    def batch(self, split: Split, rows: np.ndarray, key: tuple[int, int, int], size: int) -> tuple[Any, Any, Any]:
        """Some rows of train, filled up to `size`; `key` (seed, epoch, step) decides how they are augmented."""
        filled = np.append(rows, np.repeat(rows[:1], max(size - len(rows), 0)))  # here, which spares a copy of all
        return devices.batch(*feed.batch(split, filled, key), size, self.sharding, len(rows))

    def step(self, batch: tuple[Any, Any, Any], key: tuple[int, int, int], rate: float) -> None:
        """Learn from a batch, now or with those that follow. `key` decides all other chance, such as dropout."""
        shapes = [array.shape for array in jax.tree.leaves(batch)]
        if shapes != self.shapes:
            self.catch_up()
            self.at_once, self.shapes = most_at_once(batch, self.state[0]), shapes
        self.waiting.append((batch, luck(key), np.float32(rate)))
        if len(self.waiting) == self.at_once:
            self.catch_up()

    def catch_up(self) -> None:
        """Take the steps that wait, in one call, which the last one fills up where they are too few."""
        count = len(self.waiting)
        if count and self.at_once == 1:
            self.state, losses = self.compiled_step(self.state, *self.waiting[0])
        elif count:
            filled = self.waiting + self.waiting[-1:] * (self.at_once - count)
            stacked = jax.tree.map(lambda *values: np.stack(values), *filled)
            self.state, losses = self.compiled_steps(self.state, *stacked, count)
        if count:
            self.computed.append((losses, count))
            self.waiting = []

    def losses(self) -> list[float]:
        """The losses before the steps since this was asked last; waits until they are computed."""
        self.catch_up()
        found = [float(value) for losses, count in self.computed for value in np.ravel(losses)[:count]]
        self.computed = []
        return found

    def gradients(self, batch: tuple[Any, Any, Any], key: tuple[int, int, int]) -> dict[str, Any]:
        """The gradient of the loss for a batch, by parameter."""
        self.catch_up()
        parameters, others, _ = self.state
        return self.compiled_gradient(parameters, others, batch, luck(key))[1]

    def weights(self) -> dict[str, Any]:
        """All that a checkpoint needs to answer."""
        self.catch_up()
        return dict(zip(("parameters", "others"), self.state, strict=False))

    def content(self) -> dict[str, Any]:
        """All that a checkpoint needs to go on from here."""
        self.catch_up()
        return dict(zip(("parameters", "others", "memory"), self.state, strict=True))

    def put_back(self, content: dict[str, Any]) -> None:
        """Go on from what `content` once gave."""
        content = jax.device_put(content, self.sharding)
        self.state = content["parameters"], content["others"], content["memory"]
        self.learnt()

    def learnt(self) -> nnx.Module:
        """The model, with what it has learnt so far."""
        for values in self.weights().values():
            nnx.update(self.model, values)
        return self.model


def most_at_once(batch: Any, parameters: Any) -> int:
    """How many steps a call takes.

    A step is judged by its parameters times its numbers, which no step exceeds. One at a time are those with
    convolutions, which are slow in a compiled loop on a CPU, and those that several devices share.
    """
    weights = jax.tree.leaves(parameters)
    numbers = max(array.size for array in jax.tree.leaves(batch))
    small = numbers * sum(array.size for array in weights) <= SMALL
    return MOST if small and max(array.ndim for array in weights) <= 2 and len(weights[0].devices()) == 1 else 1


def luck(key: tuple[int, int, int]) -> np.uint32:
    """The seed of a step's random keys."""
    return np.uint32(feed.luck(key) % 2**32)


@functools.cache
def compiled(graph: Any, optimizer: optax.GradientTransformation, meta: Static) -> tuple[Any, Any, Any]:
    """The gradient of a model, a training step, and several: functions that are compiled once for all equal models."""

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
    def step(state: Any, batch: Any, seed: Any, rate: Any) -> tuple[Any, jax.Array]:
        """(parameters, others, memory) after a step, and the loss before it."""
        parameters, others, memory = state
        (value, others), gradients = gradient(parameters, others, batch, seed)
        updates, memory = optimizer.update(gradients, memory, parameters)
        parameters = jax.tree.map(lambda parameter, update: parameter - rate * update, parameters, updates)
        return (parameters, others, memory), value

    @jax.jit
    def steps(state: Any, batches: Any, seeds: Any, rates: Any, count: Any) -> tuple[Any, jax.Array]:
        """The same after the first `count` of some steps, and the losses before them; all have the steps first."""

        def one(number: Any, so_far: tuple[Any, jax.Array]) -> tuple[Any, jax.Array]:
            state, losses = so_far
            state, value = step(state, *jax.tree.map(lambda values: values[number], (batches, seeds, rates)))
            return state, losses.at[number].set(value)

        return jax.lax.fori_loop(0, count, one, (state, jnp.zeros(len(rates))))

    return gradient, step, steps
