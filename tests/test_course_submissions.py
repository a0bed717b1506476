"""Submissions as they come: exports of three systems, folders, and whatever people put into archives."""

import csv
import io
import random
import stat
import zipfile
from pathlib import Path

import pytest
from course_bundle import LOSS, MODEL, blank, bundle, laid
from hackgen.course import submissions
from hackgen.course.grader import overlay
from hackgen.errors import Problem

WANTED = ["models/linear.py", "loss.py"]
RIGHT = {"models/linear.py": MODEL.encode(), "loss.py": LOSS.encode()}


def packed(files: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


GRADESCOPE = """---
submission_11:
  :submitters:
  - :name: Zoë Ng
    :sid: '007'
    :email: Zoe.Ng@uni.edu
  - :name: Ann Lee
    :sid: '008'
    :email: ann@uni.edu
  :created_at: 2026-05-01 10:00:00
  :results:
    :tests:
    - :name: not a person
submission_12:
  :submitters:
  - :name: "Bob"
    :sid: ''
    :email: BOB@uni.edu
  :score: 3
"""
PROJECT = {"models/linear.py": MODEL, "loss.py": LOSS, "notes.txt": "mine"}
EXPORTS = {
    "gradescope": (
        {"submission_metadata.yml": GRADESCOPE}
        | {f"submission_11/{name}": text for name, text in PROJECT.items()}
        | {f"submission_12/src/{name}": text for name, text in PROJECT.items()},
        {"ann": ["ann", "zoe.ng"], "bob": ["bob"]},
    ),
    "canvas": (
        {
            "leeann_1234_99_linear.py": MODEL,
            "leeann_1234_100_loss-1.py": LOSS,
            "ngzoe_LATE_77_101_work.zip": packed({f"work/{name}": text for name, text in PROJECT.items()}),
        },
        {"leeann": ["leeann"], "ngzoe": ["ngzoe"]},
    ),
    "moodle": (
        {f"Ann Lee_41_assignsubmission_file_/{name}": text for name, text in PROJECT.items()}
        | {"Zoë Ng_42_assignsubmission_file_/all.zip": packed(PROJECT)},
        {"annlee": ["annlee"], "zoëng": ["zoëng"]},
    ),
    "moodle without folders": (
        {"Ann Lee_41_assignsubmission_file_all.zip": packed(PROJECT)},
        {"annlee": ["annlee"]},
    ),
    "folders and archives": (
        {f" Ann.Lee@uni.edu/{name}": text for name, text in PROJECT.items()}
        | {f"Zoe+bob/{name}": text for name, text in PROJECT.items()}
        | {"Kim.zip": packed(PROJECT), "roster.csv": "id\nann\n"},
        {"ann.lee": ["ann.lee"], "bob": ["bob", "zoe"], "kim": ["kim"]},
    ),
}


@pytest.mark.parametrize("archived", [False, True])
@pytest.mark.parametrize("kind", EXPORTS)
def test_exports_are_read(kind: str, archived: bool, tmp_path: Path) -> None:
    files, people = EXPORTS[kind]
    source = tmp_path / "export.zip"
    if archived:
        source.write_bytes(packed({f"assignment_5_export/{name}": text for name, text in files.items()}))
        if kind in ("canvas", "moodle without folders"):
            source.write_bytes(packed(files))  # these have no folder around
    else:
        source = laid(tmp_path / "export", files)
    found = submissions.read(source, WANTED)
    assert {one.id: sorted(person["id"] for person in one.people) for one in found} == people
    for one in found:
        assert one.files == RIGHT, one.messages


def test_ids_are_one_however_they_are_written() -> None:
    assert {overlay.normal(id) for id in ("ann.lee", " Ann.Lee ", "ANN.LEE@uni.edu", "ann. lee")} == {"ann.lee"}


def bomb() -> bytes:
    return packed({"loss.py": LOSS, "models/linear.py": bytes(80 << 20), "more.bin": bytes(80 << 20)})


def many() -> bytes:
    return packed({**PROJECT, **{f"data/{n}.txt": b"" for n in range(12_000)}})


def linked() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        entry = zipfile.ZipInfo("models/linear.py")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
        archive.writestr("loss.py", LOSS)
    return stream.getvalue()


def damaged() -> bytes:
    content = bytearray(packed({"loss.py": LOSS, "models/linear.py": MODEL}, zipfile.ZIP_STORED))
    at = content.index(b"class Linear")
    content[at : at + 4] = b"oops"
    return bytes(content)


BAD = {  # what was handed in (an archive, or a function that makes one, or files), what is said, the points left
    "nothing": (packed({}), "models/linear.py is not in the submission", 0),
    "one file": ({"loss.py": LOSS}, "models/linear.py is not in the submission", 3),
    "in another place": ({"a/linear.py": MODEL, "a/b/loss.py": LOSS}, "a/linear.py was taken for models/", 10),
    "not UTF-8": (
        {"loss.py": LOSS.replace("The", "Größe").encode("cp1252"), "models/linear.py": MODEL},
        "UTF-8",
        10,
    ),
    "UTF-16": ({"loss.py": LOSS.encode("utf-16"), "models/linear.py": MODEL}, "", 10),
    "binary": ({"loss.py": bytes(range(256)), "models/linear.py": MODEL}, "loss.py", 7),
    "no Python": ({"loss.py": LOSS, "models/linear.py": MODEL + "\ndef broken(:\n"}, "linear.py, line 17", 3),
    "much too deep": ({"loss.py": "x = " + "-" * 100_000 + "1", "models/linear.py": MODEL}, "loss.py", 7),
    "2 MB": ({"loss.py": LOSS + "#" * (2 << 20), "models/linear.py": MODEL}, "loss.py is larger than 256 KB", 7),
    "another name": (
        {"loss.py": LOSS.replace("loss(", "los("), "models/linear.py": MODEL},
        "loss.py has no function loss",
        7,
    ),
    "a bomb": (bomb, "models/linear.py is larger than 256 KB", 3),
    "paths outside": (packed({"../../models/linear.py": MODEL, "/loss.py": LOSS}), "lead out of", 0),
    "links": (linked(), "links in the submission are not followed", 3),
    "a damaged archive": (damaged(), "models/linear.py cannot be read", 3),
    "no archive": (b"PK nothing", "cannot be opened", 0),
    "12,000 files": (many, "more than 10,000 files", 10),
    "an own environment": ({".venv/lib/loss.py": "1/0", "venv/models/linear.py": "1/0", "loss.py": LOSS}, "", 3),
}


@pytest.mark.slow
def test_bad_submissions_are_graded_as_far_as_can_be(tmp_path: Path) -> None:
    handed = tmp_path / "in"
    for number, (files, *_) in enumerate(BAD.values()):
        files = files() if callable(files) else files
        whole = {f"s{number:02}.zip": files} if isinstance(files, bytes) else files
        laid(handed if isinstance(files, bytes) else handed / f"s{number:02}", whole)
    found = submissions.read(handed, WANTED)
    graded = list(submissions.grade(bundle(tmp_path / "b"), found, tmp_path / "out", isolation="none"))
    for (what, (_, said, points)), (one, result) in zip(BAD.items(), graded, strict=True):
        assert (what, result.total, result.max) == (what, points, 10)
        assert [test.name for test in result.tests] == ["rows", "answers", "scaled", "mean", "half"]
        text = (tmp_path / "out" / "feedback" / f"{one.id}.txt").read_text(encoding="utf-8")
        assert said in text and "Traceback" not in text and str(tmp_path) not in text and "reference" not in text


def test_links_in_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text(LOSS)
    folder = laid(tmp_path / "in", {"x/models/linear.py": MODEL})
    (folder / "x" / "loss.py").symlink_to(tmp_path / "secret.py")
    (folder / "x" / "more").symlink_to(tmp_path)
    (one,) = submissions.read(folder, WANTED)
    assert list(one.files) == ["models/linear.py"]
    assert "links in the submission are not followed; hand in the files themselves" in one.messages


def test_archives_of_other_kinds_are_somebody_s_too_and_what_is_broken_stops_nobody(tmp_path: Path) -> None:
    names = io.BytesIO()
    with zipfile.ZipFile(names, "w") as archive:
        for name in (".", "/", "./", "loss.py"):
            archive.writestr(zipfile.ZipInfo(name), LOSS)
    files = {"ann.tar.gz": b"\x1f\x8b", "bo.rar": b"Rar!", "kim.zip": names.getvalue(), "con/loss.py": LOSS}
    rng, whole = random.Random(0), packed(PROJECT)
    for number in range(200):
        broken = bytearray(whole)
        for _ in range(3):
            broken[rng.randrange(len(whole) - 400, len(whole))] = rng.randrange(256)
        files[f"s{number}.zip"] = bytes(broken)
    found = {one.id: one for one in submissions.read(laid(tmp_path / "in", files), WANTED)}
    assert len(found) == len(files) and found["kim"].files == {"loss.py": LOSS.encode()}
    for id, name in (("ann", "ann.tar.gz"), ("bo", "bo.rar")):
        assert f"{name} cannot be opened as a zip archive of at most 64 MB" in found[id].messages


def test_archives_beside_each_other_are_64_mb_together(tmp_path: Path) -> None:
    big = packed({"loss.py": LOSS, "more.bin": bytes(40 << 20)}, zipfile.ZIP_STORED)
    (one,) = submissions.read(laid(tmp_path / "in", {"x/a.zip": big, "x/b.zip": big}), WANTED)
    assert [message for message in one.messages if message.startswith("b.zip cannot be opened")]


def test_names_that_are_no_text_too_long_or_formulas_lose_nobody_s_marks(tmp_path: Path) -> None:
    odd = ["M\udcfcller", "x" * 240, "-1+1", "Lee, Ann", "@uni.edu"]
    found = submissions.read(laid(tmp_path / "in", {f"{name}/l\udcf6ss/loss.py": LOSS for name in odd}), WANTED)
    list(submissions.grade(bundle(tmp_path / "b"), found, tmp_path / "out", isolation="none"))
    ids = [line.split(",3,")[0] for line in (tmp_path / "out" / "points.csv").read_text().splitlines()[1:]]
    assert sorted(ids) == sorted(["", "'-1", "1", '"lee,ann"', "m?ller", "x" * 240])


def test_an_archive_that_a_mac_packed_again(tmp_path: Path) -> None:
    files = {f"export/{name}/loss.py": LOSS for name in ("ann", "bo")}
    (tmp_path / "all.zip").write_bytes(packed(files | {"__MACOSX/export/ann/._loss.py": "x", ".DS_Store": "x"}))
    assert [one.id for one in submissions.read(tmp_path / "all.zip", WANTED)] == ["ann", "bo"]


def test_feedback_of_two_is_in_two_files(tmp_path: Path) -> None:
    found = submissions.read(laid(tmp_path / "in", {"o'neil/loss.py": LOSS, "o_neil/loss.py": LOSS}), WANTED)
    list(submissions.grade(bundle(tmp_path / "b"), found, tmp_path / "out", isolation="none"))
    assert len(list((tmp_path / "out" / "feedback").iterdir())) == 2


def test_who_handed_in_an_empty_folder_stands_in_the_marks(tmp_path: Path) -> None:
    folder = laid(tmp_path / "in", {"ann/loss.py": LOSS})
    (folder / "Bo Li" / "models").mkdir(parents=True)
    (folder / ".git").mkdir()
    found = submissions.read(folder, WANTED)
    assert [one.id for one in found] == ["ann", "boli"] and found[1].messages == ["the folder holds nothing"]


def test_what_holds_no_submissions_is_refused(tmp_path: Path) -> None:
    laid(tmp_path / "in", {"read.me": "nothing"})
    for source in (tmp_path / "in", tmp_path / "in" / "read.me", tmp_path / "gone"):
        with pytest.raises(Problem, match="submissions"):
            submissions.read(source, WANTED)


def test_marks_for_canvas_and_moodle(tmp_path: Path) -> None:
    files, _ = EXPORTS["moodle"]
    files = files | {
        "=Eve_43_assignsubmission_file_/loss.py": LOSS,
        "Ann Lee_41_assignsubmission_file_/loss.py": blank(LOSS),
    }
    found = submissions.read(laid(tmp_path / "in", files), WANTED)
    list(submissions.grade(bundle(tmp_path / "b"), found, tmp_path / "out", jobs=2, isolation="none"))

    def rows(name: str) -> list[list[str]]:
        with (tmp_path / "out" / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream))

    canvas = rows("canvas.csv")
    assert canvas[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Tiny"]
    assert canvas[1] == ["    Points Possible", "", "", "", "", "10"]
    assert [(row[0], row[5]) for row in canvas[2:]] == [("'=Eve", "3"), ("Ann Lee", "7"), ("Zoë Ng", "10")]
    sheet = rows("moodle.csv")
    assert sheet[0][0] == "Identifier" and {"Grade", "Last modified (grade)"} <= set(sheet[0])
    assert {row[0]: row[3] for row in sheet[1:]} == {
        "Participant 41": "7",
        "Participant 42": "10",
        "Participant 43": "3",
    }
    names = ["forward: rows", "forward: answers", "scaled: scaled", "loss: mean", "loss: half"]
    assert rows("points.csv")[0] == ["id", "total", *names]


def test_members_of_a_group_and_who_hands_in_twice(tmp_path: Path) -> None:
    files = {"ann+bob/loss.py": LOSS, "BOB@uni.edu/models/linear.py": MODEL}
    found = submissions.read(laid(tmp_path / "in", files), WANTED)
    list(submissions.grade(bundle(tmp_path / "b"), found, tmp_path / "out", isolation="none"))
    assert ",BOB@uni.edu,BOB@uni.edu,7," in (tmp_path / "out" / "moodle.csv").read_text()
    lines = (tmp_path / "out" / "points.csv").read_text().splitlines()[1:]
    assert {line.split(",")[0]: line.split(",")[1] for line in lines} == {"ann": "3", "bob": "7"}
