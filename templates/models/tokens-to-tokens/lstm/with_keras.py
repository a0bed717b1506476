"""A character-level LSTM: what it has read so far is kept in a memory of fixed size."""

from typing import Any

from backend import Embedding, keras
from config import Config

import numpy as np

layers = keras.layers


@keras.saving.register_keras_serializable("models")
class LSTM(keras.Model):
    """Token vectors, LSTM layers, a linear head.

    Input  (batch, length) tokens
    Output (batch, length, tokens) raw scores of each next token
    """

    def __init__(self, tokens: int, width: int, depth: int, dropout: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.made_of = {"tokens": tokens, "width": width, "depth": depth, "dropout": dropout}
        self.embedding = Embedding(tokens, width, keras.initializers.RandomNormal(stddev=1.0))
        self.memories = [memory(width, return_state=True) for _ in range(depth)]
        self.dropout = layers.Dropout(dropout)  # between the layers, and before the head
        small = keras.initializers.RandomNormal(stddev=0.01)  # at first all tokens are about equally likely
        self.head = layers.Dense(tokens, kernel_initializer=small)

    def get_config(self) -> dict:
        """What best.keras keeps to make the network from."""
        return super().get_config() | self.made_of

    def build(self, shape: Any = None) -> None:
        self.embedding.build((None, None))
        for layer in (*self.memories, self.head):
            layer.build((None, None, self.made_of["width"]))

    def call(self, tokens: Any, training: bool = False) -> Any:
        return self.read(tokens, None, training)[0]  # (batch, length, tokens)

    def read(self, tokens: Any, before: Any, training: bool = False) -> tuple[Any, Any]:
        """The scores (batch, length, tokens) after a state, None at the beginning, and the state after the tokens."""
        x, after = self.embedding(tokens), []  # (batch, length, width)
        for layer, state in zip(self.memories, before or [None] * len(self.memories), strict=True):
            x, hidden, cell = layer(x, initial_state=state)
            x = self.dropout(x, training=training)
            after.append((hidden, cell))
        return self.head(x), tuple(after)


def memory(width: int, **settings: Any) -> keras.layers.LSTM:
    """An LSTM layer whose first weights lie within ±1 / √width; each kind needs an object of its own."""
    kinds = ("kernel_initializer", "recurrent_initializer", "bias_initializer")
    starts = {kind: keras.initializers.RandomUniform(-(width**-0.5), width**-0.5) for kind in kinds}
    return layers.LSTM(width, return_sequences=True, unit_forget_bias=False, **starts, **settings)


def build(meta: dict, config: Config) -> keras.Model:
    """The network for the characters of meta["characters"] and the unknown one."""
    model = LSTM(len(meta["characters"]) + 1, config.width, config.depth, config.dropout)
    model.build()
    for layer in model.memories:
        bias = np.array(layer.cell.bias)  # (4 * width,): input, forget, cell and output gate
        bias[config.width : 2 * config.width] -= 2.0  # gates start closed: near letters matter most
        layer.cell.bias.assign(bias)
    return model
