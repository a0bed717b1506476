"""Code of the projects, borrowed: what is inspected and copied is read as it will be for training."""

import importlib
import sys
from types import ModuleType
from typing import Any

from ..parts import TEMPLATES

PICTURES, SERIES = "shared/pictures", "tasks/time-series-forecasting/series"
TABLES = "hackgen_tables"  # the projects' package `tables`, without its __init__.py, which needs a project around it


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


def shared(name: str) -> Any:
    """A module that reads pictures."""
    return borrowed(name, PICTURES)


def of_tables(name: str) -> Any:
    """A module of the package that reads tables: cells, dates or dialect."""
    if TABLES not in sys.modules:
        package = ModuleType(TABLES)
        package.__path__ = [str(TEMPLATES / "shared" / "tables" / "tables")]
        sys.modules[TABLES] = package
    return importlib.import_module(f"{TABLES}.{name}")
