"""What JAX needs around the model: devices, precision, compiled answers as NumPy arrays, and checkpoints."""

import dataclasses
import functools
import importlib
import json
import warnings
from pathlib import Path
from typing import Any

import common
import loss as objective
from common import Problem
from config import FRAMEWORK, MODELS, TASK, Config
from data import Split

import jax
import numpy as np
import safetensors.numpy
from flax import nnx
from jax.sharding import Mesh, NamedSharding, PartitionSpec

BEST, LAST = "best.safetensors", "last.safetensors"
KINDS = {"cpu": "cpu", "gpu": "gpu", "cuda": "gpu", "rocm": "gpu", "tpu": "tpu"}  # names of devices in jax

jax.config.update("jax_default_prng_impl", "rbg")  # random numbers that compile and run faster than the default's
if not jax.config.jax_compilation_cache_dir:  # compiled steps, so that only the first start takes long
    jax.config.update("jax_compilation_cache_dir", str(common.ROOT / ".jax_cache"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
    warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation cache")  # then without it


class Static(dict):
    """A dict that jax.jit takes for a constant; nobody may change it any more."""

    def __hash__(self) -> int:
        return len(self)

    def __eq__(self, other: object) -> bool:
        return self is other or super().__eq__(other)


def build(meta: dict, config: Config) -> nnx.Module:
    """The model that the config names, with fresh weights that the seed decides, drawn by one compiled function."""
    return compiled_build(Static(meta), Static(dataclasses.asdict(config)))


@functools.partial(nnx.jit, static_argnames=("meta", "knobs"))
def compiled_build(meta: Static, knobs: Static) -> nnx.Module:
    return importlib.import_module(f"models.{knobs['model']}").build(meta, MODELS[knobs["model"]](**knobs))


def choose_device(name: str) -> Mesh:
    """All local devices of the kind `name`, or for "auto" of the fastest kind, in a row that shares batches."""
    kind = jax.default_backend() if name == "auto" else KINDS.get(name)
    if not kind:
        raise Problem(f"no device {name!r}; use auto, gpu, tpu or cpu", 2)
    if kind not in (jax.default_backend(), "cpu"):
        raise Problem(f"device {name} is not there; use auto (it would take {jax.default_backend()})")
    return Mesh(np.array(jax.local_devices(backend=kind)), ("rows",))


def choose_precision(name: str, mesh: Mesh) -> str:
    """float32 or bfloat16, of matrix products; "auto" is bfloat16 wherever there are units for it."""
    on_cpu = mesh.devices.flat[0].platform == "cpu"
    if name not in ("auto", "float32", "bfloat16"):
        raise Problem(f"no precision {name!r}; use auto, float32 or bfloat16", 2)
    if name == "bfloat16" and on_cpu:
        raise Problem("--precision bfloat16 is for GPU and TPU, JAX computes in float32 on a CPU; leave it out", 2)
    return "float32" if name == "float32" or on_cpu else "bfloat16"


def place(model: nnx.Module, mesh: Mesh) -> nnx.Module:
    """The model with a copy of its weights on each device."""
    nnx.update(model, jax.device_put(nnx.state(model), NamedSharding(mesh, PartitionSpec())))
    return model


def on_devices(weights: Any, arrays: Any) -> Any:
    """Arrays (rows, …) shared by the devices that hold `weights`; on a single one they go by themselves."""
    sharding = jax.tree.leaves(weights)[0].sharding
    if len(sharding.device_set) == 1:
        return arrays
    return jax.device_put(arrays, NamedSharding(sharding.mesh, PartitionSpec("rows")))


def apart(model: nnx.Module) -> tuple[Any, dict]:
    """A model that answers, without dropout, as its structure and its arrays by name: what compiled functions take."""
    model.eval()
    graph, weights = nnx.split(model)
    return graph, nnx.to_pure_dict(weights)


@functools.partial(jax.jit, static_argnames=("graph", "meta", "precision"))
def compiled_answers(graph: Any, weights: Any, inputs: Any, targets: Any, meta: Static, precision: str) -> jax.Array:
    with jax.default_matmul_precision(precision):
        return objective.answers(nnx.merge(graph, weights), inputs, targets, meta)


@functools.partial(jax.jit, static_argnames=("graph", "meta"))
def compiled_loss(graph: Any, weights: Any, inputs: Any, targets: Any, meta: Static) -> jax.Array:
    return objective.loss(nnx.merge(graph, weights), inputs, targets, meta)


def outputs(model: nnx.Module, inputs: Any, targets: Any, meta: dict, precision: str, batch: int = 64) -> np.ndarray:
    """What the model answers for every row, in order, with or without targets.

    A short batch is filled up with its first row, so that one shape is compiled.
    """
    graph, weights = apart(model)
    rows = -(-batch // jax.device_count()) * jax.device_count()
    parts = []
    for start in range(0, len(inputs), batch):
        index = np.arange(start, min(start + batch, len(inputs)))
        filled = np.append(index, np.repeat(index[:1], rows - len(index)))
        known = None if targets is None else targets[filled]
        some = on_devices(weights, (inputs[filled], known))
        output = np.asarray(compiled_answers(graph, weights, *some, Static(meta), precision))[: len(index)]
        if hasattr(objective, "counted"):  # of tokens, some count elsewhere
            output = objective.counted(output, known[: len(index)])
        parts.append(output)
    return np.concatenate(parts)


def mean_loss(model: nnx.Module, split: Split, meta: dict) -> float:
    """The loss on all rows of a small split, without dropout."""
    return float(compiled_loss(*apart(model), split.inputs[:], split.targets[:], Static(meta)))


def named(tree: Any) -> dict[str, np.ndarray]:
    """A copy of what is in a tree of arrays, by its path, such as parameters/head/kernel."""
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {jax.tree_util.keystr(path, simple=True, separator="/"): np.array(value) for path, value in leaves}


def learnt(model: nnx.Module) -> dict[str, np.ndarray]:
    """A copy of all that training should change, by name, for check.py."""
    return named(nnx.to_pure_dict(nnx.state(model, nnx.Param)))


def mean_gradient(run: Path, config: Config) -> np.ndarray:
    """The running mean of the gradients that a run's optimiser was given, (parameters,), for check.py."""
    arrays, _ = load(run / LAST, config)
    steps = next(value for name, value in arrays.items() if name.endswith("/count"))
    means = [arrays[name].ravel() for name in sorted(arrays) if "/mu/" in name]
    return np.concatenate(means) / (1 - config.beta1**steps)


def parameter_count(model: nnx.Module) -> int:
    """Numbers that training sets."""
    return sum(value.size for value in jax.tree.leaves(nnx.state(model, nnx.Param)))


def save(path: Path, config: Config, arrays: dict[str, np.ndarray], state: dict | None = None) -> None:
    """Write a checkpoint whole, or leave the old one."""
    about = json.dumps({"about": [TASK, FRAMEWORK, config.model], "state": state})
    common.write(path, safetensors.numpy.save(arrays, {"about": about}))


def load(path: Path, config: Config) -> tuple[dict[str, np.ndarray], dict]:
    """Read a checkpoint: arrays by name, and where training stood. The format holds nothing that could run."""
    try:
        packed = path.read_bytes()
        arrays = safetensors.numpy.load(packed)
        head = json.loads(packed[8 : 8 + int.from_bytes(packed[:8], "little")])  # what safetensors keeps to itself
        notes = json.loads(head["__metadata__"]["about"])
        if notes["about"] == [TASK, FRAMEWORK, config.model]:
            return arrays, notes["state"]
    except FileNotFoundError:
        raise Problem(f"{path} is missing; python train.py makes a new run") from None
    except (safetensors.SafetensorError, LookupError, ValueError, TypeError):
        raise Problem(f"{path} is damaged or no checkpoint of this project; restore it or train again") from None
    raise Problem(f"{path} is of {', '.join(notes['about'])}, not of this run; choose another")


def fitted(tree: Any, arrays: dict[str, np.ndarray], path: Path) -> Any:
    """A tree of the same shape with the arrays of a checkpoint; other names or shapes are a `Problem`."""
    here = {name: value.shape for name, value in named(tree).items()}
    there = {name: value.shape for name, value in arrays.items()}
    for name in here | there:
        if here.get(name) != there.get(name):
            reason = f"{name}: {there.get(name, 'missing')} instead of {here.get(name, 'nothing')}"
            raise Problem(f"{path} does not fit models/ as it is now ({reason}); train again")
    return jax.tree.unflatten(jax.tree.structure(tree), [arrays[name] for name in here])


def restore(run: Path, config: Config, meta: dict, device: str | None = None) -> nnx.Module:
    """The best model of a run, ready to answer."""
    model = build(meta, config)
    arrays, _ = load(run / BEST, config)
    nnx.update(model, fitted(nnx.to_pure_dict(nnx.state(model)), arrays, run / BEST))
    return place(model, choose_device(device or "auto"))
