"""The models of this project, one file each: `build(meta, config)` makes the one that the config names."""

from importlib import import_module
from typing import Any


def build(meta: dict[str, Any], config: Any) -> Any:
    """The model `config.model` for data described by `meta`, with fresh weights."""
    return import_module(f"models.{config.model}").build(meta, config)
