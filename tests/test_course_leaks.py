"""The gate before anything is handed out: each kind of leak is planted once, and found."""

import base64
import bz2
import gzip
import io
import json
import py_compile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from course_master import HIDDEN, MODEL, master
from hackgen.course import archives, leaks
from hackgen.course.build import scan, secrets_of
from hackgen.course.bundle import starter, student_files
from hackgen.course.master.assignment import read
from hackgen.errors import Problem

SOLUTION = MODEL.replace("        # >>> part", "        # part").replace("        # <<< part", "        # part")
BODY = [line for line in MODEL.split("\n") if "products" in line or "shifted" in line]
KEY = "0123456789abcdef" * 4


def compiled(folder: Path) -> bytes:
    source = folder.parent / "linear.py"
    source.write_text(SOLUTION)
    py_compile.compile(str(source), str(source.with_suffix(".pyc")))
    return source.with_suffix(".pyc").read_bytes()


def packed(compression: int = zipfile.ZIP_DEFLATED, comment: bytes = b"", text: str = SOLUTION) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", compression) as archive:
        archive.writestr("__MACOSX/linear.py" if comment == b"" else "a.txt", text)
        archive.comment = comment
    return raw.getvalue()


def notebook(code: str) -> bytes:
    return json.dumps({"cells": [{"cell_type": "code", "source": code.splitlines(True)}]}, indent=1).encode()


LEAKS: dict[str, tuple[str, Callable[[Path], bytes]]] = {
    "a copy of the solution": ("solution.py", lambda folder: SOLUTION.encode()),
    "a copy with markers": ("linear_old.py", lambda folder: MODEL.encode()),
    "a marker that is misspelt": ("linear_old.py", lambda folder: MODEL.replace("# >>> part", "# >> part").encode()),
    "code in a text": ("README.md", lambda folder: f"So it goes:\n\n{SOLUTION}".encode()),
    "commented out": ("tips.py", lambda folder: "\n".join(f"#   {line.strip()}" for line in BODY).encode()),
    "spaced in another way": (
        "tips.txt",
        lambda folder: "\n".join(BODY).replace(" ", "").encode(),
    ),
    "a single telling line": ("tips.txt", lambda folder: BODY[0].encode()),
    "a notebook": ("tips.ipynb", lambda folder: notebook(SOLUTION)),
    "one line of JSON": ("tips.json", lambda folder: json.dumps({"code": SOLUTION}).encode()),
    "compiled code": ("linear.pyc", compiled),
    "compiled code by another name": ("data.bin", compiled),
    "an archive": ("more.zip", lambda folder: packed()),
    "an archive after a picture": ("picture.png", lambda folder: b"\x89PNG" + packed(zipfile.ZIP_STORED)),
    "an archive's comment": ("more.zip", lambda folder: packed(comment=SOLUTION.encode(), text="")),
    "an archive in an archive": ("more.npz.gz", lambda folder: gzip.compress(packed())),
    "packed text": ("tips.bz2", lambda folder: bz2.compress(SOLUTION.encode())),
    "what cannot be looked into": ("more.7z", lambda folder: b"7z\xbc\xaf'\x1c" + bytes(50)),
    "a broken archive": ("more.zip", lambda folder: packed()[:-9]),
    "a hidden check": ("public_checks/checks/linear.py", lambda folder: HIDDEN.encode()),
    "a hidden check in a text": ("README.md", lambda folder: f"```\n{HIDDEN}```".encode()),
    "a path of this machine": ("log.txt", lambda folder: f"read {folder}/data.csv".encode()),
    "a home folder": ("log.txt", lambda folder: f"{Path.home()}/x".encode("utf-16-le")),
    "the secret": ("spec.json", lambda folder: json.dumps({"key": KEY}).encode()),
    "the generator's record": ("notes.txt", lambda folder: b"hackgen new --answers .hackgen.toml"),
    "a trailer": ("notes.txt", lambda folder: b"Hackgen-Choice: image-classification/pytorch/cnn"),
}


@pytest.mark.parametrize("kind", LEAKS)
def test_a_planted_leak_is_found_and_named(kind: str, tmp_path: Path) -> None:
    assignment = read(master(tmp_path / "master"))
    name, make = LEAKS[kind]
    found = leaks.found([(name, make(tmp_path / "master"))], secrets_of(assignment, [KEY.encode()]))
    assert found and all(line.startswith(name) for line in found), kind


def test_what_students_get_is_clean(tmp_path: Path) -> None:
    assignment = read(master(tmp_path / "master"))
    secrets = secrets_of(assignment, [KEY.encode()])
    assert leaks.found(student_files(assignment).items(), secrets) == []
    assert leaks.found(starter(assignment, solved=["loss"]).items(), secrets) == [
        "loss.py:6 holds 2 lines of part loss"
    ]
    for innocent in (
        BODY[2],  # a line that says little
        "self.weights, self.bias = np.asarray(weights), np.asarray(bias)",  # what is theirs anyway
        base64.b64encode(b"nothing").decode(),
    ):
        assert leaks.found([("other.txt", innocent.encode())], secrets) == []


def test_objects_that_nothing_points_at_are_looked_at_too(tmp_path: Path) -> None:
    assignment = read(master(tmp_path / "master"))
    new = tmp_path / "new"
    archives.lay(new / "student", student_files(assignment))
    (new / "student" / "linear.py").write_text(SOLUTION)
    archives.repository(new / "student")
    (new / "student" / "linear.py").write_bytes(starter(assignment)["linear.py"])
    archives.git(new / "student", "checkout", "--quiet", "--orphan", "clean")
    archives.git(new / "student", "add", "--all")
    archives.git(new / "student", "commit", "--quiet", "--message=Clean")
    archives.git(new / "student", "branch", "-D", "main")
    (new / "student.zip").write_bytes(archives.zipped({}))
    (new / "classroom50").mkdir()
    with pytest.raises(Problem, match=r"\.git blob [0-9a-f]{10}:\d+ holds 3 lines of part forward"):
        scan(assignment, new)


def test_zips_and_classroom50_are_scanned(tmp_path: Path) -> None:
    assignment = read(master(tmp_path / "master"))
    new = tmp_path / "new"
    archives.lay(new / "student", student_files(assignment))
    archives.repository(new / "student")
    public_code = new / "classroom50" / "objects" / "checks.py"  # of a folder that is called as one of git's
    public_code.parent.mkdir(parents=True)
    for zipped, public, said in (
        ({"linear.py": SOLUTION.encode()}, b"", "student.zip/linear.py"),
        ({}, HIDDEN.encode(), "classroom50/objects/checks.py"),
    ):
        (new / "student.zip").write_bytes(archives.zipped(zipped))
        public_code.write_bytes(public)
        with pytest.raises(Problem, match=said):
            scan(assignment, new)
