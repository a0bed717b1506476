"""From a submission to the project that one part is graded in: which files count, and whose functions stand in them."""

import ast
import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

MOST_FILES = 10_000  # looked at in a submission
MOST_BYTES = 1 << 18  # of one file that counts: reading its syntax takes hundreds of times that
NEVER = {"__MACOSX", "__pycache__", ".git", ".venv", "venv", "env", "site-packages", "grader", "runs"}
VARIANTS = "variants.json"  # in a bundle: what was drawn for whom
LINKS = "links in the submission are not followed; hand in the files themselves"
Files = dict[str, bytes]
Read = Callable[[int], bytes]  # at most so many bytes of a file
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def matched(paths: Iterable[str], wanted: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Which path of a submission stands for each file that counts, and what the student should know.

    The nearest to the top counts: `models/cnn.py`, else `anything/models/cnn.py`, else a lone `cnn.py` anywhere, also
    one called `CNN.py`, `cnn (1).py` or `cnn-1.py`.
    """
    found, messages = {}, []
    usable = [path for path in paths if not NEVER & set(PurePosixPath(path).parts[:-1])]
    usable.sort(key=lambda path: (path.count("/"), path))
    for name in wanted:
        near = [path for path in usable if bare(path) == bare(name)]
        same = [path for path in usable if path == name or path.endswith("/" + name)] or near * (len(near) == 1)
        if not same:
            messages.append(f"{name} is not in the submission")
            continue
        found[name] = same[0]
        if same[0] != name:
            messages.append(f"{same[0]} was taken for {name}")
    return found, messages


def bare(path: str) -> str:
    """The name of a file without its folders, and without what browsers and Canvas add to the second of a name."""
    return re.sub(r"( ?\(\d+\)|-\d{1,2})(?=\.\w+$)", "", path.rpartition("/")[2].casefold())


def normal(id: str) -> str:
    """One spelling of a person's id: `Ann.Lee@uni.edu ` and `ann.lee` are the same."""
    known = id.encode("utf-8", "replace").decode()  # a folder's name may be no text
    return "".join(unicodedata.normalize("NFKC", known).partition("@")[0].split()).casefold()


def key(id: str) -> str:
    """What VARIANTS calls a person, so that it names nobody."""
    return hashlib.sha256(normal(id).encode()).hexdigest()


def known(bundle: Path, ids: Iterable[str]) -> Any:
    """What was drawn for the first of these people for whom something was."""
    table = bundle / VARIANTS
    drawn = json.loads(table.read_text(encoding="utf-8")) if table.is_file() else {}
    return next((drawn[name] for name in map(key, ids) if name in drawn), None)


def read(folder: Path, wanted: Iterable[str], whole: bool = False) -> tuple[Files, list[str]]:
    """The files of a submission in a folder that count, or all its code, and what the student should know."""
    there = entries(islice(walk(folder, NEVER), MOST_FILES + 1))
    files, messages = chosen(there, wanted, whole)
    said = f"the submission has more than {MOST_FILES:,} files; only some were looked at"
    return files, [said] * (len(there) > MOST_FILES) + messages


def entries(there: Iterable[tuple[str, Path]]) -> dict[str, Read]:
    """What reads each file by its path; a link, which is not followed, is a path with / at its end."""
    return {f"{short}/" * path.is_symlink() or short: partial(beginning, path) for short, path in there}


def beginning(path: Path, most: int) -> bytes:
    with path.open("rb") as stream:
        return stream.read(most)


def chosen(there: Mapping[str, Read], wanted: Iterable[str], whole: bool = False) -> tuple[Files, list[str]]:
    """The files of a submission that count, or all its code, and what the student should know."""
    paths = [path for path in there if not path.endswith("/")]
    found, messages = matched(paths, wanted)
    messages += [LINKS] * (len(paths) < len(there))
    if whole:
        found = {path: path for path in paths if path.endswith((".py", ".toml", ".json"))} | found
    files = {}
    for name, path in found.items():
        try:
            files[name] = there[path](MOST_BYTES + 1)
        except Exception:  # whatever a closed file raises, or a broken or encrypted archive
            messages.append(f"{path} cannot be read; the file is closed, or the archive is damaged or encrypted")
    return files, messages


def text(name: str, content: bytes) -> tuple[str, list[str]]:
    """A Python file as text, also one that is not UTF-8, with what the student should know; else a `SyntaxError`."""
    if len(content) > MOST_BYTES:
        raise SyntaxError(f"{name} is larger than {MOST_BYTES >> 10} KB")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    messages = []
    try:
        source = content.decode(encoding)
    except UnicodeDecodeError:
        source = content.decode("cp1252", "replace")
        messages = [f"{name} is not UTF-8 and was read as Windows text; save it as UTF-8"]
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"\A(.*\n)?([ \t\f]*#.*?coding)[:=]", r"\1\2 ", source), messages  # it is UTF-8 from here on


def sources(files: Files) -> tuple[Files, dict[str, str], list[str]]:
    """A submission's files with its code in UTF-8, why some of that is none, and what the student should know."""
    found, broken, messages = dict(files), {}, []
    for name in [name for name in files if name.endswith(".py")]:
        try:
            source, more = text(name, files[name])
            found[name] = source.encode()
            messages += more
            parsed(name, source)
        except SyntaxError as error:
            broken[name] = str(error)
    return found, broken, messages


def laid(
    part: dict, manifest: dict, base: Files, sources: Files, broken: Mapping[str, str]
) -> tuple[Files, str, list[int]]:
    """A project in which the part alone is the student's if the bundle holds the rest, why it cannot be, and from which
    line of the student's file each line of the part's file is."""
    name = part["file"]
    if not manifest["secret"]:
        return base | sources, broken.get(name, ""), []
    own = {one["file"] for one in manifest["parts"]}
    files = base | {path: content for path, content in sources.items() if path not in own}
    if name not in sources or name in broken:
        return files, broken.get(name, f"{name} is not in the submission"), []
    source = sources[name].decode()
    if part["function"] not in parsed(name, source):
        return files, f"{name} has no function {part['function']}; it keeps its name and place", []
    beside = [one["function"] for one in manifest["parts"] if one["file"] == name]
    mixed, origin = graft(source, files[name].decode(), {*beside} - {part["function"]}, name)
    return files | {name: mixed.encode()}, "", origin


@lru_cache(64)  # what was read once can be read again, however near it is to the limit of recursion
def parsed(name: str, source: str) -> dict[str, Definition]:
    """What a file defines; a `SyntaxError` that names the line for whatever Python cannot read."""
    try:
        return dict(defined(ast.parse(source)))
    except SyntaxError as error:
        raise SyntaxError(f"{name}, line {error.lineno}: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError):
        raise SyntaxError(f"{name} cannot be read as Python") from None


def defined(tree: ast.AST, around: str = "") -> Iterator[tuple[str, Definition]]:
    """Every function and class with its name and those around it, such as CNN.forward."""
    for node in ast.iter_child_nodes(tree):
        name = f"{around}.{node.name}".lstrip(".") if isinstance(node, Definition) else around
        if isinstance(node, Definition):
            yield name, node
        if not isinstance(node, ast.expr):
            yield from defined(node, name)


def first_line(node: ast.stmt) -> int:
    """The first line of a statement with its decorators."""
    return min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])


def graft(source: str, reference: str, others: Iterable[str], name: str = "") -> tuple[str, list[int]]:
    """A student's file with other parts' functions taken from the reference, and each line's number before (0 = new).

    A function that the student's file lacks is added to the end of its class, or of the file.
    """
    theirs, own = parsed(name, source), parsed(name, reference)
    lines = [(line, number) for number, line in enumerate(source.split("\n"), 1)]
    changes = []
    for function in [function for function in others if function in own]:
        node, here, outer = own[function], theirs.get(function), function.rpartition(".")[0]
        body = [line[node.col_offset :] for line in reference.split("\n")[first_line(node) - 1 : node.end_lineno]]
        first, last, indent = len(lines), len(lines), ""
        if beside := here or (theirs[outer].body[0] if outer in theirs else None):
            first, last = (first_line(here) - 1, here.end_lineno) if here else (theirs[outer].end_lineno,) * 2
            indent = re.match(r"\s*", lines[beside.lineno - 1][0])[0]  # in tabs, if the student has those
        elif outer:
            continue
        changes.append((first, last, [(indent + line if line else "", 0) for line in body]))
    for first, last, body in sorted(changes, key=lambda change: change[:2], reverse=True):
        lines[first:last] = body
    return "\n".join(line for line, _ in lines), [number for _, number in lines]


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def walk(folder: Path, leave: Collection[str] = (".git", "__pycache__")) -> Iterator[tuple[str, Path]]:
    """Every file below a folder, with its path there, and every link, which is not followed; some folders are left."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in leave)
        for path in (Path(root, name) for name in [*sorted(names), *folders]):
            if path.is_symlink() or path.is_file():
                yield path.relative_to(folder).as_posix(), path


def tree(folder: Path) -> Files:
    """All files of a folder by path, if it is there."""
    return {name: path.read_bytes() for name, path in walk(folder) if path.is_file()}
