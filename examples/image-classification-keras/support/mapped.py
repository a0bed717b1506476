"""Arrays too large for memory: made once from a source, kept in prepared/, and mapped: pages are read as asked."""

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

import numpy as np

import runs

ROOT = Path(__file__).resolve().parents[1] / "prepared"  # ignored by git; it may be deleted at any time
LARGE = 100 * 2**20  # bytes of a source above which it is prepared on disk
VERSION = 2  # raise it when the meaning of the arrays changes: what was prepared before is then made again


class Growing:
    """An array of one dimension that grows piece by piece: in memory, or in a file."""

    def __init__(self, dtype: Any, path: Path | None = None) -> None:
        self.dtype, self.path, self.pieces = np.dtype(dtype), path, []
        self.file = path.open("wb") if path else None

    def append(self, values: Any) -> None:
        """Add values at the end."""
        piece = np.ascontiguousarray(values, self.dtype)
        if self.file:
            self.file.write(piece.view(np.uint8).data)
        else:
            self.pieces.append(piece)

    def array(self) -> np.ndarray:
        """All of them; nothing can be added afterwards."""
        if self.file:
            self.file.close()
            return read(self.path, self.dtype)
        return np.concatenate(self.pieces) if self.pieces else np.zeros(0, self.dtype)


def read(path: Path, dtype: Any) -> np.ndarray:
    """A file's numbers, mapped: pages are read when they are asked for."""
    if path.stat().st_size == 0:
        return np.zeros(0, dtype)
    return np.memmap(path, dtype, mode="r")


def size(files: Iterable[Path]) -> int:
    """Bytes of all files together."""
    return sum(file.stat().st_size for file in files)


def prepare(kind: str, files: list[Path], settings: dict[str, Any], make: Callable[[Path], dict]) -> tuple[Path, dict]:
    """The folder of what `make(folder)` wrote, and the facts that it returned.

    kind      what it is, part of the folder's name
    files     where it comes from: a change of size or time of any makes it anew
    settings  what else it depends on

    It is made in a folder beside, which takes the name once all is there, so that a half made one is never used. After
    a kill `make` gets that folder again as it was left; after an error it is empty.
    """
    seen = [(str(file.resolve()), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    stamp = fingerprint([VERSION, kind, settings, seen])
    place = ROOT / f"{kind}-{fingerprint([settings, [name for name, _, _ in seen]])[:12]}"
    if (facts := made(place, stamp)) is not None:
        return place, facts
    ROOT.mkdir(exist_ok=True)
    with place.with_suffix(".lock").open("a") as lock:
        wait_for(lock)
        if (facts := made(place, stamp)) is not None:  # by the process that was waited for
            return place, facts
        part = place.with_name(f"{place.name}.{stamp[:12]}.part")
        for old in ROOT.glob(f"{place.name}.*.part"):
            if old != part:
                shutil.rmtree(old, ignore_errors=True)  # of files that have changed since
        doing = "preparing" if not part.exists() else "going on to prepare"
        part.mkdir(exist_ok=True)
        print(f"{doing} {size(files) / 2**20:,.0f} MB in {place}, once", file=sys.stderr)
        try:
            facts = make(part)
        except Exception:
            shutil.rmtree(part, ignore_errors=True)
            raise
        runs.write_json(part / "index.json", {"stamp": stamp, "facts": facts})
        shutil.rmtree(place, ignore_errors=True)
        os.replace(part, place)
    return place, facts


def made(place: Path, stamp: str) -> dict[str, Any] | None:
    """The facts about what lies in a folder; None where it is not there, damaged, or made from something else."""
    try:
        index = json.loads((place / "index.json").read_text(encoding="utf-8"))
        return index["facts"] if index["stamp"] == stamp else None
    except (OSError, ValueError, KeyError):
        return None


def wait_for(file: IO) -> None:
    """Lock a file until it is closed; the system lets go of it when a process dies."""
    if os.name == "nt":
        import msvcrt

        def lock() -> None:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        def lock() -> None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    told = False
    while True:
        try:
            return lock()
        except OSError:
            if not told:
                print("another process is preparing these data; waiting for it", file=sys.stderr)
            told = True
            time.sleep(0.2)


def fingerprint(content: Any) -> str:
    """A short name for anything that JSON can hold."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("utf-8")).hexdigest()
