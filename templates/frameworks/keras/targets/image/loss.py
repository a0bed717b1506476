"""What a GAN minimises: the non-saturating loss of Goodfellow et al. (2014), both players in one scalar."""

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.backend import keras

ops = keras.ops


def loss(model: keras.Model, outputs: Any, targets: Any, meta: dict[str, Any], training: bool) -> Any:
    """The discriminator's loss plus the generator's, a scalar; each part has gradients for its own player alone.

    outputs  (batch, height, width, channels) pictures that the generator made
    targets  (batch, height, width, channels) real pictures in [-1, 1]
    """
    judge, made = model.discriminator, ops.convert_to_tensor(outputs)
    real = judge(targets, training=training)  # (batch,), above 0 means "real"
    fake = judge(ops.stop_gradient(made), training=training)  # (batch,)
    tell_apart = ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(fake))
    # the generator's loss goes through the judge and leaves it alone: for that call its weights are constants
    constants = [(weight, ops.stop_gradient(weight.value)) for weight in judge.variables]
    with keras.StatelessScope(state_mapping=constants):
        fool = ops.mean(ops.softplus(-judge(made, training=training)))
    if not training:
        return tell_apart + fool
    # how fast the scores change beside real pictures: half the mean squared gradient, R1 of Mescheder et al. (2018),
    # from differences to pictures with a little noise
    beside = judge(model.jitter(targets, training=True), training=True)  # (batch,)
    steepness = ops.mean(ops.square((beside - real) / model.jitter.stddev)) / 2
    return tell_apart + fool + model.penalty * steepness


def answers(predict: Callable[[Any], Any], inputs: Any, targets: Any, meta: dict[str, Any]) -> np.ndarray:
    """With targets to be compared with: every draw along the components of train, (batch, draws, components).

    Without: the pictures of noise (batch, latent), (batch, height, width, channels) in [-1, 1].
    """
    if targets is None:
        return predict(inputs).astype(np.float32)
    basis = np.array(meta["basis"], np.float32)  # (components, pixels)
    draws = inputs.swapaxes(0, 1)  # (draws, batch, latent); one by one, to spare memory
    return np.stack([predict(z).astype(np.float32).reshape(len(z), -1) @ basis.T for z in draws], axis=1)
