"""New rows to predict: a file with the columns of training, or a typed row."""

import os
from pathlib import Path
from typing import Any

import tables
from cli import Fault

INPUT = "a file with the columns of the training data, or one row such as 5.1,3.5,1.4,0.2"
FILES = (".csv", ".tsv", ".txt", ".parquet", ".json", ".jsonl", ".xlsx", ".gz", ".zip")


def read(source: str, meta: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Names and cells of new rows, in the columns' order; the target's column may be there or not."""
    columns = [feature["name"] for feature in meta["features"]]
    known = {*columns, meta["target"]["name"]}
    typed = source != "-" and not os.path.exists(source)  # Path.exists raises at a long text
    if typed and (Path(source).suffix.lower() in FILES or not source.strip()):
        raise Fault(f"{source or 'the empty name'} does not exist; name {INPUT}")
    table = tables.read_text(source, "the row", known) if typed else read_file(source, known, meta)
    rows = in_order(table, columns, meta) if table.named else unnamed(table, columns, meta)
    return [source] if typed and len(rows) == 1 else [f"line {line}" for line in table.lines], rows


def read_file(source: str, known: set[str], meta: dict[str, Any]) -> tables.Table:
    """A file written like the one of training, or as it looks, where that shows more of the columns."""
    if not meta["dialect"] or source == "-":
        return tables.read(source, known)
    try:
        like_training = tables.read(source, known, meta["dialect"])
    except Fault:
        return tables.read(source, known)
    if known <= {*like_training.columns, meta["target"]["name"]}:
        return like_training
    try:
        as_it_looks = tables.read(source, known)
    except Fault:
        return like_training
    return max(like_training, as_it_looks, key=lambda table: len(known & {*table.columns}))


def in_order(table: tables.Table, columns: list[str], meta: dict[str, Any]) -> list[list[str]]:
    """The cells found by the columns' names; columns that training did not use may be missing."""
    used = [feature["name"] for feature in meta["features"] if feature["kind"] != "unused"]
    if missing := [name for name in used if name not in table.columns]:
        names = ", ".join(map(repr, missing[:5])) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        there = ", ".join(table.columns[:20])
        raise Fault(f"{table.path} has no column {names} (it has: {there}); add what is missing")
    place = [table.columns.index(name) if name in table.columns else None for name in columns]
    return [["" if i is None else row[i] for i in place] for row in table.rows]


def unnamed(table: tables.Table, columns: list[str], meta: dict[str, Any]) -> list[list[str]]:
    """The cells of rows without a header: all columns in the order of training, with or without the target."""
    width, target = len(table.columns), meta["target"]["index"]
    if width == len(columns):
        return table.rows
    if width == len(columns) + 1:
        return [row[:target] + row[target + 1 :] for row in table.rows]
    raise Fault(
        f"{table.path} has {width} cell(s) without column names; {len(columns)} are needed: {', '.join(columns)}"
    )
