"""Code of the projects, borrowed: what is inspected and copied is read as it will be for training."""

import importlib
import sys
from types import ModuleType
from typing import Any

from .parts import TEMPLATES


def borrowed(name: str, folder: str) -> Any:
    """A module from a folder under templates/, one that needs nothing else of a project."""
    if name in sys.modules:
        return sys.modules[name]
    place = str(TEMPLATES / folder)
    sys.path.insert(0, place)
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(place)


def of_package(name: str, module: str, part: str = "") -> Any:
    """A module of a package of templates/shared/ (in the part of that name, if no other), without its __init__.py,
    which needs a project around it."""
    stand_in = f"hackgen_{name}"
    if stand_in not in sys.modules:
        package = ModuleType(stand_in)
        package.__path__ = [str(TEMPLATES / "shared" / (part or name) / name)]
        sys.modules[stand_in] = package
    return importlib.import_module(f"{stand_in}.{module}")


def shared(name: str) -> Any:
    """A module that reads pictures."""
    return of_package("pictures", name)


def of_tables(name: str) -> Any:
    """A module of the package that reads tables: cells, dates or dialect."""
    return of_package("tables", name)


def of_texts(name: str) -> Any:
    """A module of the package that reads texts."""
    return of_package("texts", name, "plaintext")
