"""A recurrent network (LSTM): reads the window step by step and forecasts from what it remembers."""

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
    """LSTM layers; the memory after the last step corrects the seasonal naive forecast.

    Input  dict of values (batch, context), naive (batch, horizon), level and spread (batch, 1): see data.normalise
    Output (batch, horizon), forecasts in real units
    """
    inputs = windows(meta)
    x = layers.Reshape((-1, 1))(inputs["values"])  # (batch, context, 1)
    for layer in range(config.depth):
        x = memory(config.width, return_sequences=layer < config.depth - 1)(x)  # of the last one only the last step
        x = layers.Dropout(config.dropout)(x)
    small = keras.initializers.RandomNormal(stddev=0.01)  # at first the forecast is the naive one
    correction = layers.Dense(meta["horizon"], kernel_initializer=small)(x)  # (batch, horizon)
    forecast = Forecast(meta["horizon"])(inputs["naive"], correction, inputs["level"], inputs["spread"])
    return keras.Model(inputs, forecast)


def windows(meta: dict) -> dict[str, keras.KerasTensor]:
    """The inputs: what data.normalise makes of a window of meta["context"] steps, for meta["horizon"] to forecast."""
    shapes = {"values": meta["context"], "naive": meta["horizon"], "level": 1, "spread": 1}
    return {name: keras.Input((size,), name=name) for name, size in shapes.items()}


def memory(width: int, **settings: Any) -> keras.layers.LSTM:
    """An LSTM layer whose first weights lie within ±1 / √width; each kind needs an object of its own."""
    kinds = ("kernel_initializer", "recurrent_initializer", "bias_initializer")
    starts = {kind: keras.initializers.RandomUniform(-(width**-0.5), width**-0.5) for kind in kinds}
    return layers.LSTM(width, unit_forget_bias=False, **starts, **settings)
