"""The scaffold as one labelled commit, made apart from everything that the user's git is set up to do."""

import os
import subprocess
from collections.abc import Container, Iterable
from pathlib import Path

from .. import __version__
from ..errors import Problem
from .choice import Choice
from .own_data import LOCATION

_NEUTRAL = {"name": "hackgen", "email": "hackgen@localhost"}
# No hooks, signatures, monitors or housekeeping; line endings stay as they were written.
PLAIN = (
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.autocrlf=false",
    "core.safecrlf=false",
    "core.fsmonitor=",
    "commit.gpgSign=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "safe.directory=*",
)


def identity() -> dict[str, str]:
    """The configured `name` and `email`, as far as they are configured; empty without git or with a broken setup."""
    command = ["git", "config", "--null", "--get-regexp", r"^user\.(name|email)$"]
    try:
        found = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    entries = (entry.partition("\n") for entry in found.decode(errors="replace").split("\0"))
    return {key.removeprefix("user."): value.strip() for key, _, value in entries if value.strip()}


def inside_work_tree(where: Path) -> bool:
    """Whether a repository holds the folder already; told from the disk, so that it works without git."""
    places = [folder / ".git" for folder in (where, *where.parents)]
    return any(place.is_file() or os.path.lexists(place / "HEAD") for place in places)


def ask(
    folder: Path,
    *arguments: str,
    given: bytes = b"",
    ends: Container[int] = (0,),
    need: str = "",
    settings: Iterable[str] = PLAIN,
    **more: str,
) -> subprocess.CompletedProcess:
    """What git says in a folder, with nothing of the user's setup; `more` are variables of its environment.

    A `Problem` where it ends otherwise than in `ends`, or is not installed: `need` says what for it should be.
    """
    words = (part for setting in settings for part in ("-c", setting))
    plain = {name: value for name, value in os.environ.items() if not name.upper().startswith("GIT_")}
    how = {"cwd": folder, "env": plain | {"LC_ALL": "C"} | more, "input": given, "timeout": 120}
    try:  # in a session of its own, as Ctrl-C must not leave a lock of git's behind
        done = subprocess.run(["git", *words, *arguments], capture_output=True, start_new_session=True, **how)
    except FileNotFoundError:
        raise Problem(f"git is not installed{need and f', and {need}'}; install it") from None
    except subprocess.TimeoutExpired:
        raise Problem(f"git {arguments[0]} does not end; see what keeps it busy in {folder}") from None
    if done.returncode not in ends:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or [f"it ended with {done.returncode}"]
        raise Problem(f"git {arguments[0]} failed: {lines[-1]}")
    return done


def read(folder: Path, *arguments: str) -> bytes | None:
    """What git answers about a repository, without changing anything; None where it cannot answer."""
    try:
        return ask(folder, *arguments, GIT_OPTIONAL_LOCKS="0").stdout
    except (OSError, Problem):
        return None


def one_commit(message: str, *left_out: str) -> list[list[str]]:
    """What git is told, to make a folder a repository with one commit of all in it."""
    return [
        ["init", "--quiet", "--template="],
        ["symbolic-ref", "HEAD", "refs/heads/main"],
        ["add", "--force", "--all", ".", *(f":(exclude){path}" for path in left_out)],
        ["commit", "--quiet", "--no-verify", "--cleanup=verbatim", f"--message={message}"],
    ]


def scaffold(folder: Path, choice: Choice, known: dict[str, str]) -> list[str]:
    """Make the folder a repository with one commit; else say why not, and leave no trace of the attempt."""
    message = f"Scaffold: {choice}\n\nHackgen-Version: {__version__}\nHackgen-Choice: {choice.label}\n"
    own = alone(folder)
    for role in ("AUTHOR", "COMMITTER"):
        for key, neutral in _NEUTRAL.items():
            variable = f"GIT_{role}_{key.upper()}"
            own[variable] = os.environ.get(variable) or known.get(key) or neutral
    own |= {name: os.environ[name] for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE") if name in os.environ}
    try:
        for step in one_commit(message, LOCATION):
            ask(folder, *step, **own)
    except (OSError, Problem) as error:
        import shutil

        shutil.rmtree(folder / ".git", ignore_errors=True)
        return [str(error)]
    return []


def alone(folder: Path) -> dict[str, str]:
    """Variables that keep git from all that is set up elsewhere."""
    nowhere = str(folder / ".git" / "nowhere")  # git before 2.32 knows no other way to leave ~/.gitconfig alone
    found = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ATTR_NOSYSTEM": "1"}
    return {"HOME": nowhere, "XDG_CONFIG_HOME": nowhere} | found
