"""What the two players of a GAN minimise: the non-saturating loss of Goodfellow et al. (2014); and what it answers."""

from collections.abc import Callable
from typing import Any

from backend import keras

import numpy as np

ops = keras.ops


def loss(model: keras.Model) -> Callable[[Any, Any], Any]:
    """For `compile`: the discriminator's loss plus the generator's, a scalar; each moves its own player alone."""

    def both(real: Any, made: Any) -> Any:
        return tell_apart(model, real, made) + fool(model, made)

    return both


def tell_apart(model: keras.Model, real: Any, made: Any) -> Any:
    """The discriminator's loss, a scalar: real pictures above 0, made ones below, and no steep slopes beside real ones.

    real, made  (batch, height, width, channels) in [-1, 1]
    """
    judge = model.discriminator
    scores, fake = judge(real, training=True), judge(ops.stop_gradient(made), training=True)  # above 0 means "real"
    beside = judge(model.jitter(real, training=True), training=True)  # (batch,)
    steepness = ops.mean(ops.square((beside - scores) / model.jitter.stddev)) / 2  # R1 of Mescheder et al. (2018)
    return ops.mean(ops.softplus(-scores)) + ops.mean(ops.softplus(fake)) + model.penalty * steepness


def fool(model: keras.Model, made: Any) -> Any:
    """The generator's loss, a scalar: made pictures should be taken for real.

    It goes through the judge and leaves it alone: for this call the judge's weights are constants.
    """
    judge = model.discriminator
    constants = [(weight, ops.stop_gradient(weight.value)) for weight in judge.variables]
    with keras.StatelessScope(state_mapping=constants):
        return ops.mean(ops.softplus(-judge(made, training=True)))


def answers(predict: Callable[[Any], np.ndarray], inputs: Any, targets: Any, meta: dict) -> np.ndarray:
    """With targets to be compared with: every draw along the components of train, (batch, draws, components).

    Without: the pictures of noise (batch, latent), (batch, height, width, channels) in [-1, 1].
    """
    if targets is None:
        return predict(inputs)
    basis = np.array(meta["basis"], np.float32)  # (components, pixels)
    draws = (predict(noise) for noise in inputs.swapaxes(0, 1))  # one by one, to spare memory
    return np.stack([images.reshape(len(images), -1) @ basis.T for images in draws], axis=1)
