"""Saving and loading: best.keras holds the model to answer with, last.npz all that resuming needs."""

import dataclasses
import io
import json
import tempfile
import time
import warnings
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

import runs
from cli import Fault
from config import Config
from engine import device as devices
from engine.backend import keras
from engine.progress import Progress

ABOUT = "about.json"  # in both files: what they are of


def best_file(run: Path) -> Path:
    """The checkpoint that evaluate and predict use."""
    return run / "best.keras"


def save_best(run: Path, model: keras.Model, config: Config) -> None:
    """Write best.keras in one step; on a full disk the old one survives."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "model.keras"
        model.save(draft)
        with zipfile.ZipFile(draft, "a") as file:
            file.writestr(ABOUT, about(config))
        runs.write(best_file(run), draft.read_bytes())


def about(config: Config) -> str:
    """What a checkpoint says of itself."""
    return json.dumps({**runs.about(config), "keras": keras.version()})


def read(path: Path, config: Config) -> dict[str, Any]:
    """Look into a checkpoint, which is a zip file, and refuse one of another task, framework or model.

    Returns the arrays of an .npz, of which none is an object, so that a foreign file can run no code.
    """
    try:
        with zipfile.ZipFile(path) as file:
            found = json.loads(file.read(ABOUT))
        runs.check_about(found, config, path)
        return dict(np.load(path, allow_pickle=False)) if path.suffix == ".npz" else found
    except FileNotFoundError:
        raise Fault(f"{path} is missing; python train.py makes a new run") from None
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, AttributeError):
        raise Fault(f"{path} is damaged or not a checkpoint of this project; restore it or train again") from None


def restore(run: Path, config: Config, meta: dict[str, Any], device: str | None = None) -> keras.Model:
    """The best model of a run, ready to answer, in the precision it was trained with."""
    devices.choose(device or ("auto" if config.device in ("gpu", "cuda") else config.device))
    path = best_file(run)
    found = read(path, config)
    import_module(f"models.{config.model}")  # registers its layers: no other code may be named in the file
    devices.use_precision(config.precision, "cpu")
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "`build")  # layers made of layers are built when they are first called
            model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # whatever Keras stumbles over first
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        versions = f"it is of Keras {found.get('keras')}, this is {keras.version()}"
        raise Fault(f"{path} does not fit models/ as it is now ({reason}; {versions}); train again") from None
    return model


def values(variables: list[Any]) -> list[np.ndarray]:
    """Copies of variables as arrays."""
    return [np.array(variable) for variable in variables]


def set_values(variables: list[Any], arrays: list[np.ndarray], path: Path) -> None:
    """Put arrays back into variables; other shapes are a `Fault`."""
    if [tuple(variable.shape) for variable in variables] != [array.shape for array in arrays]:
        raise Fault(f"{path} does not fit models/ as it is now (other layers or sizes); train again")
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


class Saver:
    """Writes best.keras and last.npz of a run together, so that both are of one moment."""

    def __init__(self, run: Path, model: keras.Model, optimizer: keras.Optimizer, config: Config) -> None:
        self.run, self.model, self.optimizer, self.config = run, model, optimizer, config
        self.last = run / "last.npz"
        self.best: list[np.ndarray] | None = None  # what best.keras does not hold yet
        self.saved_at = time.monotonic()

    @property
    def variables(self) -> list[Any]:
        """All that training changes: weights, averages, the state of dropout's chance, the optimiser's memory."""
        return [*self.model.variables, *self.optimizer.variables]

    def resume(self) -> Progress:
        """Put back what last.npz holds, where there is one; returns how far training had come."""
        if not self.last.is_file():
            return Progress()
        found = read(self.last, self.config)
        set_values(self.variables, [found[name] for name in sorted(found) if name.isdigit()], self.last)
        return Progress(**json.loads(str(found["progress"])))

    def keep(self) -> None:
        """Remember the weights of this moment as the best; the next `save` writes them."""
        self.best = values(self.model.variables)

    def save(self, progress: Progress, every: float = 0.0) -> None:
        """Write the checkpoints, unless that was done less than `every` seconds ago."""
        if time.monotonic() - self.saved_at < every:
            return
        if self.best is not None:
            now = values(self.model.variables)
            set_values(self.model.variables, self.best, best_file(self.run))
            save_best(self.run, self.model, self.config)
            set_values(self.model.variables, now, best_file(self.run))
            self.best = None
        content = {f"{number:05d}": value for number, value in enumerate(values(self.variables))}
        packed = io.BytesIO()
        np.savez(packed, **content, progress=json.dumps(dataclasses.asdict(progress)))
        with zipfile.ZipFile(packed, "a") as file:
            file.writestr(ABOUT, about(self.config))
        runs.write(self.last, packed.getvalue())
        if best_file(self.run).is_file():
            runs.mark_latest(self.run)
        self.saved_at = time.monotonic()
