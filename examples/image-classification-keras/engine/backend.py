"""Keras on the backend that config.py names; every file takes `keras` from here, so that the name is known in time."""

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import runs
from config import BACKEND

CACHE = runs.ROOT / ".jax_cache"  # steps that JAX compiled, so that only the first start takes long; delete at any time


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what TensorFlow's libraries say of themselves while they load from the screen; Python's errors pass."""
    real, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(real, 2)
        os.close(real)
        os.close(nowhere)


if BACKEND != "tensorflow":  # where it is installed, Keras loads it all the same, and it would tell of its oneDNN
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
try:
    with quiet() if BACKEND == "tensorflow" else contextlib.nullcontext():
        import keras
except ModuleNotFoundError as error:
    missing = str(error.name).partition(".")[0]
    sys.exit(
        f"{Path(sys.argv[0]).name}: {missing} is missing, and this project needs Keras on {BACKEND}; "
        "install both with: pip install -e ."
    )

if BACKEND == "jax":
    import jax  # optional

    if not jax.config.jax_compilation_cache_dir:
        jax.config.update("jax_compilation_cache_dir", str(CACHE))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
        warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation cache")  # then without it
logging.getLogger("tensorflow").setLevel("ERROR")  # its warnings are about how often check.py compiles

__all__ = ["BACKEND", "keras"]
