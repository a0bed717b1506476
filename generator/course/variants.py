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
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import Misuse, Problem
from ..text import DEVICES
from . import archives, leaks
from .assignment import CARD, HANDOUT, Assignment, listed, read
from .build import for_student, starter
from .grader.overlay import key, normal, tree

SHARE = 0.9  # of the rows, or of a text, that each student has
ID = ("sis login id", "id", "email", "e-mail", "email address", "login", "username", "user", "team", "name", "student")
FOLDER = "abcdefghijklmnopqrstuvwxyz0123456789._-"
SECRET = 32  # bytes
JOBS = 2  # trees written at once
DATA = (".npz", ".csv", ".tsv", ".txt")


@dataclass
class Made:
    """What came of a roster: new trees, and those that were there and stay as they are."""

    new: list[str]
    there: list[str]


def secret_of(path: Path, *folders: Path) -> bytes:
    """The course's secret from a file, which is made where there is none; it never lies in the assignment's folders."""
    place = path.resolve()
    for folder in folders:
        if place.is_relative_to(folder.resolve()):
            raise Misuse(f"{path} lies in {folder}, which is handed on; keep the secret elsewhere")
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SECRET) + "\n")
    try:
        found = bytes.fromhex(place.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", "it is no line of hexadecimal digits")
        raise Problem(f"{path} holds no secret ({why}); name another file, and a new one is made") from None
    if len(found) < SECRET:
        raise Problem(f"{path} is too short for a secret; name another file, and a new one is made")
    return found


def number(secret: bytes, assignment: str, student: str, what: str) -> int:
    """A number that nobody can tell without the secret: the first 48 bits of an HMAC."""
    message = "\0".join((assignment, normal(student), what)).encode()
    return int.from_bytes(hmac.digest(secret, message, "sha256")[:6], "big")


def drawn(assignment: Assignment, secret: bytes, student: str) -> dict[str, Any]:
    """The spec.json of a student: form and numbers of each drawn part, and the seed of the data.

    Parts that are drawn alike (`like` names the same word) get the same place in their lists, so that they fit.
    """
    spec: dict[str, Any] = {}
    for part in assignment.parts:
        if forms := part.drawn.get("forms"):
            draw = part.drawn.get("like", part.id)
            name = list(forms)[number(secret, assignment.name, student, draw) % len(forms)]
            spec[part.id] = {"form": name}
            for key, values in forms[name].items():
                if isinstance(values, list):
                    spec[part.id][key] = values[number(secret, assignment.name, student, f"{draw} {key}") % len(values)]
    return spec | {"data": {"seed": number(secret, assignment.name, student, "data") % 2**31}}


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
    if not (dist / "instructor" / "master" / CARD).is_file():
        raise Problem(f"{dist} is no build; hackgen assignment build makes one")
    assignment, upload = read(dist / "instructor" / "master"), dist / "gradescope" / "autograder.zip"
    words = [secret.hex().encode(), secret, *re.findall(rb"[^\s,;\"]+@[^\s,;\"]+", people.read_bytes())]
    if there := leaks.holding([*leaks.tree(dist / "instructor"), (upload.name, upload.read_bytes())], words):
        raise Problem(f"{there[0]} holds the secret, or an address of the roster; take it out of the master and build")
    base = tree(dist / "student")
    places = [path for path in base if path.startswith("data/") and path.endswith(DATA)]
    called = roster(people)
    specs = {student: drawn(assignment, secret, student) for student in called}

    def content(student: str) -> dict[str, bytes]:
        files = for_student(assignment, base, specs[student])
        return files | {path: part_of(base[path], path, specs[student]["data"]["seed"]) for path in places}

    made = _laid(specs, out, content, "Starter\n")
    every = Counter(name for names in called.values() for name in names)
    known = {key(name): specs[student] for student in called for name in called[student] if name and every[name] == 1}
    known |= {key(student): spec for student, spec in specs.items()}
    table = (json.dumps(known, indent=1) + "\n").encode()
    archives.lay(dist / "instructor" / "bundle", {"variants.json": table})
    files = archives.unzipped(upload) | {"bundle/variants.json": table}
    draft = upload.with_suffix(".tmp")
    draft.write_bytes(archives.zipped(files, ("setup.sh", "run_autograder")))
    os.replace(draft, upload)
    return made


def plain(project: Path, people: Path, out: Path, commit: bool = True) -> Made:
    """The project as it is, without holes, once for each line of the roster; what is there stays."""
    if (project / CARD).is_file():
        assignment = read(project)
        files = starter(assignment, solved=[part.id for part in assignment.parts])
        files.pop(HANDOUT, None)
    else:
        files = {path: (project / path).read_bytes() for path in listed(project)}
    if not files:
        raise Problem(f"{project} holds no files")
    return _laid(roster(people), out, lambda _: files, "Starter\n" if commit else "")


def _laid(students: Any, out: Path, content: Callable[[str], dict[str, bytes]], message: str) -> Made:
    """A folder for each student that has none yet; each appears whole, so that a run can be broken off and repeated."""
    out.mkdir(parents=True, exist_ok=True)
    drafts = Path(tempfile.mkdtemp(prefix=".drafts-", dir=out))

    def one(student: str) -> bool:
        name = folder_name(student)
        if os.path.lexists(out / name):
            return False
        archives.lay(drafts / name, content(student))
        if message:
            archives.repository(drafts / name, message)
        os.rename(drafts / name, out / name)
        return True

    try:
        with ThreadPoolExecutor(JOBS) as pool:
            done = list(zip(students, pool.map(one, students), strict=True))
    finally:
        shutil.rmtree(drafts, ignore_errors=True)
    return Made([student for student, new in done if new], [student for student, new in done if not new])


def part_of(content: bytes, path: str, seed: int) -> bytes:
    """The data of one student: as many rows and classes as everybody's, but others. Of a text a stretch.

    Pictures lose a fifth of their classes where there are five or more, and rows of each class.
    """
    if path.endswith(".npz"):
        return _pictures(content, seed)
    text = content.decode("utf-8-sig")
    if path.endswith(".txt"):
        length = round(SHARE * len(text))
        start = seed % (len(text) - length + 1)
        return text[start : start + length].encode()
    head, rows, mark = _table(text)
    count = round(SHARE * len(rows))
    start = seed % (len(rows) - count + 1)
    dated = any(word in head[0].casefold() for word in ("date", "time", "month", "year", "day"))
    some = np.random.default_rng(seed).permutation(len(rows))[:count]
    kept = range(start, start + count) if dated else sorted(some)
    raw = io.StringIO(newline="")
    csv.writer(raw, delimiter=mark, lineterminator="\n").writerows([head, *(rows[row] for row in kept)])
    return raw.getvalue().encode()


@cache
def _table(text: str) -> tuple[list[str], list[list[str]], str]:
    first = text.partition("\n")[0]
    mark = max("\t;,", key=first.count)
    head, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    return head, [row for row in rows if row], mark


@cache
def _arrays(content: bytes) -> dict[str, Any]:
    with np.load(io.BytesIO(content)) as file:
        return {name: file[name] for name in file.files}


def _pictures(content: bytes, seed: int) -> bytes:
    arrays, rng = _arrays(content), np.random.default_rng(seed)
    rows = np.arange(len(next(iter(arrays.values()))))
    classes, of = np.unique(arrays.get("labels", np.zeros(len(rows))), return_inverse=True)
    counts = np.bincount(of)
    chosen = np.sort(rng.permutation(len(classes))[: len(classes) - len(classes) // 5])
    most = counts if len(chosen) == len(classes) else np.full(len(classes), counts.min())
    kept = [rng.permutation(np.flatnonzero(of == one))[: round(SHARE * most[one])] for one in chosen]
    kept = np.sort(np.concatenate(kept))
    raw = io.BytesIO()
    fewer = {name: array[kept] if len(array) == len(rows) else array for name, array in arrays.items()}
    np.savez_compressed(raw, **fewer)
    return raw.getvalue()
