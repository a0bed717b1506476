"""The parts under templates/: folders, each with a card (part.toml) that says all hackgen knows about it."""

import sys
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from .errors import Problem

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Installed, the templates lie inside the package; in a checkout, beside it.
_HERE = Path(__file__).parent
TEMPLATES = next(folder for folder in (_HERE / "templates", _HERE.parent / "templates") if folder.is_dir())

Knobs = dict[str, dict[str, Any]]


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables; a `Problem` of one line when it is missing or does not parse."""
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Problem(f"{path} does not exist") from None
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Problem(f"{path} is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"{path} is not valid TOML: {error}") from None


@cache
def parsed(text: str) -> dict[str, Any]:
    """The tables of a TOML text, parsed once: cards and facts are read again and again. Nobody changes them."""
    return tomllib.loads(text)


@dataclass(frozen=True)
class Part:
    """One folder under templates/; its card is read when it is first asked for."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def card(self) -> dict[str, Any]:
        return read_toml(self.folder / "part.toml")

    def __getitem__(self, key: str) -> Any:
        try:
            return self.card[key]
        except KeyError:
            raise Problem(f"{self.folder / 'part.toml'} has no {key!r}") from None

    @property
    def title(self) -> str:
        return self.card.get("title", self.name)

    @property
    def summary(self) -> str:
        return self.card.get("summary", "")

    @property
    def dependencies(self) -> list[str]:
        return self.card.get("dependencies", [])

    @property
    def models_from(self) -> str:
        """The framework whose model files are used: its own, unless the card names another's."""
        return self.card.get("models_from", self.name)

    @property
    def requires_python(self) -> tuple[int, ...]:
        """The least version of Python that the part runs on, such as (3, 11); () where it does not mind."""
        return tuple(int(number) for number in self.card.get("requires_python", "").split(".") if number)

    def knobs(self, inherited: Knobs) -> Knobs:
        """The card's own [config]: `knob = [default, "why"]`, or just a new default for a knob that is inherited."""
        own = self.card.get("config", {})
        return {name: self._knob(name, entry, inherited.get(name)) for name, entry in own.items()}

    def _knob(self, name: str, entry: Any, known: dict[str, Any] | None) -> dict[str, Any]:
        value, why = entry if isinstance(entry, list) and len(entry) == 2 else (entry, known["why"] if known else None)
        if why is None or not isinstance(value, (bool, int, float, str)):
            raise Problem(f'{self.folder / "part.toml"}: knob "{name}" must be written as [default, "why this value"]')
        if known and known["type"] == "float":
            value = float(value)  # a later part may write 1 for 1.0; the field's type stays
        kind = known["type"] if known else type(value).__name__
        if type(value).__name__ != kind:
            raise Problem(f'{self.folder / "part.toml"}: knob "{name}" is {kind} in an earlier part')
        return {"name": name, "value": value, "why": why, "type": kind}


def parts_in(folder: Path) -> list[Part]:
    """The parts that lie in a folder, by name; none where there is no such folder."""
    return [Part(card.parent) for card in sorted(folder.glob("*/part.toml"))]


def tasks(root: Path = TEMPLATES) -> list[Part]:
    return parts_in(root / "tasks")


def frameworks(task: Part) -> list[Part]:
    """The frameworks that can do the task: they train towards its target, and one of its models has a file for them."""
    root = task.folder.parent.parent
    target = task["kind"].partition("-to-")[2]

    def trains(framework: Part) -> bool:
        names = framework.name, framework.models_from
        return any((root / "frameworks" / name / "targets" / target).is_dir() for name in names)

    fitting = [f for f in parts_in(root / "frameworks") if trains(f) and models(task, f)]
    return sorted(fitting, key=lambda framework: framework.name != "pytorch")  # plain PyTorch first, and the default


WITH_ANY = "with_any.py"  # of a model that needs no framework


def models(task: Part, framework: Part) -> list[Part]:
    """The models of the task's kind that have a file for the framework, or for any; the task's default first.

    A task may use another kind's models, such as a network that answers classes as well as numbers.
    """
    files = f"with_{framework.models_from}.py", WITH_ANY
    folder = task.folder.parent.parent / "models" / task.card.get("models", task["kind"])
    fitting = [model for model in parts_in(folder) if any((model.folder / file).is_file() for file in files)]
    return sorted(fitting, key=lambda model: model.name != task.card.get("default_model"))


def backends(framework: Part) -> list[str | None]:
    """What the framework can compute with, its default first; just None where there is no choice."""
    return list(framework.card.get("backends", {})) or [None]
