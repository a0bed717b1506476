"""One mechanism for update, add, remove and switch: hackgen writes the project again, and the difference is merged."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__
from ..archive import ARCHIVE, RECORD, Tree, fingerprint, sealed, unpacked, with_data
from ..conversion import LOCATION
from ..errors import Problem
from ..making import git
from ..making.answers import from_toml
from ..making.choice import Answers
from ..parts import TEMPLATES, read_toml
from ..pitch.project import find
from ..pitch.provenance import lying
from ..text import quoted, some
from .laying import new_needs, own_part, with_dependencies
from .merging import Outcome, merge
from .repository import Repository, in_the_way, interrupted, recover, stage, tracked

FIRST = "git init && git add --force --all", 'git commit --message "Before the update"'


@dataclass
class Change:
    """A project that is to change, and what came of it."""

    project: Path
    root: Path  # of the templates of today
    answers: Answers  # as recorded
    base: Tree  # what hackgen wrote last
    template: dict[str, Any] = field(default_factory=dict)  # somebody's, on top of which hackgen's part lies
    notes: list[str] = field(default_factory=list)  # what else to tell people
    outcomes: list[Outcome] = field(default_factory=list)
    pointer: bytes | None = None  # data/location.txt, which git ignores
    undo: str = ""


Guard = Callable[[Change, Answers, Tree, Tree, Tree], None]  # base, theirs, ours: a `Problem` where they must not merge


def opened(place: Path, dry_run: bool = False) -> Change:
    """The project with its last rendering; what an interrupted update left is undone first."""
    project = find(place).root
    if maker := read_toml(project / RECORD).get("exported"):
        how = "copier update brings it up to date" if maker == "copier" else f"{maker} updates no project"
        raise Problem(f"{project} was made by {maker} from an exported template; {how}")
    under_git = git.inside_work_tree(project)
    notes = []
    if not dry_run:
        if not under_git:
            raise Problem(f"without git nothing could be undone; make it possible in {project}: {FIRST[0]}; {FIRST[1]}")
        notes = recover(project)
    elif interrupted(project):
        raise Problem("an update was interrupted; run hackgen update without --dry-run, which undoes it first")
    record = project / RECORD
    tables = read_toml(record)
    version = str(tables.get("version"))
    if _numbers(version) > _numbers(__version__):
        raise Problem(f"{record} is of hackgen {version}, newer than this {__version__}; install that one")
    if "base" not in tables:
        raise Problem(
            f"{project} was made by hackgen {version}, which kept no {ARCHIVE}; make a new project beside it with "
            "hackgen new DEST --answers .hackgen.toml, and take your changes over"
        )
    if not (project / ARCHIVE).is_file():
        raise Problem(f"{project / ARCHIVE} is missing, which holds what hackgen wrote; git checkout brings it back")
    base = unpacked((project / ARCHIVE).read_bytes())
    if fingerprint(base) != tables["base"]:
        raise Problem(f"{ARCHIVE} and {RECORD} are not of one update; take both from the same commit")
    return Change(project, TEMPLATES, from_toml(record), base, tables.get("template", {}), notes)


def _numbers(version: str) -> list[int]:
    return [int(number) if number.isdecimal() else 0 for number in version.split(".")]


def prepare(change: Change, answers: Answers, guard: Guard | None = None, dry_run: bool = False) -> None:
    """Find out what becomes of each file where hackgen writes it again for the answers; `carry_out` does it."""
    from ..making.compose import decided, plan  # with Jinja2, which neither --help nor completion needs

    project = change.project
    repository = Repository(project) if git.inside_work_tree(project) and shutil.which("git") else None
    entries = repository.entries() if repository else {}
    if not dry_run:
        _check(repository, entries)
    choice, final, own = decided(answers, change.root)
    copies = dict(own.files) if own else {}
    files = plan(choice, final, own)
    written = sealed(own_part(files, change.template) if change.template else files, copies)
    theirs = {path: content for path, content in written.items() if path not in copies}
    archive = theirs.pop(ARCHIVE)
    paths = with_data(change.base).keys() | written.keys()
    ours = tracked(project, entries, paths) if repository else lying(project)
    base = with_data(change.base, theirs, ours)
    if guard:
        guard(change, answers, base, theirs, ours)
    if answers.data == change.answers.data:
        copies = {}
    else:
        change.notes += [f"data: {own.told(final)}"] if own else []
        place = os.path.relpath(change.answers.data or project, project).replace(os.sep, "/")
        if any(path not in written and (path == place or path.startswith(f"{place}/")) for path in entries):
            how = f"git rm -r {quoted(place)} if nobody needs it"
            change.notes.append(f"{place} stays, though nothing reads it now; {how}")
    change.pointer = copies.pop(LOCATION, None)
    change.outcomes = merge(base, theirs | copies, ours, lambda path: in_the_way(project, path, entries))
    if change.template and answers != change.answers:
        declare(change, plan(*decided(change.answers, change.root)), files, ours)
    if archive != (project / ARCHIVE).read_bytes():
        change.outcomes.append(Outcome(ARCHIVE, "replaced", archive))
    change.outcomes.sort(key=lambda outcome: outcome.path in (RECORD, ARCHIVE))  # what half an update has, it may keep
    if not dry_run:
        place = project / LOCATION
        known = place.read_text(encoding="utf-8").strip() if change.pointer and place.is_file() else ""
        change.undo = repository.undo(*([LOCATION] if change.pointer and not known else []))
        change.undo += f" && echo {quoted(known)} > {quoted(os.path.relpath(place))}" if known else ""


def carry_out(change: Change) -> None:
    """Stage all of it; what points at data outside the project is written too, and git ignores it."""
    repository = Repository(change.project)
    stage(repository, change.outcomes, repository.entries())
    if change.pointer:
        (change.project / LOCATION).parent.mkdir(exist_ok=True)
        (change.project / LOCATION).write_bytes(change.pointer)


def declare(change: Change, before: Tree, after: Tree, ours: Tree) -> None:
    """What new parts need goes into the pyproject.toml that is another template's, or is told; so is what is left."""
    needs = new_needs(before, after)
    merged, said = with_dependencies(ours.get("pyproject.toml"), needs) if any(needs.values()) else (None, [])
    change.notes += said
    if stale := [path for path in change.template["left"] if path in ours and before.get(path) != after.get(path)]:
        change.notes.append(f"{', '.join(stale)}: the template's too; only new dependencies go in, the rest is yours")
    if merged and merged != ours["pyproject.toml"]:
        change.outcomes.append(Outcome("pyproject.toml", "merged", merged))


def _check(repository: Repository | None, entries: dict) -> None:
    """Refuse where git could not bring back the state before."""
    if repository is None:
        raise Problem("git is not installed, and without it nothing could be undone; install it")
    project = repository.project
    if not repository.head or RECORD not in entries or ARCHIVE not in entries:
        raise Problem(
            f"git does not track {project / RECORD} and {ARCHIVE}; first: git add --force --all . && {FIRST[1]}"
        )
    if changed := repository.dirty():
        raise Problem(
            f"there are changes that are not committed ({some(changed, 3)}); commit them, or git stash, then try again"
        )
    if hidden := repository.overlooked():
        how = "git update-index --no-skip-worktree (or --no-assume-unchanged)"
        raise Problem(f"git overlooks what you change in {some(hidden, 3)}; {how} {quoted(hidden[0])}")
