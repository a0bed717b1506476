"""What the project knows about its file: data/schema.toml, written by hackgen and edited by hand."""

import hashlib
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli import Fault

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PATH = Path(__file__).resolve().parents[1] / "data" / "schema.toml"
ROLES = "number category text date identifier constant list picture empty".split()


@dataclass
class Column:
    """A column of the table: what it is, whether the model sees it, and how its cells are written."""

    name: str
    role: str = ""  # one of ROLES; empty = found on train
    use: bool = True
    why: str = ""  # it is not used
    parse: dict[str, Any] = field(default_factory=dict)  # see cells.py; `format` is that of dates


@dataclass
class Schema:
    """The whole file; an empty one says nothing, so that everything is found out from the table."""

    format: str = ""
    target: str = ""
    group: str = ""  # rows of equal value in this column stay in one split
    time: str = ""  # rows are divided in this column's order
    dialect: dict[str, Any] = field(default_factory=dict)  # see the reader
    columns: dict[str, Column] = field(default_factory=dict)
    missing: list[str] | None = None  # cells that mean "not known" in every column; None = cells.MISSING
    sha256: str = ""  # of schema.toml

    def column(self, name: str) -> Column:
        """What is known about a column; one that is not listed is found out."""
        return self.columns.get(name) or Column(name, parse=self.usual())

    def usual(self) -> dict[str, Any]:
        """The rules that hold for every column."""
        return {} if self.missing is None else {"unknown": self.missing}

    def check(self, path: str, columns: list[str]) -> None:
        """Raise a `Fault` where a table lacks a column that the schema uses."""
        wanted = {self.target, self.group, self.time, *(c.name for c in self.columns.values() if c.use)} - {""}
        if lacking := sorted(wanted - set(columns)):
            names = ", ".join(map(repr, lacking[:3])) + (" …" if len(lacking) > 3 else "")
            raise Fault(
                f"{path} has no column {names}, which data/schema.toml names; a project for this table is "
                f"made by: hackgen new --data {path}"
            )


def load(path: Path = PATH) -> Schema:
    """The schema of this project, an empty one where there is none; raises `Fault` for one that makes no sense."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Schema()
    try:
        content = tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Fault(f"{path} is not valid TOML ({error}); mend that line") from None
    plain = {
        name: typed(path, name, content, str) for name in ("format", "target", "group", "time")
    } | {"dialect": typed(path, "dialect", content, dict), "sha256": hashlib.sha256(raw).hexdigest()}  # fmt: skip
    missing = [str(word) for word in typed(path, "missing", content, list)] if "missing" in content else None
    schema = Schema(**plain, missing=missing)
    for number, entry in enumerate(typed(path, "columns", content, list), 1):
        column = read_column(path, number, entry)
        column.parse = schema.usual() | column.parse
        schema.columns[column.name] = column
    return schema


def read_column(path: Path, number: int, entry: Any) -> Column:
    """One [[columns]] table."""
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise Fault(f"{path}: the {number}. of [[columns]] has no name; give it one, or delete it")
    where = f"column {entry['name']!r}"
    role, use = typed(path, "role", entry, str, where), entry.get("use", True)
    if role and role not in ROLES:
        raise Fault(f"{path}: {where} has role {role!r}; use one of {', '.join(ROLES)}")
    if not isinstance(use, bool):
        raise Fault(f"{path}: {where} has use = {use!r}; write true or false")
    parse = typed(path, "parse", entry, dict, where)
    return Column(entry["name"], role, use, typed(path, "why", entry, str, where), parse)


def typed(path: Path, name: str, content: dict[str, Any], kind: type, where: str = "") -> Any:
    """A value of the right type, an empty one where it is not given; else a `Fault`."""
    value = content.get(name, kind())
    if not isinstance(value, kind):
        raise Fault(f"{path}: {where} {name} should be a {kind.__name__}, not {value!r}")
    return value
