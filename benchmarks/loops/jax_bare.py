"""The loop of JAX's users: one compiled step of loss, gradient and Optax's AdamW on pure trees."""

from collections.abc import Callable
from typing import Any

import jax
import optax
import train
from flax import nnx
from loss import loss


def loop(meta: dict, config: Any, batches: list[Any]) -> Callable[[], None]:
    """A pass over the batches, which are on the device by now."""
    model = train.fresh(meta, config)
    model.train()
    graph, parameters, others = nnx.split(model, nnx.Param, ...)
    adamw = optax.adamw(1e-3, config.beta1, config.beta2, weight_decay=config.weight_decay)
    optimizer = optax.chain(optax.clip_by_global_norm(config.clip), adamw)

    @jax.jit
    def step(parameters: Any, others: Any, memory: Any, key: Any, batch: Any) -> Any:
        key, luck = jax.random.split(key)

        def objective(parameters: Any) -> Any:
            model = nnx.merge(graph, parameters, others)
            value = loss(model, *batch, meta, nnx.Rngs(luck))
            return value, nnx.state(model, nnx.Not(nnx.Param))

        (value, others), gradients = jax.value_and_grad(objective, has_aux=True)(parameters)
        updates, memory = optimizer.update(gradients, memory, parameters)
        return optax.apply_updates(parameters, updates), others, memory, key, value

    arrays = jax.device_put(batches)
    state = [parameters, others, optimizer.init(parameters), jax.random.key(0)]

    def run() -> None:
        for batch in arrays:
            *state[:], value = step(*state, batch)
        jax.block_until_ready(value)

    return run
