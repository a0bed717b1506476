"""A linear layer and a small hidden one beside the seasonal naive forecast, as DLinear and TSMixer have them."""

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
    """Two ways from the window to a correction of the seasonal naive forecast: straight, and through a hidden layer.

    Input  (batch, context), the past in units
    Output (batch, horizon), the next steps in units
    """
    inputs = keras.Input((meta["context"],))
    newest = meta["season"] if meta["season"] > 1 else meta["context"]
    seen, naive, level, spread = Window(newest, meta["naive"])(inputs)
    straight = layers.Dense(meta["horizon"], use_bias=False, kernel_initializer=small())(seen)  # the head has the bias
    x = layers.Dense(config.width, "relu", kernel_initializer=uniform())(seen)
    x = layers.Dropout(config.dropout)(x)  # (batch, width)
    correction = layers.Add()([straight, layers.Dense(meta["horizon"], kernel_initializer=small())(x)])
    forecast = Forecast(meta["horizon"])(naive, correction, level, spread)  # (batch, horizon)
    return keras.Model(inputs, forecast)


def small() -> keras.Initializer:
    """First weights near zero: at first the forecast is the naive one."""
    return keras.initializers.RandomNormal(stddev=0.01)


def uniform() -> keras.Initializer:
    """First weights within ±1 / √inputs; each layer needs an object of its own, or all would start alike."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
