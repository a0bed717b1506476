"""Code of the projects, borrowed: what is inspected and copied is read as it will be for training."""

import importlib
import sys
from typing import Any

from ..parts import TEMPLATES

PICTURES, SERIES = "shared/pictures", "tasks/time-series-forecasting/series"


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
