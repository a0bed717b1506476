"""What the project knows about its file: data/schema.toml, written by hackgen and edited by hand."""

import hashlib
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli import Fault
from tables import allowed

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
                f"{path} has no column {names}, which data/schema.toml names; mend it there, or make a "
                f"project for this table: hackgen new --data {path}"
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
    allowed.check(path, "the file", content, allowed.WHOLE)
    dialect = content.get("dialect", {})
    allowed.check(path, "[dialect]", dialect, allowed.DIALECT)
    plain = {name: content.get(name, "") for name in ("format", "target", "group", "time")}
    missing = [str(word) for word in content["missing"]] if "missing" in content else None
    schema = Schema(**plain, dialect=dialect, missing=missing, sha256=hashlib.sha256(raw).hexdigest())
    for number, entry in enumerate(content.get("columns", []), 1):
        column = read_column(path, number, entry)
        if column.name in schema.columns:
            raise Fault(f"{path}: column {column.name!r} stands there twice; delete one of them")
        column.parse = schema.usual() | column.parse
        schema.columns[column.name] = column
    return schema


def read_column(path: Path, number: int, entry: Any) -> Column:
    """One [[columns]] table."""
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise Fault(f"{path}: the {number}. of [[columns]] has no name; give it one, or delete it")
    where = f"column {entry['name']!r}"
    allowed.check(path, where, entry, allowed.COLUMN)
    column = Column(**entry)
    if column.role and column.role not in ROLES:
        raise Fault(f"{path}: {where} has role {column.role!r}; use one of {', '.join(ROLES)}")
    allowed.check(path, f"parse of {where}", column.parse, allowed.PARSE)
    return column
