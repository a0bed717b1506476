"""Columns that hold personal data: they are not used, and nothing of what they hold is shown or published."""

from ..columns.relation import Table
from ..findings import Column, Suspect
from ..words import people

MOST_TEXTS, LONGEST = 2000, 20_000  # texts, and characters of each, that are searched for addresses and numbers


def of_people(table: Table, columns: list[Column], target: str | None) -> list[Suspect]:
    """Mark the columns of personal data, unless nothing else would be left to learn from, and say so."""
    kinds = {}
    for i, column in enumerate(columns):
        if column.role not in ("empty", "constant") and column.name != target:
            like = "number" if "min" in column.detail else column.role
            if kind := people.kind_of(column.name, like, list(table.known[i])):
                kinds[column.name] = kind
    rest = [c for c in columns if c.use and c.role != "picture" and c.name not in kinds]
    found = []
    for column in columns:
        if kind := kinds.get(column.name):
            column.detail["personal"] = kind
            if len(rest) > 1 or column.role == "identifier":  # beside the target
                column.detail = {"personal": kind}  # no value of it is shown
                column.role, column.use, column.why, column.parse = "identifier", False, f"personal: {kind}", {}
                how = "not used, and a project's copy holds numbers instead"
            else:
                how = "used, as nothing else is there to learn from; ask who agreed before you publish anything"
            found.append(Suspect("personal", column.name, f"{kind}: {how}"))
    return found + _within_texts(table, columns)


def _within_texts(table: Table, columns: list[Column]) -> list[Suspect]:
    """Texts in which addresses or numbers of people stand."""
    found = []
    for i, column in enumerate(columns):
        if column.role == "text" and "personal" not in column.detail:
            if said := suspected(list(table.known[i])[:MOST_TEXTS], "text", column.name):
                column.detail.pop("example", None)
                found += said
    return found


def suspected(texts: list[str], unit: str, column: str | None = None) -> list[Suspect]:
    """A suspicion about some texts, or none."""
    if not (held := people.in_texts([text[:LONGEST] for text in texts])):
        return []
    shown = ", ".join(f"{kind} in {count:,}" for kind, count in held.items())
    detail = f"{shown} of {len(texts):,} {unit}s; mask them before you publish data, examples or a demo"
    return [Suspect("personal", column, detail)]
