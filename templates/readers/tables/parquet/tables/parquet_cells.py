"""Typed columns of DuckDB as the cells that a text file would hold; a struct becomes a column for each of its parts."""

from collections.abc import Sequence
from typing import Any

MOST_NESTED = 300  # columns that structs may add; more of them are data rather than columns


def parts(cell: str, name: str, kind: Any) -> list[tuple[str, str, str]]:
    """A column, or what its structs hold inside, down to the last: name (a.b), SQL, type."""
    if kind.id != "struct":
        return [(name, cell, str(kind))]
    found = []
    for inner, of in kind.children:
        key = inner.replace("'", "''")
        found += parts(f"struct_extract({cell}, '{key}')", f"{name}.{inner}", of)
    return found


def columns(names: Sequence[str], kinds: Sequence[Any], flat: bool = True) -> list[tuple[str, str, str]]:
    """All columns of a file, called d0, d1 … in SQL, as name, SQL and type; structs stay whole unless `flat`."""
    plain = [(name, f"d{i}", str(kind)) for i, (name, kind) in enumerate(zip(names, kinds, strict=True))]
    found = [part for (name, cell, _), kind in zip(plain, kinds, strict=True) for part in parts(cell, name, kind)]
    return found if flat and len(found) <= len(plain) + MOST_NESTED else plain


def as_text(cell: str, kind: str) -> str:
    """SQL for the cells of a column as text, NULL where nothing is known; bytes, as of a picture, are none."""
    if kind in ("DOUBLE", "FLOAT"):  # 3.0 stays 3.0, and NaN is missing
        return f"CASE WHEN isnan({cell}) THEN NULL ELSE CAST({cell} AS VARCHAR) END"
    if kind == "BLOB":
        return "CAST(NULL AS VARCHAR)"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"CAST(epoch_ms(epoch_ms({cell})) AS VARCHAR)"
    return f"nullif(CAST({cell} AS VARCHAR), '')"
