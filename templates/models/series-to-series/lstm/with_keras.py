"""A recurrent network (LSTM): reads the window step by step and forecasts from what it remembers."""

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
    """LSTM layers; the memory after the last step corrects the seasonal naive forecast.

    Input  (batch, context), the past in units
    Output (batch, horizon), the next steps in units
    """
    inputs = keras.Input((meta["context"],))
    newest = meta["season"] if meta["season"] > 1 else meta["context"]
    seen, naive, level, spread = Window(newest, meta["naive"])(inputs)
    x = layers.Reshape((-1, 1))(seen)  # (batch, context, 1)
    for layer in range(config.depth):
        x = memory(config.width, return_sequences=layer < config.depth - 1)(x)  # of the last one only the last step
        x = layers.Dropout(config.dropout)(x)
    small = keras.initializers.RandomNormal(stddev=0.01)  # at first the forecast is the naive one
    correction = layers.Dense(meta["horizon"], kernel_initializer=small)(x)  # (batch, horizon)
    forecast = Forecast(meta["horizon"])(naive, correction, level, spread)
    return keras.Model(inputs, forecast)


def memory(width: int, **settings: Any) -> keras.layers.LSTM:
    """An LSTM layer whose first weights lie within ±1 / √width; each kind needs an object of its own."""
    kinds = ("kernel_initializer", "recurrent_initializer", "bias_initializer")
    starts = {kind: keras.initializers.RandomUniform(-(width**-0.5), width**-0.5) for kind in kinds}
    return layers.LSTM(width, unit_forget_bias=False, **starts, **settings)
