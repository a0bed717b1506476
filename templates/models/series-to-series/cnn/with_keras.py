"""A temporal convolutional network (Bai, Kolter, Koltun 2018): causal convolutions that look back ever further."""

import math
from typing import Any

from backend import keras
from config import Config

layers, ops = keras.layers, keras.ops


@keras.saving.register_keras_serializable("models")
class Window(layers.Layer):
    """A window without level and spread as data.normalise makes it, and the last season again.

    Input  (batch, context)
    Output (batch, context), naive (batch, horizon), level and spread (batch, 1)
    """

    def __init__(self, newest: int, naive: list[int], **settings: Any) -> None:
        super().__init__(**settings | {"dtype": "float32"})
        self.newest, self.naive = newest, naive  # steps whose mean is the level; places of the last season

    def call(self, inputs: Any) -> Any:
        level = ops.mean(inputs[:, -self.newest :], 1, keepdims=True)
        spread = ops.maximum(ops.std(inputs, 1, keepdims=True), 0.01)
        seen = (inputs - level) / spread
        return seen, ops.take(seen, list(self.naive), axis=1), level, spread


@keras.saving.register_keras_serializable("models")
class Forecast(layers.Layer):
    """The seasonal naive forecast, corrected, with its level and spread.

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

    Input  (batch, context), the past in units
    Output (batch, horizon), the next steps in units
    """
    inputs = keras.Input((meta["context"],))
    newest = meta["season"] if meta["season"] > 1 else meta["context"]
    seen, naive, level, spread = Window(newest, meta["naive"])(inputs)
    reach = (meta["context"] - 1) / max(config.kernel - 1, 1) + 1
    x = layers.Reshape((-1, 1))(seen)  # (batch, context, 1)
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
    forecast = Forecast(meta["horizon"])(naive, correction, level, spread)
    return keras.Model(inputs, forecast)


def uniform() -> keras.Initializer:
    """First weights within ±1 / √inputs; each layer needs an object of its own, or all would start alike."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
