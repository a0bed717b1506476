"""`hackgen convert`: data of any layout into the plain one that a project reads."""

import os
import shutil
import time
from pathlib import Path

import click

from ..errors import Problem
from ..parts import tasks
from ..text import printable
from . import room

FAMILIES = {"pictures": "image", "picture-list": "image", "npz": "image", "idx": "image"}
FAMILIES |= {"text": "tokens", "texts": "tokens"}  # all else is a table
ENDINGS = {"pictures": "", "picture-list": "", "npz": ".npz", "idx": ".npz"}  # by format, …
OF_TASKS = {"tokens": ".txt", "text-generation": ".txt"}  # … or by task; else .csv
DRAFT, LEFT = ".hackgen-convert-", 3600  # seconds without a change, after which a draft is a killed process's


@click.command("convert")
@click.argument("source")
@click.argument("dest", required=False)
@click.option("--target", help="The column to predict, where that decides; the likely one otherwise.")
def convert(source: str, dest: str | None, target: str | None) -> None:
    """Put data of any layout that inspect understands into the plain one that projects read: SOURCE to DEST."""
    from ..inspection import inspect  # with all that reads data

    findings = inspect(source, target)
    if findings.format == "unknown" or not (findings.columns or findings.rows):
        raise Problem(f"{source}: {findings.notes[-1] if findings.notes else 'it holds nothing to convert'}")
    task = findings.suggestion.task if findings.suggestion else FAMILIES.get(findings.format, "table")
    kinds = {part.name: part["kind"] for part in tasks()}
    source = kinds.get(task, task).partition("-to-")[0]  # what is learnt from
    name = Path(findings.path).name.partition(".")[0] or "data"
    ending = ENDINGS.get(findings.format, OF_TASKS.get(task, ".csv"))
    place = Path(dest or f"{name}-plain{ending}")
    if place.exists():
        raise Problem(f"{place} is there already; name another place, or remove it first")
    place.parent.mkdir(parents=True, exist_ok=True)
    for left in place.parent.glob(f"{DRAFT}*"):
        if max(part.lstat().st_mtime for part in (left, *left.rglob("*"))) < time.time() - LEFT:
            _remove(left)
    draft = place.with_name(f"{DRAFT}{os.getpid()}.{place.name}")
    try:
        told = room(source).convert(findings, draft)
        draft.rename(place)
    finally:
        _remove(draft)
    for line in told:
        if "--task" not in line:  # what inspect and new are told
            click.echo(printable(line))
    answered = place.suffix != ".npz" and task != "text-generation"  # predict.py takes pictures one by one, and no book
    click.echo(printable(f"{place} is what --data {'and predict.py take' if answered else 'takes'}"))


def _remove(draft: Path) -> None:
    shutil.rmtree(draft, ignore_errors=True)
    draft.unlink(missing_ok=True)
