"""The words that the names of columns are made of: vocabulary.toml as sets, and the points of names of outcomes."""

import re
from pathlib import Path
from types import SimpleNamespace

from ...parts import read_toml

_TABLES = read_toml(Path(__file__).with_suffix(".toml"))
WORDS = SimpleNamespace(**{name: set(words.split()) for name, words in _TABLES["words"].items()})
_POINTS = [item for field in _TABLES["outcomes"].values() for item in field.items()]
NAMES = {name: int(points) for points, names in _POINTS for name in names.split()}
ENDS = {*WORDS.ends, *(name for name in NAMES if not name.isascii() and len(name) > 1)}
WHETHER = ("是否", "有无")  # Chinese names of what is yes or no
FORMULA = re.compile(r"(target|label|class|y|outcome)(var|variable|value|col|column|name|id|idx|s|es)?\d?")
