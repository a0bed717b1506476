"""`hackgen update, add, remove, switch`: a project follows the templates, or other answers; `hackgen export`."""

import sys
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from .. import completion
from ..errors import Problem
from ..making.answers import from_flags
from ..making.choice import Answers
from ..text import printable, quoted
from . import changing, update
from .repository import ASIDE

dry_run = click.option("--dry-run", is_flag=True, help="Show what would become of each file, write nothing.")
PLACE = click.Path(path_type=Path)
LISTED = 20  # files of one folder that become the same; more, as pictures are, are counted
project = click.option("--project", default=".", type=PLACE, help="The project, or a folder in it [.].")
USE = {"copier": "copier copy . ../my-project", "cookiecutter": "cookiecutter . --output-dir .."}
parts = click.argument(
    "words", metavar="model NAME... | EXTRA...", nargs=-1, required=True, shell_complete=completion.part
)


@click.command("update")
@click.argument("project", default=".", type=PLACE)
@dry_run
def update_command(project: Path, dry_run: bool) -> None:
    """Bring PROJECT to the templates of this hackgen; what you changed is merged, and nothing is committed."""
    _follow(project, dry_run, lambda change: change.answers)


@click.command("add")
@parts
@project
@dry_run
def add_command(words: tuple[str, ...], project: Path, dry_run: bool, **flags: Any) -> None:
    """Lay models or extras into a project: `add model lstm`, `add demo`; knobs, texts and tests follow."""
    _follow(project, dry_run, lambda change: changing.added(change, words, from_flags(flags)))


@click.command("remove")
@parts
@project
@dry_run
def remove_command(words: tuple[str, ...], project: Path, dry_run: bool) -> None:
    """Take models or extras out of a project again, unless you changed their files or import them."""
    _follow(project, dry_run, lambda change: changing.removed(change, words), changing.keep_what_was_edited)


@click.command("switch")
@project
@dry_run
def switch_command(project: Path, dry_run: bool, **flags: Any) -> None:
    """Give a project your own data (--data FILE), another framework, or other answers to what `hackgen new` asks."""
    guard = changing.keep_frameworks_apart if flags.get("framework") else None
    _follow(project, dry_run, lambda change: changing.switched(change, from_flags(flags)), guard)


def _follow(
    project: Path, dry_run: bool, asked: Callable[[update.Change], Answers], guard: update.Guard | None = None
) -> None:
    """Say what becomes of each file and how to undo it, do it, and say what is left to decide: then exit code 1."""
    change = update.opened(project, dry_run)
    update.prepare(change, asked(change), guard, dry_run)
    for note in change.notes:
        click.echo(printable(note))
    rows = []
    order = sorted(change.outcomes, key=lambda outcome: (outcome.state == "conflict", outcome.path))
    for (state, folder, why), some in groupby(order, lambda o: (o.state, o.path.rpartition("/")[0], o.why)):
        alike = [(state, o.path, why + (f"; the new one: {ASIDE}/{o.path}" if o.aside else "")) for o in some]
        rows += alike if len(alike) <= LISTED else [(state, f"{folder}/ ({len(alike)} files)", why)]
    wide = max((len(path) for _, path, _ in rows), default=0)
    for state, path, why in rows:
        click.echo(printable(f"{state:10}  {path:{wide}}  {why}".rstrip()))
    count = sum(outcome.state != "left alone" for outcome in change.outcomes)
    if not count:
        return click.echo("nothing to do: the project has all that this hackgen would write")
    torn = [outcome.path for outcome in change.outcomes if outcome.state == "conflict"]
    if dry_run:
        return click.echo(f"{count} files, {len(torn)} conflicts; nothing was written")
    click.echo(f"undo: {change.undo}")
    sys.stdout.flush()  # it must be read even if this process is killed now
    update.carry_out(change)
    click.echo(f"{count - len(torn)} files are staged; git diff --cached shows them, git commit keeps them")
    if torn:
        names = ", ".join(torn)
        raise Problem(
            f"{len(torn)} conflicts ({names}); settle them, delete {ASIDE}/ if it is there, git add and commit"
        )


@click.command("export")
@click.argument("dest")
@completion.flag("--to", required=True, metavar="TOOL", help="copier or cookiecutter.")
def export_command(dest: str, to: str, minimal: bool, **flags: str | tuple[str, ...] | None) -> None:
    """Write one choice as a template for copier or cookiecutter into the folder DEST, for those without hackgen.

    It asks for title, author, event and the main knobs; its README says how to change, test and host it.
    """
    from ..making.write import place, write
    from .export import export  # with Jinja2, which neither --help nor completion needs

    files = export(Answers(**flags, extras=() if minimal else None), to)  # type: ignore[arg-type]
    where = place(dest, files)
    write(files, where)
    click.echo(printable(f"{where}: {len(files)} files, a template for {to}"))
    for line in (f"cd {quoted(dest)}", 'git init && git add -A && git commit -m "Template" && git tag v1', USE[to]):
        click.echo(f"  {line}")


COMMANDS = (export_command, update_command, add_command, remove_command, switch_command)
