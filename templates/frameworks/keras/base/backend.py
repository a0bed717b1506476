"""Keras on the backend that config.py names: `from backend import keras` knows the name in time, and is quiet."""

import importlib
import logging
import os
import warnings
from typing import Any

from common import ROOT
from config import BACKEND

# What TensorFlow's libraries say of themselves while they load stays from the screen; Python's errors pass.
real, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
os.dup2(nowhere, 2)
try:
    import keras
finally:
    os.dup2(real, 2)
    os.close(real)
    os.close(nowhere)

logging.getLogger("tensorflow").setLevel("ERROR")  # its warnings are about how often check.py compiles
if BACKEND == "jax":
    jax = importlib.import_module("jax")  # of three backends one is installed

    if not jax.config.jax_compilation_cache_dir:  # compiled steps, so that only the first start takes long
        jax.config.update("jax_compilation_cache_dir", str(ROOT / ".jax_cache"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
        warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation cache")  # then without it


@keras.saving.register_keras_serializable("backend")
class Embedding(keras.layers.Embedding):
    """A learnt vector for each number.

    TensorFlow hands on the gradient of a lookup in pieces, of which the norm comes out too small to clip by; that of a
    product is whole.
    """

    def call(self, inputs: Any) -> Any:
        vectors = keras.ops.take(self.embeddings * 1.0, keras.ops.cast(inputs, "int32"), axis=0)
        return keras.ops.cast(vectors, self.compute_dtype)


__all__ = ["Embedding", "keras"]
