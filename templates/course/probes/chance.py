"""The child's half of checks on what training leaves to chance."""

from typing import Any

import common
import config as knobs

import numpy as np

from .model import TORCH, made, variables


def answers(
    meta: dict, config: dict, inputs: np.ndarray, seed: int, scale: float = 1.0, batch: int = 400
) -> np.ndarray:
    """What a model with drawn weights answers while it is trained: raw outputs, in which dropout hides features.

    scale  makes all weights but biases larger, so that features differ more by what comes in
    """
    model, settings, _ = made(meta, config, seed)
    for _, value, put in variables(model):
        put((scale if value.ndim > 1 else 1.0) * value)
    if knobs.FRAMEWORK == "keras":

        def answer(some: np.ndarray) -> Any:
            return model(common.kit(settings).widened(model, some), training=True)

    elif TORCH:
        import torch

        model.train()
        answer = torch.no_grad()(lambda some: model(torch.from_numpy(some)))
    else:
        from flax import nnx

        model.train()
        rngs, compiled = nnx.Rngs(seed), nnx.jit(lambda model, some, rngs: model(some, rngs=rngs))

        def answer(some: np.ndarray) -> Any:
            return compiled(model, some, rngs)

    found = [answer(inputs[start : start + batch]) for start in range(0, len(inputs), batch)]
    return np.concatenate([np.array(one[0] if isinstance(one, tuple) else one) for one in found])
