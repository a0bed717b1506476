"""`hackgen assignment new, mark, lint`: what an instructor types."""

from collections import Counter
from pathlib import Path

import click

from ..completion import flag
from ..errors import Misuse, Problem
from ..text import printable, quoted

WRITTEN = """\
  student/, student.zip      what students get
  gradescope/autograder.zip  to upload; holds the solution
  classroom50/               public checks for Classroom 50
  instructor/                master, reference and NOTES.md: read these
  report.md                  what is graded where, and what was proved"""
PLACE = click.Path(path_type=Path)
folder = click.argument("folder", metavar="DIR", type=PLACE)


def say(text: str, err: bool = False) -> None:
    click.echo(printable(text), err=err)


@click.command("new")
@click.argument("dest", metavar="DIR")
@flag("--task", help="What the project learns.")
@flag("--framework", help="What it is written with.")
@flag("--backend", help="What Keras computes with.")
@flag("--model", help="The model; the task's default otherwise.")
@click.option("--data", help="A file or folder of data of your own; the sample otherwise.")
@click.option("--target", help="The column to predict, where data has columns.")
@click.option("--level", default="core", show_default=True, help="intro, core or advanced: which parts, which hints.")
@click.option("--title", help="Its title; the folder's name says it otherwise.")
def new_command(dest: str, level: str, **flags: str | None) -> None:
    """Make a master: a working project whose key pieces are graded parts, with handout and checks."""
    from ..making.choice import Answers, title_from
    from ..making.write import place, write
    from .master.new import master

    place(dest, {})
    models = [model for model in [flags.pop("model")] if model]
    given = {"title": title_from(dest)} | {name: value for name, value in flags.items() if value}
    files = master(Answers(**given, models=tuple(models)), level)
    where = place(dest, files)
    write(files, where)
    say(f"{where}: {len(files)} files")
    show(where)
    click.echo(f"next: fill in deadline and ai_use in {quoted(f'{dest}/assignment.toml')}, then")
    click.echo(f"  hackgen assignment build {quoted(dest)} -o {quoted(f'{dest}-dist')}")


@click.command("mark")
@folder
@click.argument("place", metavar="FILE:FUNCTION")
@click.option("--points", type=click.IntRange(1, 999), required=True, help="What the part is worth.")
@click.option("--id", "name", help="The part's name; the function's otherwise.")
@click.option("--hint", default="", help="What its stub says to students.")
def mark_command(folder: Path, place: str, points: int, name: str | None, hint: str) -> None:
    """Mark a function's body as a graded part of any Python project."""
    from .master.new import mark

    file, _, where = place.rpartition(":")
    if not file:
        raise Misuse(f'"{place}" must be FILE:FUNCTION, such as models/cnn.py:CNN.forward')
    for line in mark(folder, file, where, points, name, hint):
        say(line)


@click.command("lint")
@folder
def lint_command(folder: Path) -> None:
    """Say what is graded and what does not fit; writes nothing."""
    show(folder)


@click.command("build")
@folder
@click.option("-o", "--out", "dist", type=PLACE, help="Where to; DIR-dist otherwise.")
@click.option("--no-verify", is_flag=True, help="Do not grade the solution and a blank first.")
def build_command(folder: Path, dist: Path | None, no_verify: bool) -> None:
    """Write the student tree, the graders' bundles and a report, whole or not at all."""
    from .build import build

    dist = dist or folder.resolve().with_name(f"{folder.resolve().name}-dist")
    commit, changed, notes = build(folder, dist, verify=not no_verify)
    for note in notes:
        say(f"hackgen: {note}", err=True)
    say(f"{dist}: student commit {commit[:12]}{' (changed: see starter.patch)' * changed}")
    click.echo(WRITTEN)


@click.command("verify")
@click.argument("dist", metavar="DIST", type=PLACE)
def verify_command(dist: Path) -> None:
    """Prove a build: solution, blank, each part alone and left out, planted mistakes, other solutions, stock code."""
    from .build import verified

    for row in verified(build_of(dist), full=True):
        say(row)


@click.command("grade")
@click.argument("dist", metavar="DIST", type=PLACE)
@click.argument("source", metavar="SUBMISSIONS", type=PLACE)
@click.option("-o", "--out", type=PLACE, default="grades", show_default=True, help="Where marks and feedback go.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="How many at once.")
@click.option("--secret", type=PLACE, help="The file that `variant` drew from; what it wrote into DIST otherwise.")
def grade_command(dist: Path, source: Path, out: Path, jobs: int, secret: Path | None) -> None:
    """Grade a Gradescope export, a Canvas or Moodle download, or a folder of folders, by a build."""
    from . import submissions, variants
    from .grader import engine, results

    bundle = build_of(dist) / "instructor" / "bundle"
    found = submissions.read(source, engine.manifest(bundle)["submit"])
    for id, times in Counter(person["id"] for one in found for person in one.people).items():
        if times > 1:
            say(f"hackgen: {id} handed in {times} times; the best counts", err=True)
    open_to, drawn = "", variants.drawn_for(dist, secret)
    for one in found if drawn else ():
        if drawn(one) is None:
            say(f"hackgen: {one.id} is not on the roster of the variants, and is graded by the common one", err=True)
    for one, result in submissions.grade(bundle, found, out, jobs=jobs, drawn=drawn):
        say(f"{one.id}  {results.number(result.total)} of {result.max}")
        for test in (test for test in result.tests if test.fault):
            say(f"hackgen: {one.id}: the check {test.part}: {test.name} failed: {test.fault}", err=True)
        open_to = result.open or open_to
    if open_to:
        say(f"hackgen: {open_to}", err=True)
    say(f"{out}: {len(found)} marks in canvas.csv, moodle.csv and points.csv, and feedback/")


@click.command("variant")
@click.argument("folder", metavar="DIST|DIR", type=PLACE)
@click.option("--roster", type=PLACE, required=True, help="A CSV file with a column id, email, login, team or name.")
@click.option("--secret", type=PLACE, help="The file of the course's secret, outside the assignment; made if missing.")
@click.option("-o", "--out", type=PLACE, help="Where to; DIST-variants otherwise.")
@click.option("--plain", is_flag=True, help="Any project as it is, without holes, once for each line: no build needed.")
@click.option("--no-git", is_flag=True, help="With --plain: no repository, just the files.")
def variant_command(
    folder: Path, roster: Path, secret: Path | None, out: Path | None, plain: bool, no_git: bool
) -> None:
    """Write a tree for each line of a roster; what is there stays, so the same command goes on after a break."""
    from . import variants

    out = out or folder.resolve().with_name(f"{folder.resolve().name}-variants")
    if plain and secret:
        raise Misuse("with --plain nothing is drawn; leave out --secret")
    if not plain and (not secret or no_git):
        raise Misuse("name a file for the secret with --secret, outside the assignment; --no-git is for --plain")
    if plain:
        new, there = variants.plain(folder, roster, out, not no_git)
    else:
        new, there = variants.variants(build_of(folder), roster, variants.secret_of(secret, folder, out), out)
    say(f"{out}: {len(new)} new, {len(there)} were there and stay")


def build_of(dist: Path) -> Path:
    """The folder, if it is a build."""
    if not (dist / "instructor" / "bundle" / "manifest.json").is_file():
        raise Problem(f"{dist} is no build; hackgen assignment build makes one")
    return dist


def show(folder: Path) -> None:
    """Parts, points and tests of a master, as a table."""
    from .master.assignment import read

    assignment = read(folder)
    wide = max(len(part.id) for part in assignment.parts)
    for part in assignment.parts:
        worth = f"{part.points:3} points ({part.public} public)"
        say(f"{part.id:{wide}}  {worth}  {part.file}:{part.function}{'  drawn' if part.drawn else ''}")
    click.echo(f"{assignment.total} points in {len(assignment.parts)} parts of {len(assignment.submit)} files")


COMMANDS = (new_command, mark_command, lint_command, build_command, verify_command, grade_command, variant_command)
