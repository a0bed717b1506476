"""What differs from student to student: drawn forms and numbers, rows and classes of the data; from one secret."""

import csv
import hashlib
import hmac
import io
import json
import os
import re
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ..errors import Misuse, Problem
from ..text import DEVICES
from . import archives, leaks, shares
from .bundle import PROGRAMS, of_spec, starter
from .grader.overlay import VARIANTS, key, known, normal, tree
from .master.assignment import CARD, HANDOUT, Assignment, listed, read

ID = ("sis login id", "id", "email", "e-mail", "email address", "login", "username", "user", "team", "name", "student")
FOLDER = "abcdefghijklmnopqrstuvwxyz0123456789._-"
SECRET = 32  # bytes
JOBS = 2  # trees written at once
Made = tuple[list[str], list[str]]  # whose trees are new, and whose were there and stay as they are


def secret_of(path: Path, *folders: Path) -> bytes:
    """The course's secret from a file, which is made where there is none; it never lies in the assignment's folders."""
    place = path.resolve()
    for folder in folders:
        if place.is_relative_to(folder.resolve()):
            raise Misuse(f"{path} lies in {folder}, which is handed on; keep the secret elsewhere")
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(0o600, exist_ok=False)
        place.write_text(f"{secrets.token_hex(SECRET)}\n", encoding="ascii")
    try:
        found = bytes.fromhex(place.read_text(encoding="ascii"))
        if len(found) < SECRET:
            raise ValueError
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", f"it is no line of {2 * SECRET} hexadecimal digits or more")
        raise Problem(f"{path} holds no secret ({why}); name another file, and a new one is made") from None
    return found


def drawn(assignment: Assignment, secret: bytes, student: str) -> dict[str, Any]:
    """The spec.json of a student: form and numbers of each drawn part, and the seed of the data.

    Parts that are drawn alike (`like` names the same word) get the same place in their lists, so that they fit.
    """

    def chosen(what: str, some: Sequence) -> Any:
        """One of them, by the first 48 bits of an HMAC: nobody can tell which without the secret."""
        message = "\0".join((assignment.name, normal(student), what)).encode()
        return some[int.from_bytes(hmac.digest(secret, message, "sha256")[:6], "big") % len(some)]

    spec: dict[str, Any] = {"data": {"seed": chosen("data", range(2**31))}}
    for part in assignment.parts:
        if forms := part.drawn.get("forms"):
            like = part.drawn.get("like", part.id)
            form = chosen(like, list(forms))
            lists = {name: some for name, some in forms[form].items() if isinstance(some, list)}
            spec[part.id] = {"form": form} | {name: chosen(f"{like} {name}", some) for name, some in lists.items()}
    return spec


def drawn_for(dist: Path, secret: Path | None) -> Callable[[Any], Any] | None:
    """What gives what was drawn for who handed in, from the secret or what `variants` left; None where nothing was."""
    bundle = dist / "instructor" / "bundle"
    if secret and not secret.is_file():
        raise Problem(f"{secret} does not exist; name the file that hackgen assignment variant drew from")
    if secret:
        assignment, word = read(dist / "instructor" / "master"), secret_of(secret, dist)
        return lambda one: drawn(assignment, word, one.id)
    return (lambda one: known(bundle, one.names)) if (bundle / VARIANTS).is_file() else None


def roster(path: Path) -> dict[str, set[str]]:
    """The ids of a CSV file, one a line, in its order, each with what else its person is called; a `Problem` with the
    line for what is missing or doubled."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{path} cannot be read as CSV in UTF-8: {error}") from None
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=text.partition("\n")[0].count))
    names = {(name or "").strip().casefold(): name for name in rows.fieldnames or ()}
    column = next((names[name] for name in ID if name in names), None)
    if not column:
        raise Problem(f"{path} needs a first line with a column that is called one of: {', '.join(ID)}")
    found: dict[str, set[str]] = {}
    lines: dict[str, int] = {}
    for row in rows:
        name = normal(row[column] or "")
        cells = [value.strip() for value in row.values() if isinstance(value, str) and value.strip()]
        if not cells or cells[0] == "Points Possible":  # Canvas's second line
            continue
        if not name.strip("."):
            raise Problem(f"{path}:{rows.line_num}: {column} is empty; write who this is")
        if name in found:
            raise Problem(f"{path}:{rows.line_num}: {name} is also in line {lines[name]}; each stands there once")
        lines[name] = rows.line_num
        full = [row.get(names.get(part, ""), "") or "" for part in ("first name", "last name")]
        found[name] = {normal(word) for word in (*(row[names[one]] or "" for one in ID if one in names), "".join(full))}
    if not found:
        raise Problem(f"{path} names nobody")
    return found


def folder_name(student: str) -> str:
    """A name of a folder for an id, on every system; different for different ids."""
    plain = "".join(letter if letter in FOLDER else "_" for letter in student).strip(".")[:80]
    plain = "" if DEVICES.match(plain) else plain
    return plain if plain == student else f"{plain or 'student'}-{hashlib.sha256(student.encode()).hexdigest()[:6]}"


def variants(dist: Path, people: Path, secret: bytes, out: Path) -> Made:
    """A tree with one commit for each line of the roster, from a build; what is there stays. Writes who has what."""
    assignment, upload = read(dist / "instructor" / "master"), dist / "gradescope" / "autograder.zip"
    words = [secret.hex().encode(), secret, *re.findall(rb"[^\s,;\"]+@[^\s,;\"]+", people.read_bytes())]
    kept = leaks.found([*leaks.tree(dist / "instructor"), (upload.name, upload.read_bytes())], ([], words))
    if there := [line.partition(" holds ")[0] for line in kept if " holds " in line]:
        raise Problem(f"{there[0]} holds the secret, or an address of the roster; take it out of the master and build")
    base = tree(dist / "student")
    places = [path for path in base if path.startswith("data/") and path.endswith(shares.KINDS)]
    called = roster(people)
    specs = {student: drawn(assignment, secret, student) for student in called}

    def content(student: str) -> dict[str, bytes]:
        files = base | of_spec(assignment, base, specs[student])
        return files | {path: shares.part_of(base[path], path, specs[student]["data"]["seed"]) for path in places}

    made = _laid(specs, out, content)
    every = Counter(name for names in called.values() for name in names)
    found = {key(name): specs[id] for id, names in called.items() for name in names if name and every[name] == 1}
    found |= {key(id): spec for id, spec in specs.items()}
    table = (json.dumps(found, indent=1) + "\n").encode()
    archives.lay(dist / "instructor" / "bundle", {VARIANTS: table})
    files = archives.unzipped(upload) | {f"bundle/{VARIANTS}": table}
    draft = upload.with_suffix(".tmp")
    draft.write_bytes(archives.zipped(files, PROGRAMS))
    os.replace(draft, upload)
    return made


def plain(project: Path, people: Path, out: Path, commit: bool = True) -> Made:
    """The project as it is, without holes, once for each line of the roster; what is there stays."""
    if (project / CARD).is_file():
        assignment = read(project)
        files = starter(assignment, assignment.ids)
        files.pop(HANDOUT, None)
    else:
        files = {path: (project / path).read_bytes() for path in listed(project)}
    if not files:
        raise Problem(f"{project} holds no files")
    return _laid(roster(people), out, lambda _: files, commit)


def _laid(students: Any, out: Path, content: Callable[[str], dict[str, bytes]], commit: bool = True) -> Made:
    """A folder for each student that has none yet; each appears whole, so that a run can be broken off and repeated."""
    out.mkdir(parents=True, exist_ok=True)
    drafts = Path(tempfile.mkdtemp(prefix=".drafts-", dir=out))

    def one(student: str) -> bool:
        name = folder_name(student)
        if os.path.lexists(out / name):
            return False
        archives.lay(drafts / name, content(student))
        if commit:
            archives.repository(drafts / name)
        os.rename(drafts / name, out / name)
        return True

    try:
        with ThreadPoolExecutor(JOBS) as pool:
            done = list(zip(students, pool.map(one, students), strict=True))
    finally:
        shutil.rmtree(drafts, ignore_errors=True)
    return [student for student, new in done if new], [student for student, new in done if not new]
