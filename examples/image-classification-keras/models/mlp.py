"""A multi-layer perceptron on the pixels: no idea of space, but fast."""

from backend import keras
from config import Config

layers = keras.layers


def build(meta: dict, config: Config) -> keras.Model:
    """Linear layers with ReLU and dropout, for pictures of meta["shape"] and the classes of meta["classes"].

    Input  (batch, height, width, channels), standardised floats
    Output (batch, classes), raw scores
    """
    images = keras.Input(meta["shape"])
    x = layers.Flatten()(images)  # (batch, pixels)
    for _ in range(config.depth):
        x = layers.Dense(config.width, "relu", kernel_initializer=uniform())(x)  # (batch, width)
        x = layers.Dropout(config.dropout)(x)
    small = keras.initializers.RandomNormal(stddev=0.01)  # at first all classes are about equally likely
    scores = layers.Dense(len(meta["classes"]), kernel_initializer=small)(x)  # (batch, classes)
    return keras.Model(images, scores)


def uniform() -> keras.Initializer:
    """First weights within ±1 / √inputs; each layer needs an object of its own, or all would start alike."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
