"""Archives and repositories that are equal byte by byte wherever and whenever they are made."""

import io
import zipfile
from pathlib import Path

from ..making.git import alone, ask, one_commit
from .grader.overlay import write as lay

MOMENT = "2000-01-01T12:00:00+0000"


def zipped(files: dict[str, bytes], programs: tuple[str, ...] = ()) -> bytes:
    """A stored zip: deflate's bytes differ between libraries; `programs` may be run."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path)
            entry.create_system, entry.external_attr = 3, (0o100755 if path in programs else 0o100644) << 16
            archive.writestr(entry, content)
    return raw.getvalue()


def unzipped(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repository(folder: Path) -> str:
    """Make the folder a repository with one commit of a fixed author and date; its hash."""
    for step in one_commit("Starter\n"):
        git(folder, *step)
    return git(folder, "rev-parse", "HEAD").decode().strip()


def patch(old: dict[str, bytes], new: dict[str, bytes], folder: Path) -> bytes:
    """What `git apply` takes to make new files of old ones; made in an empty folder."""
    for name, files in (("a", old), ("b", new)):
        (folder / name).mkdir(parents=True)
        lay(folder / name, files)
    return git(folder, "diff", "--no-index", "--no-prefix", "--binary", "--full-index", "a", "b", ends=(0, 1))


def git(folder: Path, *arguments: str, ends: tuple[int, ...] = (0,)) -> bytes:
    """What git prints, with nothing of the user's setup."""
    fixed = alone(folder) | {"TZ": "UTC", "GIT_DEFAULT_HASH": "sha1"}
    for role in ("AUTHOR", "COMMITTER"):
        fixed |= {f"GIT_{role}_NAME": "Course", f"GIT_{role}_EMAIL": "course@localhost", f"GIT_{role}_DATE": MOMENT}
    return ask(folder, *arguments, ends=ends, need="the student tree is a repository", **fixed).stdout
