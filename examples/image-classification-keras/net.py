"""What Keras needs around the model: device, precision, answers as NumPy arrays, and checkpoints."""

import importlib
import io
import json
import tempfile
import warnings
import zipfile
from pathlib import Path
from typing import Any

import common
from backend import keras
from common import Problem
from config import BACKEND, FRAMEWORK, TASK, Config
from data import Split
from loss import answers

import numpy as np

BEST, LAST = "best.keras", "last.npz"
ABOUT = "about.json"  # in both files, which are zip files: what they are of


def build(meta: dict, config: Config) -> keras.Model:
    """The model that the config names, with fresh weights that the seed decides."""
    keras.backend.clear_session()  # frees earlier models, and begins to count layers' names anew
    keras.utils.set_random_seed(config.seed)
    use_precision(config)
    return importlib.import_module(f"models.{config.model}").build(meta, config)


def use_precision(config: Config) -> None:
    """What layers made from now on compute in; their weights are float32 in any case."""
    keras.config.set_dtype_policy("mixed_bfloat16" if config.precision == "bfloat16" else "float32")


def choose_device(name: str) -> str:
    """Settle on "gpu" or "cpu" before anything is computed."""
    if BACKEND == "torch":
        torch = importlib.import_module("torch")  # Keras cannot list PyTorch's devices
        there = torch.cuda.is_available() or torch.backends.mps.is_available()
    elif BACKEND == "jax":
        there = importlib.import_module("jax").default_backend() != "cpu"
    else:
        there = bool(keras.distribution.list_devices("gpu"))
    kind = "gpu" if there else "cpu"
    if name not in ("auto", "cpu", kind):
        raise Problem(f"device {name} is not there for {BACKEND}; use auto (it would take the {kind}) or cpu", 2)
    if name == "cpu":
        keras.device("cpu").__enter__()  # never left: it holds for the whole process
        return "cpu"
    return kind


def choose_precision(name: str, device: str) -> str:
    """A fixed rule that never measures: bfloat16 on a GPU, float32 on a CPU; weights stay float32."""
    if name not in ("auto", "float32", "bfloat16"):
        raise Problem(f"no precision {name!r}; use auto, float32 or bfloat16", 2)
    return {"gpu": "bfloat16", "cpu": "float32"}[device] if name == "auto" else name


def widened(model: keras.Model, inputs: np.ndarray) -> np.ndarray:
    """Tokens (batch, length), with zeros behind them where the model takes longer rows: one shape compiles once."""
    shape = getattr(model, "input_shape", None)  # a model that is no graph of layers has none
    if inputs.dtype.kind != "i" or not isinstance(shape, tuple) or (shape[1] or 0) <= inputs.shape[1]:
        return inputs
    return np.pad(inputs, ((0, 0), (0, shape[1] - inputs.shape[1])))


def answer(model: keras.Model, inputs: np.ndarray) -> np.ndarray:
    """The model's own output for a batch, without dropout."""
    loops = BACKEND == "tensorflow" and any(isinstance(layer, keras.layers.RNN) for layer in model._flatten_layers())
    inputs = widened(model, inputs)
    output = model.predict_on_batch(inputs) if loops else model(inputs, training=False)  # a graph, or Python loops
    return keras.ops.convert_to_numpy(keras.ops.cast(output, "float32"))


def outputs(model: keras.Model, inputs: Any, targets: Any, meta: dict, precision: str, batch: int = 512) -> np.ndarray:
    """What the model answers for every row, in order, with or without targets; `batch` only changes the memory."""
    parts = []
    for start in range(0, len(inputs), batch):
        rows = slice(start, min(start + batch, len(inputs)))
        known = None if targets is None else targets[rows]
        parts.append(answers(lambda some: answer(model, some), inputs[rows], known, meta))
    return np.concatenate(parts)


def mean_loss(model: keras.Model, split: Split, meta: dict) -> float:
    """The loss that `fit` minimises, on all rows of a small split, without dropout."""
    return float(model.compute_loss(None, split.targets, answer(model, split.inputs)))


def learnt(model: keras.Model) -> dict[str, np.ndarray]:
    """A copy of all that training should change, by name, for check.py, frozen or not."""
    weights, follower = model.trainable_weights, getattr(model, "average", None)  # which no gradient moves
    for part in model.layers:
        for layer in part._flatten_layers() if part is not follower else ():
            weights = weights + layer._trainable_variables
    return {weight.path: np.array(weight) for weight in weights}


def parameter_count(model: keras.Model) -> int:
    """Numbers that training sets."""
    return sum(weight.size for weight in learnt(model).values())


def save(path: Path, packed: bytes, config: Config, state: dict | None = None) -> None:
    """Write a checkpoint, a packed zip file, whole, or leave the old one; it also says what it is of."""
    file = io.BytesIO(packed)
    with zipfile.ZipFile(file, "a") as archive:
        about = {"about": [TASK, FRAMEWORK, config.model], "keras": keras.version(), "state": state}
        archive.writestr(ABOUT, json.dumps(about))
    common.write(path, file.getvalue())


def read_about(path: Path, config: Config) -> dict:
    """What a checkpoint says of itself; one of another project or model is a `Problem`."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip():
                raise ValueError
            found = json.loads(archive.read(ABOUT))
            about = found["about"]
    except Exception:  # whatever it stumbles over first
        raise Problem(f"{path} is missing, damaged or no checkpoint of this project; train again") from None
    if about != [TASK, FRAMEWORK, config.model]:
        raise Problem(f"{path} is of {', '.join(about)}, not of this run; choose another")
    return found


def save_best(run: Path, model: keras.Model, config: Config) -> None:
    """Write best.keras: the model as Keras keeps it, for any backend."""
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / BEST, include_optimizer=False)
        save(run / BEST, (Path(folder) / BEST).read_bytes(), config)


def restore(run: Path, config: Config, meta: dict, device: str | None = None) -> keras.Model:
    """The best model of a run, ready to answer."""
    choose_device(device or "auto")
    found = read_about(run / BEST, config)
    use_precision(config)  # for layers that layers are made of, which the file does not name
    importlib.import_module(f"models.{config.model}")  # registers its layers: no other code can be named in the file
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "`build")  # layers made of layers are built when they are first called
            model = keras.saving.load_model(run / BEST, compile=False, safe_mode=True)
    except Exception as error:  # whatever Keras stumbles over first
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        versions = f"it is of Keras {found['keras']}, this is {keras.version()}"
        raise Problem(f"{run / BEST} does not fit models/ as it is now ({reason}; {versions}); train again") from None
    if not all(np.isfinite(weights).all() for weights in learnt(model).values()):
        raise Problem(f"{run / BEST} holds weights that are no numbers; train again with a lower --learning-rate")
    return model


def everything(model: keras.Model) -> dict[str, Any]:
    """All variables that training changes: weights, averages, dropout's chance, the optimiser's memory."""
    variables = [*model.variables, *model.optimizer.variables]
    return {f"{number:04}/{variable.path}": variable for number, variable in enumerate(variables)}


def save_last(run: Path, model: keras.Model, config: Config, state: dict) -> None:
    """Write last.npz: all that going on needs, in one file, so that it is of one moment."""
    packed = io.BytesIO()
    np.savez(packed, **{name: np.array(variable) for name, variable in everything(model).items()})
    save(run / LAST, packed.getvalue(), config, state)


def load_last(run: Path, model: keras.Model, config: Config) -> dict:
    """Put back what last.npz holds; returns where training stood. Arrays alone are read, so no code can run."""
    state = read_about(run / LAST, config)["state"]
    here = everything(model)
    with np.load(run / LAST, allow_pickle=False) as arrays:
        there = {name: arrays[name] for name in arrays.files if name != ABOUT}
    found = {name: array.shape for name, array in there.items()}
    expected = {name: tuple(variable.shape) for name, variable in here.items()}
    if found != expected:
        raise Problem(f"{run / LAST} does not fit models/ as it is now (other layers or sizes); train again")
    for name, variable in here.items():
        variable.assign(there[name])
    return state
