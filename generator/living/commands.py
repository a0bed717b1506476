"""`hackgen update, add, remove, switch`: a project follows the templates, or other answers."""

from pathlib import Path

import click

from ..errors import Problem
from ..text import printable
from . import update
from .repository import ASIDE

dry_run = click.option("--dry-run", is_flag=True, help="Show what would become of each file, write nothing.")
PLACE = click.Path(path_type=Path)


@click.command("update")
@click.argument("project", default=".", type=PLACE)
@dry_run
def update_command(project: Path, dry_run: bool) -> None:
    """Bring PROJECT to the templates of this hackgen; what you changed is merged, and nothing is committed."""
    change = update.opened(project, dry_run)
    update.make(change, change.answers, dry_run=dry_run, root=update.TEMPLATES)
    _told(change, dry_run)


def _told(change: update.Change, dry_run: bool) -> None:
    """What became of each file, how to undo it, and what is left to decide; exit code 1 where something is."""
    if change.said:
        click.echo(f"hackgen: {change.said}", err=True)
    wide = max((len(outcome.path) for outcome in change.outcomes), default=0)
    for outcome in sorted(change.outcomes, key=lambda outcome: (outcome.state == "conflict", outcome.path)):
        aside = f"; the new one: {ASIDE}/{outcome.path}" if outcome.aside else ""
        line = f"{outcome.state:10}  {outcome.path:{wide}}  {outcome.why}{aside}"
        click.echo(printable(line.rstrip()))
    done = [outcome for outcome in change.outcomes if outcome.state != "left alone"]
    torn = [outcome for outcome in done if outcome.state == "conflict"]
    if not done:
        return click.echo("nothing to do: the project has all that this hackgen would write")
    if dry_run:
        return click.echo(f"{len(done)} files, {len(torn)} conflicts; nothing was written")
    click.echo(f"{len(done)} files are staged; git diff --cached shows them, git commit keeps them")
    click.echo(f"undo: {change.undo}")
    if torn:
        names = ", ".join(outcome.path for outcome in torn)
        raise Problem(
            f"{len(torn)} conflicts ({names}); settle them, delete {ASIDE}/ if there is one, then git add and commit"
        )


COMMANDS = (update_command,)
