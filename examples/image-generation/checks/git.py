"""What git says about this project, without asking or changing anything."""

import hashlib
import io
import os
import subprocess
import tarfile

import runs
from cli import Fault
from support.wording import words

HANGS = 300  # seconds after which a command is not slow but stuck
LISTS = "PRESENTATION.md"  # the list's own page: ticking a box changes nothing that was checked


def git(*arguments: str, given: str = "") -> str:
    """What a git command prints, `given` something to read; a `Fault` where there is no repository or no git."""
    quiet = os.environ | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", "-c", "core.quotePath=false", *arguments],
            cwd=runs.ROOT,
            env=quiet,
            input=given.encode(),
            capture_output=True,
            timeout=HANGS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Fault(words("checklist_no_git", why=error)) from None
    if done.returncode:
        raise Fault(words("checklist_no_git", why=done.stderr.decode(errors="replace").strip() or arguments[0]))
    return done.stdout.decode(errors="replace")


def tracked() -> list[str]:
    """The files that git tracks, as paths inside the project, and that are there."""
    return [path for path in git("ls-files", "-z").split("\0") if path and (runs.ROOT / path).is_file()]


def texts(*suffixes: str) -> dict[str, list[str]]:
    """The lines of the tracked texts with one of the suffixes (all texts, where none is named), by path."""
    found = {}
    for path in tracked():
        if not suffixes or path.endswith(suffixes):
            raw = (runs.ROOT / path).read_bytes()
            if b"\0" not in raw[:8000]:
                found[path] = raw.decode("utf-8", "replace").splitlines()
    return found


def unsaved(*paths: str) -> list[str]:
    """What is changed or new since the last commit, as git lists it, without the checklist's own page."""
    lines = git("status", "--porcelain", "--untracked-files=all", "--", *(paths or (".",))).splitlines()
    return [line[3:] for line in lines if not line.endswith(LISTS)]


def need_history() -> None:
    """A `Fault` where the history is cut short: its oldest commit looks as if all had been made in it."""
    if git("rev-parse", "--is-shallow-repository").strip() == "true":
        raise Fault(words("checklist_shallow"))


def contents(commit: str, folder: str) -> dict[str, bytes]:
    """The files that a commit has below a folder of the repository."""
    top = git("rev-parse", "--show-toplevel").strip()
    packed = subprocess.run(["git", "archive", f"{commit}:{folder}"], cwd=top, capture_output=True, timeout=HANGS)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
        return {member.name: files.extractfile(member).read() for member in files if member.isfile()}


def state() -> str | None:
    """A fingerprint of what is committed and of the tracked files as they lie here; None without a repository."""
    try:
        committed = [line for line in git("ls-tree", "-r", "HEAD", ".").splitlines() if not line.endswith(LISTS)]
        digest = hashlib.sha256("\n".join(committed).encode())
        for path in git("ls-files", "-z").split("\0"):
            if path and path != LISTS:
                file = runs.ROOT / path
                digest.update(f"\0{path}\0{runs.sha256(file) if file.is_file() else ''}".encode())
    except (Fault, OSError):
        return None
    return digest.hexdigest()
