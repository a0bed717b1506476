"""The commands that work on a project from outside: `hackgen compare, cards, status, provenance`."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import Misuse, Problem
from ..text import printable

if TYPE_CHECKING:
    from .project import Project

PYTHON = "Which Python runs the project's code, where that must run [its .venv, else this one]."


def on_project(command: Callable[..., None]) -> Callable[..., None]:
    """What such commands share: PROJECT, which they get as it was found, and which Python runs its code."""

    @functools.wraps(command)
    def found(place: Path, python: str | None, **flags: Any) -> None:
        from .project import find

        command(find(place, python), **flags)

    found = click.option("--python", metavar="PATH", help=PYTHON)(found)
    return click.argument("place", metavar="[PROJECT]", default=".", type=click.Path(path_type=Path))(found)


def told(content: Any) -> None:
    """Print JSON for machines."""
    import json

    click.echo(json.dumps(content, indent=1, ensure_ascii=False))


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


@click.command("compare")
@on_project
@click.option("--run", "named", multiple=True, metavar="RUN", help="Compare this run; repeat it. [all like the newest]")
@click.option(
    "--with", "clones", multiple=True, metavar="CLONE", help="A teammate's clone, whose runs to add; repeat it."
)
@click.option("--publish", is_flag=True, help="Write comparison/ and refresh README.md.")
@as_json
def compare_command(
    project: "Project", named: tuple[str, ...], clones: tuple[str, ...], publish: bool, as_json: bool
) -> None:
    """Hold all full runs against the one that is best on valid: scores, intervals, and what is only noise.

    It reads the predictions that each run keeps and never opens the test split again.
    """
    from . import compare_shown
    from .compare import compare
    from .project import find

    table = compare(project, named, [find(Path(clone), project.python) for clone in clones])
    if publish:
        compare_shown.publish(project, table)
    if as_json:
        return told(table)
    click.echo(compare_shown.text(project, table))
    click.echo("\n" + project.say("compare.refreshed" if publish else "compare.hint"))


@click.command("cards")
@on_project
@click.option("--check", is_flag=True, help="Write nothing; say what is old, and fail if anything is.")
@as_json
def cards_command(project: "Project", check: bool, as_json: bool) -> None:
    """Fill in what the published run and the data say on MODEL_CARD.md, DATA_CARD.md and ETHICS.md.

    It writes between the marked lines only, and says what a person must still write.
    """
    from .cards import regions

    found = regions.refresh(project, check)
    if as_json:
        told(found)
    else:
        said = [project.say("cards.old" if check else "cards.filled", page=p, region=r) for p, r in found["refreshed"]]
        said = said or [project.say("cards.current")]
        for page, lines in found["unwritten"].items():
            said += [project.say("cards.unwritten", page=page, lines=", ".join(map(str, lines)))] if lines else []
        said += [project.say("cards.uncounted", why=found["uncounted"])] if found["uncounted"] else []
        click.echo("\n".join(map(printable, said)))
    if not project.has_published:
        raise Problem(project.say("cards.unpublished"))
    if check and found["refreshed"]:
        raise SystemExit(1)


@click.command("status")
@on_project
@click.option("--now", metavar="TIME", help="As if it were 2026-11-22 18:00, or H+5:30 after the start.")
@as_json
def status_command(project: "Project", now: str | None, as_json: bool) -> None:
    """Say where the clock stands against plan.toml, what the next gate wants, and which run is the best so far."""
    from .plan import shown, status

    found = status(project, now)
    told(found) if as_json else click.echo(shown(project, found))


@click.command("provenance")
@click.argument("project", default=".", type=click.Path(path_type=Path))
@as_json
@click.option("--most", type=click.FloatRange(0, 100), help="Fail when more than this many per cent are scaffold.")
def provenance_command(project: Path, as_json: bool, most: float | None) -> None:
    """Show how much of PROJECT is still what hackgen wrote, by file: lines that nobody changed.

    Blank lines, binary files, data/, published/ and runs/ do not count.
    """
    from .project import find
    from .provenance import provenance

    compared, files, total = provenance(find(project).root)
    rows = [*files, total]
    if as_json:
        shown = [file._asdict() | {"share": round(file.share, 4)} for file in rows]
        told({"compared": compared, "files": shown[:-1], "total": shown[-1]})
    else:
        wide = max(len(file.path) for file in rows)
        click.echo(f"compared with {compared}\n{'file':{wide}}  lines  scaffold  share")
        for file in rows:
            click.echo(printable(f"{file.path:{wide}}  {file.lines:5}  {file.scaffold:8}  {file.share:5.0%}"))
    if most is not None and 100 * total.share > most:
        raise Problem(f"{total.share:.1%} of the lines are scaffold, more than {most:g} %")


@click.command("slides")
@on_project
@click.option("--minutes", type=click.FloatRange(0.5, 60), default=3.0, help="How long the talk is, demo included [3].")
@click.option("--out", default="presentation", help="The folder in the project to write to [presentation].")
@click.option("--check", is_flag=True, help="Write nothing; say what is open, and fail if anything is.")
@as_json
def slides_command(project: "Project", minutes: float, out: str, check: bool, as_json: bool) -> None:
    """Make the deck from deck.toml and the published run: for PowerPoint, and one file for the browser."""
    from .slides import deck

    if as_json and not check:
        raise Misuse("--json goes with --check")
    made = deck.assemble(project, minutes, out)
    if not check:
        deck.write(made)
    found = deck.found(made)
    told(found) if as_json else click.echo(deck.text(project, found))
    if check and found["open"]:
        raise SystemExit(1)


@click.command("checklist")
@on_project
@click.option("--slow", is_flag=True, help="Run the project's code too: its checks, a fresh clone, the demo. Minutes.")
@click.option("--only", metavar="ID", help="Check one item and print it; PRESENTATION.md stays as it is.")
@as_json
def checklist_command(project: "Project", slow: bool, only: str | None, as_json: bool) -> None:
    """Say what is done and what is missing before you present, and tick PRESENTATION.md; fails while a must is open."""
    from .checklist import work

    found, section = [], ""
    for entry in work.look(project, slow, only):
        found.append(entry)
        if entry["section"] != section and not as_json:
            click.echo(f"\n{project.say('checklist.section_' + entry['section'])}")
            section = entry["section"]
        if not as_json:
            click.echo(work.row(project, entry))
    told(found) if as_json else click.echo(work.summary(project, found))
    if any(map(work.is_open_must, found)):
        raise SystemExit(1)


COMMANDS = (status_command, compare_command, cards_command, checklist_command, slides_command, provenance_command)
