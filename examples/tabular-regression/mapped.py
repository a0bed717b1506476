"""Arrays too large for memory: made once from a source, kept in prepared/, and mapped: pages are read as asked."""

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

import runs

ROOT = Path(__file__).resolve().parent / "prepared"  # ignored by git; it may be deleted at any time
LARGE = 100 * 2**20  # bytes of a source above which it is prepared on disk
VERSION = 1  # raise it when the meaning of the arrays changes: what was prepared before is then made again
ABANDONED = 3600  # seconds after which a draft that nobody writes to is a killed process's


class Growing:
    """An array of one dimension that grows piece by piece: in memory, or in a file."""

    def __init__(self, dtype: Any, path: Path | None = None) -> None:
        self.dtype, self.path, self.pieces = np.dtype(dtype), path, []
        self.file = path.open("wb") if path else None

    def append(self, values: Any) -> None:
        """Add values at the end."""
        piece = np.ascontiguousarray(values, self.dtype)
        if self.file:
            self.file.write(piece.data)
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

    It is made in a draft beside and renamed into place, so that a half made one is never used.
    """
    seen = [(str(file.resolve()), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    stamp = fingerprint([VERSION, kind, settings, seen])
    folder = ROOT / f"{kind}-{fingerprint([settings, [name for name, _, _ in seen]])[:12]}"
    try:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        if index["stamp"] == stamp:
            return folder, index["facts"]
    except (OSError, ValueError, KeyError):
        pass  # not there yet, or damaged: made anew
    ROOT.mkdir(exist_ok=True)
    for old in ROOT.glob(f"{folder.name}.*.tmp"):
        if time.time() - max((path.stat().st_mtime for path in [old, *old.glob("*")]), default=0) > ABANDONED:
            shutil.rmtree(old, ignore_errors=True)
    draft = ROOT / f"{folder.name}.{os.getpid()}.tmp"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    print(f"preparing {size(files) / 2**20:,.0f} MB in {folder}, once", file=sys.stderr)
    try:
        facts = make(draft)
        runs.write_json(draft / "index.json", {"stamp": stamp, "facts": facts})
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return folder, facts


def fingerprint(content: Any) -> str:
    """A short name for anything that JSON can hold."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("utf-8")).hexdigest()
