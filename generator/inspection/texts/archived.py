"""Texts in a .zip, read in place: nothing is ever unpacked to disk, so the paths inside can lead nowhere."""

import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO


@dataclass(frozen=True)
class Member:
    """A file in an archive, with as much of a `Path` as reading needs."""

    archive: Path
    inside: str  # its path, as the archive spells it
    size: int
    checksum: int

    @property
    def name(self) -> str:
        return self.inside.replace("\\", "/").rpartition("/")[2]

    def __str__(self) -> str:
        return f"{self.archive}/{self.inside}"

    def exists(self) -> bool:
        return True

    def resolve(self) -> "Member":
        return Member(self.archive.resolve(), self.inside, self.size, self.checksum)

    def stat(self) -> SimpleNamespace:
        """Size, and what changes when the content does."""
        return SimpleNamespace(st_size=self.size, st_mtime_ns=self.checksum)

    def open(self, mode: str = "rb") -> BinaryIO:
        """The member's bytes."""
        return opened(self.archive).open(self.inside)


@lru_cache(maxsize=1)
def opened(path: Path) -> zipfile.ZipFile:
    """An archive, opened once."""
    return zipfile.ZipFile(path)


def members(path: Path) -> list[tuple[tuple[str, ...], Member]]:
    """The files of an archive and their paths inside, without folders around all of them; locked ones are left out."""
    found = []
    for entry in opened(path).infolist():
        parts = tuple(part for part in entry.filename.replace("\\", "/").split("/") if part not in ("", ".", ".."))
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        if parts and not (entry.is_dir() or hidden or entry.flag_bits & 1):
            found.append((parts, Member(path, entry.filename, entry.file_size, entry.CRC)))
    while found and all(len(parts) > 2 for parts, _ in found) and len({parts[0] for parts, _ in found}) == 1:
        found = [(parts[1:], member) for parts, member in found]
    return sorted(found, key=lambda entry: entry[0])
