"""A transformer: each step to forecast looks at the steps of the window that tell most about it."""

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
class Steps(layers.Layer):
    """A vector for each step of the window, with its position, and after them a learnt query for each step ahead.

    Input  (batch, context)
    Output (batch, context + horizon, width)
    """

    def __init__(self, context: int, horizon: int, width: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.first = layers.Dense(width, use_bias=False, kernel_initializer=uniform())  # the positions have the bias
        self.positions = self.add_weight((context, width), keras.initializers.RandomNormal(stddev=0.2))
        self.queries = self.add_weight((1, horizon, width), keras.initializers.RandomNormal(stddev=0.2))

    def call(self, values: Any) -> Any:
        positions, queries = (ops.cast(part, self.compute_dtype) for part in (self.positions, self.queries))
        past = self.first(values[..., None]) + positions  # (batch, context, width)
        return ops.concatenate([past, ops.repeat(queries, ops.shape(values)[0], axis=0)], 1)


@keras.saving.register_keras_serializable("models")
class Block(layers.Layer):
    """Attention and a two-layer network, each on normalised features and added to its input.

    Input and output (batch, steps, width)
    """

    def __init__(self, width: int, heads: int, dropout: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.heads = heads
        self.norm1 = layers.LayerNormalization(epsilon=1e-5)
        self.query = layers.Dense(width, kernel_initializer=uniform())
        self.key = layers.Dense(width, use_bias=False, kernel_initializer=uniform())  # a bias would change no answer
        self.value = layers.Dense(width, use_bias=False, kernel_initializer=uniform())  # the bias of `out` is enough
        self.out = layers.Dense(width, kernel_initializer=uniform())
        self.norm2 = layers.LayerNormalization(epsilon=1e-5)
        self.wide = layers.Dense(4 * width, "gelu", kernel_initializer=uniform())
        self.narrow = layers.Dense(width, kernel_initializer=uniform())
        self.dropout = layers.Dropout(dropout)

    def attend(self, x: Any) -> Any:
        _, steps, width = x.shape
        shape = (-1, steps, self.heads, width // self.heads)
        parts = (ops.reshape(part(x), shape) for part in (self.query, self.key, self.value))
        mixed = ops.dot_product_attention(*parts)  # (batch, steps, heads, width / heads)
        return self.out(ops.reshape(mixed, (-1, steps, width)))  # (batch, steps, width)

    def call(self, x: Any, training: bool = False) -> Any:
        x = x + self.dropout(self.attend(self.norm1(x)), training=training)
        return x + self.dropout(self.narrow(self.wide(self.norm2(x))), training=training)  # (batch, steps, width)


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
    """Blocks over the window and a learnt query for each step ahead, which corrects the seasonal naive forecast.

    Input  (batch, context), the past in units
    Output (batch, horizon), the next steps in units
    """
    context, horizon = meta["context"], meta["horizon"]
    inputs = keras.Input((context,))
    newest = meta["season"] if meta["season"] > 1 else meta["context"]
    seen, naive, level, spread = Window(newest, meta["naive"])(inputs)
    x = Steps(context, horizon, config.width)(seen)  # (batch, context + horizon, width)
    for _ in range(config.depth):
        x = Block(config.width, config.heads, config.dropout)(x)
    x = layers.LayerNormalization(epsilon=1e-5)(layers.Cropping1D((context, 0))(x))  # (batch, horizon, width)
    small = keras.initializers.RandomNormal(stddev=0.01)  # at first the forecast is the naive one
    correction = layers.Flatten()(layers.Dense(1, kernel_initializer=small)(x))  # (batch, horizon)
    forecast = Forecast(horizon)(naive, correction, level, spread)
    return keras.Model(inputs, forecast)


def uniform() -> keras.Initializer:
    """First weights within ±1 / √inputs; each layer needs an object of its own, or all would start alike."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
