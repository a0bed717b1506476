"""Where the arithmetic happens and how precisely, and how a batch is shared among devices."""

import contextlib
import warnings
from typing import Any

import jax
import numpy as np
from flax import nnx
from jax.sharding import Mesh, NamedSharding, PartitionSpec

import runs
from cli import Fault, Misuse

CACHE = runs.ROOT / ".jax_cache"  # compiled steps, so that only the first start takes long; delete it at any time
KNOWN = {"cpu": "cpu", "gpu": "gpu", "cuda": "gpu", "rocm": "gpu", "tpu": "tpu"}  # names of devices in jax

jax.config.update("jax_default_prng_impl", "rbg")  # random numbers that compile and run faster than the default's
if not jax.config.jax_compilation_cache_dir:
    jax.config.update("jax_compilation_cache_dir", str(CACHE))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
    warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation cache")  # then without it


def available() -> list[str]:
    """The kinds of devices that this jax sees, fastest first."""
    return list(dict.fromkeys([jax.default_backend(), "cpu"]))


def choose(name: str) -> Mesh:
    """All local devices of the kind `name`, or for "auto" of the fastest kind, in a row that shares batches."""
    kind = available()[0] if name == "auto" else KNOWN.get(name, name)
    if kind not in available():
        if kind not in KNOWN.values():
            raise Misuse(f"no device {name!r}; use auto, gpu, tpu or cpu")
        raise Fault(f"device {name} is not available here; use --device auto (it would take {available()[0]})")
    return Mesh(np.array(jax.local_devices(backend=kind)), ("rows",))


def describe(mesh: Mesh) -> str:
    """The kind of the devices, and how many there are."""
    kind = mesh.devices.flat[0].platform
    return kind if mesh.size == 1 else f"{mesh.size} devices ({kind})"


def choose_precision(name: str, mesh: Mesh) -> str:
    """float32 or bfloat16; "auto" is bfloat16 wherever there are units for it."""
    kind = mesh.devices.flat[0].platform
    if name not in ("auto", "float32", "bfloat16"):
        raise Misuse(f"no precision {name!r}; use auto, float32 or bfloat16")
    if name == "bfloat16" and kind == "cpu":
        raise Misuse("--precision bfloat16 is for GPUs and TPUs, JAX computes in float32 on a CPU; leave it out")
    return "float32" if name == "float32" or kind == "cpu" else "bfloat16"


def precise(model: nnx.Module) -> contextlib.AbstractContextManager:
    """The context in which the model's matrix products are as precise as it was placed; weights stay float32."""
    return jax.default_matmul_precision(getattr(model, "precision", "float32"))


def place(model: nnx.Module, mesh: Mesh, precision: str) -> nnx.Module:
    """Put a copy of the weights on each device and note the precision."""
    model.precision = precision
    nnx.update(model, jax.device_put(nnx.state(model), NamedSharding(mesh, PartitionSpec())))
    return model


def sharding(weights: Any) -> Any:
    """How the devices share a model's weights: each has a copy."""
    return jax.tree.leaves(weights)[0].sharding


def batch(inputs: Any, targets: Any, rows: int, sharding: Any, real: int = 0) -> tuple[Any, Any, np.ndarray]:
    """Inputs, targets and which rows are real: filled up to at least `rows`, so that one shape is compiled once.

    inputs, targets  arrays or dicts of arrays, (n, …); targets may be None
    sharding         of the model's weights, which tells the devices that share the rows
    real             how many of the n count; 0 = all
    """
    devices = len(sharding.device_set)
    n = len(jax.tree.leaves(inputs)[0])
    rows = -(-max(rows, n) // devices) * devices  # as many for each device
    filled = *jax.tree.map(lambda array: fill_up(array, rows), (inputs, targets)), np.arange(rows) < (real or n)
    if devices == 1:
        return filled  # will go where the weights are
    return jax.device_put(filled, NamedSharding(sharding.mesh, PartitionSpec("rows")))


def fill_up(array: np.ndarray, rows: int) -> np.ndarray:
    """An array with its first row repeated until there are `rows`."""
    missing = rows - len(array)
    return np.concatenate([array, np.repeat(array[:1], missing, axis=0)]) if missing else np.asarray(array)
