"""The losses of both players of a GAN in the form that spec.json names."""

from typing import Any

from backend import keras
from spec import SPEC


def tell_apart(model: keras.Model, real: Any, made: Any) -> Any:
    """The discriminator's loss in the form of ASSIGNMENT.md, a scalar, and no steep slopes beside real pictures.

    real, made  (batch, height, width, channels) in [-1, 1]
    """
    ops, form, judge = keras.ops, SPEC["judge"], model.discriminator
    scores, fake = judge(real, training=True), judge(ops.stop_gradient(made), training=True)  # above 0 means "real"
    beside = judge(model.jitter(real, training=True), training=True)  # (batch,)
    steepness = ops.mean(ops.square((beside - scores) / model.jitter.stddev)) / 2
    if form["form"] == "hinge":
        apart = ops.mean(ops.relu(form["margin"] - scores)) + ops.mean(ops.relu(form["margin"] + fake))
    else:
        apart = ops.mean(ops.square(scores - form["label"])) + ops.mean(ops.square(fake))
    return apart + model.penalty * steepness


def fool(model: keras.Model, made: Any) -> Any:
    """The generator's loss in the form of ASSIGNMENT.md, a scalar: made pictures should be taken for real.

    It goes through the judge and leaves it alone: for this call the judge's weights are constants.
    """
    ops, form, judge = keras.ops, SPEC["maker"], model.discriminator
    constants = [(weight, ops.stop_gradient(weight.value)) for weight in judge.variables]
    with keras.StatelessScope(state_mapping=constants):
        scores = judge(made, training=True)
        return ops.mean(-scores if form["form"] == "hinge" else ops.square(scores - form["label"]))
