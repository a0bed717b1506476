"""Files appear whole or not at all: staged beside their place, then moved there; nothing is ever overwritten."""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from ..errors import Misuse, Problem
from ..text import DEVICES, one_line, some

Files = dict[str, bytes]
_STAGING = re.compile(r"\.hackgen-new-[0-9a-f]{8}")


def place(dest: str, files: Files) -> Path:
    """Where the project will be, or the reason why it cannot be there; looks and changes nothing."""
    if not dest.strip():
        raise Misuse("DEST is empty; name a folder, or . for the current one")
    where = Path(os.path.realpath(dest))
    if not os.path.lexists(where):
        name = one_line(where.name, "the folder's name")
        if bad := re.search(r'[<>:"|?*\\]', name):
            raise Misuse(f"a folder named {name!r} cannot exist on Windows (it has {bad.group()}); choose another name")
        if name.endswith((".", " ")) or DEVICES.match(name):
            raise Misuse(f"a folder named {name!r} cannot exist on Windows; choose another name")
    elif not where.is_dir():
        raise Problem(f"{dest} exists and is not a folder; choose another place")
    if is_here(where):
        taken = list(_collisions(where, files))
        if taken:
            raise Problem(f"this folder already has {some(taken)}; nothing was written")
    elif where.is_dir() and (entries := sorted(e for e in os.listdir(where) if not _STAGING.fullmatch(e))):
        raise Problem(f"{dest} is not empty (it has {some(entries)}); choose another place or empty it")
    return where


def is_here(where: Path) -> bool:
    """Whether this is the current folder: it cannot be replaced, so files are moved into it one by one."""
    return where.is_dir() and os.path.samefile(where, ".")


def _collisions(where: Path, files: Files) -> Iterator[str]:
    """What stands in the way: other content under a name of ours, or a whole project; not a file of equal bytes."""
    if os.path.lexists(where / ".hackgen.toml"):
        yield ".hackgen.toml"
    for path in files:
        target = where / path
        if os.path.lexists(target):
            if not (target.is_file() and not target.is_symlink() and target.read_bytes() == files[path]):
                yield path
            continue
        for parent in PurePosixPath(path).parents:
            above = where / parent
            if os.path.lexists(above) and (not above.is_dir() or above.is_symlink()):
                yield str(parent)


def write(files: Files, where: Path, finish: Callable[[Path], None] = lambda folder: None) -> None:
    """Write a project to `where`. `finish` works on the staged folder before it is moved (the scaffold's commit)."""
    parent = where if is_here(where) else where.parent
    missing = [path for path in (parent, *parent.parents) if not path.exists()]
    staging, lock = None, None
    try:  # plain try and finally: an interruption finds no gap in them, as it would in a context manager's beginning
        while lock is None:
            parent.mkdir(parents=True, exist_ok=True)
            staging = _staging(parent)
            lock = _claim(staging)
        _sweep(parent)
        project = staging / "project"
        project.mkdir()
        made = {project}
        for path, content in files.items():
            target = project / path
            if target.parent not in made:
                target.parent.mkdir(parents=True, exist_ok=True)
                made.add(target.parent)
            with open(target, "xb", buffering=0) as file:
                _write_fully(file.fileno(), content)
        finish(project)
        if parent == where:
            _move_into(project, where)
        else:
            if os.name == "nt" and where.is_dir():
                where.rmdir()  # Windows renames onto nothing that exists; POSIX replaces an empty folder in one step
            os.rename(project, where)
    except OSError as error:
        reason = f"{error.strerror or error} ({error.filename2 or error.filename or where})"
        raise Problem(f"cannot write {where}: {reason}; nothing was left behind") from error
    finally:
        try:
            _tidy(staging, lock, missing)
        except KeyboardInterrupt:  # the first one: the command ignores any after it
            _tidy(staging, lock, missing)
            raise


def _write_fully(handle: int, content: bytes) -> None:
    while content:  # a disk that fills up takes a part first, and refuses the rest
        content = content[os.write(handle, content) :]


def _move_into(project: Path, where: Path) -> None:
    """Each file appears whole under its name, `.hackgen.toml` last; what was made is removed when one fails."""
    inside = (path.relative_to(project) for path in sorted(project.rglob("*")))
    entries = [path for path in inside if path.parts[0] != ".git" or len(path.parts) == 1]
    entries.sort(key=lambda path: {".git": 1, ".hackgen.toml": 2}.get(str(path), 0))
    made: list[Path] = []
    try:
        for entry in entries:
            if _move_one(project / entry, where / entry):
                made.append(where / entry)
    except BaseException:
        for path in reversed(made):
            with suppress(OSError):  # a folder that holds something else by now stays
                if path == where / ".git":
                    os.rename(path, project / ".git")
                else:
                    path.rmdir() if path.is_dir() else path.unlink()
        raise


def _move_one(source: Path, target: Path) -> bool:
    """Put one file or folder in place; False when the same is there already. Never overwrites."""
    if source.name == ".git":
        os.rename(source, target)
        return True
    if source.is_dir():
        if target.is_dir():
            return False
        target.mkdir()
        return True
    if target.is_file() and target.read_bytes() == source.read_bytes():
        return False
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        with open(target, "xb", buffering=0) as file:
            _write_fully(file.fileno(), source.read_bytes())
    return True


def _staging(parent: Path) -> Path:
    return parent / f".hackgen-new-{os.urandom(4).hex()}"


def _claim(staging: Path) -> int | None:
    """Make a folder of this process alone. Its lock dies with the process, so that the next run can tell.

    None where it is gone before it is locked: another run took its owner for dead, or removed the folder above.
    """
    try:
        staging.mkdir()
        lock = os.open(staging / "lock", os.O_CREAT | os.O_RDWR, 0o644)
    except FileNotFoundError:
        return None
    with suppress(OSError):  # a file system without locks: nobody sweeps there either
        hold(lock, wait=True)
    if (staging / "lock").exists():
        return lock
    os.close(lock)
    return None


def _tidy(staging: Path | None, lock: int | None, missing: list[Path]) -> None:
    """Remove the staging folder, and the folders made for a project that did not come to be."""
    if lock is not None:
        with suppress(OSError):
            os.close(lock)
    if staging:
        _remove(staging)
    for path in missing:
        with suppress(OSError):  # it holds the project
            path.rmdir()


def _sweep(parent: Path) -> None:
    """Remove the staging folders of processes that were killed; whoever is about to lock one of them finds it gone."""
    for folder in (parent / name for name in os.listdir(parent) if _STAGING.fullmatch(name)):
        with suppress(OSError):
            lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o644)
            try:
                hold(lock)
                if os.name == "nt":  # which moves no file that is open
                    os.close(lock)
                _remove(folder.rename(_staging(parent)))
            finally:
                with suppress(OSError):
                    os.close(lock)


def hold(handle: int, wait: bool = False) -> None:
    """Hold a file alone; with `wait` as soon as another lets go of it, else now or with an `OSError`."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB * (not wait))


def _remove(folder: Path) -> None:
    with suppress(OSError):  # the usual case, without the cost of importing shutil: only the lock is left
        (folder / "lock").unlink(missing_ok=True)
        folder.rmdir()
    for _ in range(40):  # two seconds: a git that was just being started may still write there
        if not folder.exists():
            return
        import shutil

        shutil.rmtree(folder, onerror=_make_writable)
        time.sleep(0.05 * folder.exists())


def _make_writable(function: Callable[[str], object], path: str, _: object) -> None:
    with suppress(OSError):  # git marks its objects read-only, which Windows takes literally
        os.chmod(path, 0o700)
        function(path)


def tree(name: str, files: Files) -> str:
    """The files as an indented tree with their sizes, for `--dry-run`."""
    lines = [f"{name}/"]
    shown: set[PurePosixPath] = set()
    for path in map(PurePosixPath, sorted(files, key=lambda p: (p.split("/")[:-1], p))):
        for parent in reversed(path.parents[:-1]):
            if parent not in shown:
                shown.add(parent)
                lines.append(f"{'  ' * len(parent.parts)}{parent.name}/")
        indent = "  " * len(path.parts)
        lines.append(f"{indent}{path.name:<{40 - len(indent)}} {len(files[str(path)]):>8,} bytes")
    total = sum(map(len, files.values()))
    return "\n".join([*lines, f"{len(files)} files, {total:,} bytes; nothing was written"])
