"""Projects as `hackgen new` makes them, from templates of the tests' own, and what git says of them."""

import os
import subprocess
from pathlib import Path
from unittest.mock import patch

from conftest import SMALL
from hackgen.living import update
from hackgen.living.merging import Outcome
from hackgen.making.choice import Answers
from hackgen.making.compose import written
from hackgen.making.write import write
from hackgen.parts import TEMPLATES
from projects import run

PEOPLE = {f"GIT_{role}_{what}": "team" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
LINES = "".join(f"line {number}\n" for number in range(1, 31))
ALONE = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull} | PEOPLE


def git(folder: Path, *words: str) -> str:
    """What git says, without the user's setup."""
    done = subprocess.run(
        ["git", *words], cwd=folder, env=os.environ | ALONE, capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout


def committed(folder: Path, message: str = "work") -> Path:
    """All that lies in a folder as a commit, in a new repository where there is none; returns the folder."""
    if not any((parent / ".git").exists() for parent in (folder, *folder.parents)):
        git(folder, "init", "--quiet")
    git(folder, "add", "--all", ".")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return folder


def templates(root: Path, **changes: str | None) -> Path:
    """The small templates with files of 30 lines, changed: base__notes_md="…" writes base/notes.md, None removes it."""
    files = SMALL | {"base/notes.md": LINES, "base/tools/helper.py": LINES.replace("line", "#")}
    files |= {path.replace("__", "/").replace("_", "."): text for path, text in changes.items()}
    for path, text in files.items():
        if text is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text.encode())
    return root


def fresh(root: Path = TEMPLATES, **answers: object) -> dict[str, bytes]:
    """All files that `hackgen new` writes."""
    return written(Answers(**{"title": "A test", **answers}), root)


def born(folder: Path, root: Path = TEMPLATES, **answers: object) -> Path:
    """A project as a repository with one commit; returns its folder."""
    write(fresh(root, **answers), folder)
    return committed(folder, "Scaffold")


def updated(project: Path, root: Path, dry_run: bool = False) -> dict[str, Outcome]:
    """Bring a project to the templates of `root`; what became of each path."""
    with patch.dict(os.environ, ALONE):
        change = update.opened(project, dry_run)
        change.root = root
        update.prepare(change, change.answers, dry_run=dry_run)
        if not dry_run and any(outcome.state != "left alone" for outcome in change.outcomes):
            update.carry_out(change)
    return {outcome.path: outcome for outcome in change.outcomes}


def states(outcomes: dict[str, Outcome]) -> dict[str, str]:
    """The state of each path but hackgen's own two files."""
    return {path: outcome.state for path, outcome in outcomes.items() if not path.startswith(".hackgen.")}


def snapshot(folder: Path) -> tuple[dict[str, bytes], str, str]:
    """Every file of a work tree with ignored ones, git's index, and its status."""
    paths = [path for path in sorted(folder.rglob("*")) if ".git" not in path.parts and not path.is_dir()]
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.exists()}
    return files, git(folder, "ls-files", "-s"), git(folder, "status", "--porcelain", "--ignored")


def works(project: Path, *flags: str, whole: bool = False) -> None:
    """The project's own tests pass, and it learns; `whole` runs their tiny run too, which trains once more."""
    words = [] if whole else ["-k", "not tiny_run"]
    run(project, "-c", f"import pytest, sys; sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', *{words}]))").ok()
    run(project, "train.py", "--smoke", *flags).ok()
