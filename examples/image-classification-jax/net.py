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
from config import FRAMEWORK, TASK, Config
from data import Split

import jax
import numpy as np
import safetensors.numpy
from flax import nnx
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from safetensors import SafetensorError

BEST, LAST = "best.safetensors", "last.safetensors"

jax.config.update("jax_default_prng_impl", "rbg")  # random numbers that compile and run faster than the default's
if not jax.config.jax_compilation_cache_dir:  # compiled steps, so that only the first start takes long
    jax.config.update("jax_compilation_cache_dir", str(common.ROOT / ".jax_cache"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
    warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation cache")  # then without it


class Static(dict):
    """A dict that jit takes for a constant; nobody may change it any more."""

    def __hash__(self) -> int:
        return len(self)


def build(meta: dict, config: Config) -> nnx.Module:
    """The model that the config names, on its devices, with fresh weights that the seed decides."""
    module = importlib.import_module(f"models.{config.model}")
    model = nnx.jit(functools.partial(module.build, meta, config))()  # one by one, its arrays would take seconds
    return place(model, config.device)


def place(node: Any, device: str) -> Any:
    """A model or optimiser with a copy of its arrays on each device."""
    everywhere = NamedSharding(choose_device(device), PartitionSpec())
    nnx.update(node, jax.device_put(nnx.state(node), everywhere))
    return node


def choose_device(name: str) -> Mesh:
    """All local devices of the kind `name`, or for "auto" of the fastest kind, in a row that shares batches."""
    try:
        devices = jax.local_devices(backend=None if name == "auto" else name)
    except RuntimeError:
        raise Problem(f"device {name} is not there; use auto (it would take {jax.default_backend()})", 2) from None
    return Mesh(np.array(devices), ("rows",))


def choose_precision(name: str, mesh: Mesh) -> str:
    """float32 or bfloat16, of matrix products; "auto" is bfloat16 wherever there are units for it."""
    on_cpu = mesh.devices.flat[0].platform == "cpu"
    if name not in ("auto", "float32", "bfloat16"):
        raise Problem(f"no precision {name!r}; use auto, float32 or bfloat16", 2)
    if name == "bfloat16" and on_cpu:
        raise Problem("--precision bfloat16 is for GPU and TPU, JAX computes in float32 on a CPU; leave it out", 2)
    return "float32" if name == "float32" or on_cpu else "bfloat16"


def sharding_of_rows(model: nnx.Module, axis: int = 0) -> NamedSharding:
    """How the devices that hold a model share batches: each takes as many rows."""
    weight = jax.tree.leaves(nnx.state(model))[0]
    return NamedSharding(weight.sharding.mesh, PartitionSpec(*[None] * axis, "rows"))


@nnx.jit(static_argnames=("meta", "precision"))
def compiled_answers(model: nnx.Module, inputs: Any, targets: Any, meta: Static, precision: str) -> jax.Array:
    with jax.default_matmul_precision(precision):
        return objective.answers(model, inputs, targets, meta)


compiled_loss = nnx.jit(objective.loss, static_argnames="meta")


def outputs(model: nnx.Module, inputs: Any, targets: Any, meta: dict, precision: str, batch: int = 64) -> np.ndarray:
    """What the model answers for every row, in order, with or without targets.

    A short batch is filled up with rows that are not kept, so that one shape is compiled.
    """
    model.eval()
    sharding = sharding_of_rows(model)
    filled = -(-batch // sharding.num_devices) * sharding.num_devices
    parts = []
    for start in range(0, len(inputs), batch):
        index = np.arange(start, min(start + batch, len(inputs)))
        rows = np.resize(index, filled)
        known = None if targets is None else targets[rows]
        some = jax.device_put((inputs[rows], known), sharding)
        output = compiled_answers(model, *some, Static(meta), precision)
        output = np.asarray(output)[: len(index)]
        if hasattr(objective, "counted"):  # of tokens, some count elsewhere
            output = objective.counted(output, known[: len(index)])
        parts.append(output)
    return np.concatenate(parts)


def mean_loss(model: nnx.Module, split: Split, meta: dict) -> float:
    """The loss on all rows of a small split, without dropout."""
    model.eval()
    return float(compiled_loss(model, split.inputs[:], split.targets[:], Static(meta)))


def named(node: Any, kind: Any = nnx.Variable) -> dict[str, np.ndarray]:
    """A copy of the arrays of a model (and its optimiser), by their paths, such as head/kernel."""
    leaves = jax.tree_util.tree_leaves_with_path(nnx.to_pure_dict(nnx.state(node, kind)))
    arrays = {}
    for path, value in leaves:
        arrays[jax.tree_util.keystr(path, simple=True, separator="/")] = np.array(value)
    return arrays


def learnt(model: nnx.Module) -> dict[str, np.ndarray]:
    """A copy of all that training should change, by name, for check.py."""
    return named(model, nnx.Param)


def parameter_count(model: nnx.Module) -> int:
    """Numbers that training sets."""
    return sum(value.size for value in learnt(model).values())


def save(path: Path, config: Config, arrays: dict[str, np.ndarray], state: dict | None = None) -> None:
    """Write a checkpoint whole, or leave the old one; its metadata say what it is of."""
    about = json.dumps({"about": [TASK, FRAMEWORK, config.model], "state": state})
    common.write(path, safetensors.numpy.save(arrays, {"about": about}))


def load(path: Path, config: Config, node: Any) -> dict | None:
    """Put a checkpoint's arrays into a model (and its optimiser); returns where training stood.

    The format holds nothing that could run.
    """
    try:
        with safetensors.safe_open(path, "numpy") as file:
            notes = json.loads(file.metadata()["about"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}
    except (SafetensorError, OSError, LookupError, ValueError, TypeError):
        raise Problem(f"{path} is missing, damaged or no checkpoint of this project; train again") from None
    if notes["about"] != [TASK, FRAMEWORK, config.model]:
        raise Problem(f"{path} is of {', '.join(notes['about'])}, not of this run; choose another")
    here = named(node)
    mine, its = ({f"{name} {array.shape}" for name, array in some.items()} for some in (here, arrays))
    if mine != its:
        reason = ", ".join(sorted(mine ^ its)[:3])
        raise Problem(f"{path} does not fit models/ as it is now (not in both: {reason}); train again")
    old, structure = jax.tree.flatten(nnx.state(node))
    new = jax.device_put([arrays[name] for name in here], old[0].sharding)  # a copy on each device of the model
    nnx.update(node, jax.tree.unflatten(structure, new))
    return notes["state"]


def restore(run: Path, config: Config, meta: dict, device: str | None = None) -> nnx.Module:
    """The best model of a run, ready to answer."""
    config = dataclasses.replace(config, device=device or "auto")
    model = build(meta, config)
    load(run / BEST, config, model)
    if not all(np.isfinite(weights).all() for weights in learnt(model).values()):
        raise Problem(f"{run / BEST} holds weights that are no numbers; train again with a lower --learning-rate")
    return model
