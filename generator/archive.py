"""`.hackgen.tar.bz2`: the project as hackgen last wrote it, in the project, so that a later version can tell what is
the team's."""

import bz2
import hashlib
import io
import tarfile
from collections.abc import Container

from .errors import Problem

ARCHIVE, RECORD = ".hackgen.tar.bz2", ".hackgen.toml"
SUMS = ".sha256"  # in the archive, instead of a sample's data: their fingerprints, as `sha256sum` writes them
Tree = dict[str, bytes]


def sealed(files: Tree, left_out: Container[str] = ()) -> Tree:
    """The files with their archive, whose fingerprint `.hackgen.toml` names; own data are left out of it."""
    kept = {path: content for path, content in files.items() if path not in left_out}
    data = [path for path in sorted(kept) if path.startswith("data/") and path != "data/schema.toml"]
    if data:
        kept[SUMS] = "".join(f"{hashlib.sha256(kept.pop(path)).hexdigest()}  {path}\n" for path in data).encode()
    line = f'\nbase = "{fingerprint(kept)}"\n\n[answers]\n'.encode()
    record = files[RECORD].replace(b"\n\n[answers]\n", line, 1)
    return {**files, ARCHIVE: packed(kept | {RECORD: record}), RECORD: record}


def fingerprint(files: Tree) -> str:
    """Of all files but the record itself, whatever their order."""
    digest = hashlib.sha256()
    for path in sorted(files.keys() - {RECORD, ARCHIVE}):
        digest.update(f"{path}\0{len(files[path])}\0".encode() + files[path])
    return digest.hexdigest()


def packed(files: Tree) -> bytes:
    """Equal files give equal bytes: bzip2 has one implementation, while deflate's output differs between libraries.

    Files of like size stand together, of which bzip2 makes a little less than of their alphabetical order.
    """
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(files, key=lambda path: (len(files[path]), path)):
            entry = tarfile.TarInfo(path)
            entry.size = len(files[path])
            archive.addfile(entry, io.BytesIO(files[path]))
    return bz2.compress(raw.getvalue())


def unpacked(content: bytes) -> Tree:
    """The files in an archive; a `Problem` where it is damaged."""
    try:
        with tarfile.open(fileobj=io.BytesIO(bz2.decompress(content))) as archive:
            return {entry.name: archive.extractfile(entry).read() for entry in archive if entry.isfile()}
    except (OSError, EOFError, ValueError, tarfile.TarError):
        raise Problem(f"{ARCHIVE} is damaged; git log -- {ARCHIVE} shows where to take it from") from None


def with_data(base: Tree, *trees: Tree) -> Tree:
    """The files of an archive with the sample's data, from trees that still have them; else bytes that equal none."""
    files = {path: content for path, content in base.items() if path != SUMS}
    for line in base.get(SUMS, b"").decode().splitlines():
        digest, _, path = line.partition("  ")
        alike = (tree[path] for tree in trees if path in tree and hashlib.sha256(tree[path]).hexdigest() == digest)
        files[path] = next(alike, b"\0" + digest.encode())
    return files
