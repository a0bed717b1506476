"""A temporal convolutional network (Bai, Kolter, Koltun 2018): causal convolutions that look back ever further."""

import math
from typing import Any

from backend import keras
from config import Config

layers = keras.layers


@keras.saving.register_keras_serializable("models")
class Forecast(layers.Layer):
    """The seasonal naive forecast, corrected, in real units.

    Input  naive and its correction (batch, horizon), level and spread (batch, 1)
    Output (batch, horizon)
    """

    def __init__(self, horizon: int, **settings: Any) -> None:
        super().__init__(**settings | {"dtype": "float32"})
        self.trust = self.add_weight(
            (horizon,), "ones"
        )  # in the naive forecast, less where its noise outweighs its use

    def call(self, naive: Any, correction: Any, level: Any, spread: Any) -> Any:
        return level + spread * (self.trust * naive + correction)


def build(meta: dict, config: Config) -> keras.Model:
    """Causal convolutions whose dilation doubles; the last step's features correct the seasonal naive forecast.

    Input  dict of values (batch, context), naive (batch, horizon), level and spread (batch, 1): see data.normalise
    Output (batch, horizon), forecasts in real units
    """
    inputs = windows(meta)
    reach = (meta["context"] - 1) / (config.kernel - 1) + 1
    x = layers.Reshape((-1, 1))(inputs["values"])  # (batch, context, 1)
    x = layers.Conv1D(config.width, 1, kernel_initializer=uniform())(x)  # (batch, context, width)
    for block in range(max(1, math.ceil(math.log2(reach)))):  # the last one sees 1 + (kernel - 1)(2^blocks - 1) steps
        y = layers.Conv1D(
            config.width,
            config.kernel,
            padding="causal",
            dilation_rate=2**block,
            activation="gelu",
            kernel_initializer=uniform(),
        )(x)
        x = layers.Add()([x, layers.Dropout(config.dropout)(y)])
    x = layers.Flatten()(layers.Cropping1D((meta["context"] - 1, 0))(x))  # (batch, width), of the last step
    small = keras.initializers.RandomNormal(stddev=0.01)  # at first the forecast is the naive one
    correction = layers.Dense(meta["horizon"], kernel_initializer=small)(x)  # (batch, horizon)
    forecast = Forecast(meta["horizon"])(inputs["naive"], correction, inputs["level"], inputs["spread"])
    return keras.Model(inputs, forecast)


def windows(meta: dict) -> dict[str, keras.KerasTensor]:
    """The inputs: what data.normalise makes of a window of meta["context"] steps, for meta["horizon"] to forecast."""
    shapes = {"values": meta["context"], "naive": meta["horizon"], "level": 1, "spread": 1}
    return {name: keras.Input((size,), name=name) for name, size in shapes.items()}


def uniform() -> keras.Initializer:
    """First weights within ±1 / √inputs; each layer needs an object of its own, or all would start alike."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
