"""Variants: what is drawn for whom, rosters, and trees for each line of one."""

import csv
import io
import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hackgen.course import shares, variants
from hackgen.errors import Misuse, Problem
from hackgen.parts import TEMPLATES
from hackgen.text import DEVICES

SECRET = bytes(range(32))
HINGE, SQUARES = {"margin": [0.5, 0.75, 1.5]}, {"label": [0.8, 0.9, 1.1]}
PARTS = [
    SimpleNamespace(id="forward", drawn={}),
    SimpleNamespace(id="judge", drawn={"like": "gan", "forms": {"hinge": HINGE, "squares": SQUARES}}),
    SimpleNamespace(id="maker", drawn={"like": "gan", "forms": {"hinge": HINGE, "squares": SQUARES}}),
    SimpleNamespace(id="loss", drawn={"forms": {"smoothing": {"goal": "…", "epsilon": [0.1, 0.2]}}}),
]
ASSIGNMENT = SimpleNamespace(name="gan-core", parts=PARTS)


def test_the_same_person_gets_the_same_and_others_something_else() -> None:
    ann = variants.drawn(ASSIGNMENT, SECRET, "Ann.Lee@uni.edu ")
    assert ann == variants.drawn(ASSIGNMENT, SECRET, "ann.lee")
    assert ann.keys() == {"judge", "maker", "loss", "data"} and ann["judge"] == ann["maker"]
    everybody = [variants.drawn(ASSIGNMENT, SECRET, f"student {n}") for n in range(100)]
    assert len({json.dumps(spec["judge"]) for spec in everybody}) == 6
    assert len({spec["data"]["seed"] for spec in everybody}) == 100
    assert variants.drawn(ASSIGNMENT, SECRET[::-1], "ann.lee")["data"] != ann["data"]


def test_the_secret_is_made_once_and_never_lies_in_the_assignment(tmp_path: Path) -> None:
    (tmp_path / "cnn-dist").mkdir()
    with pytest.raises(Misuse, match="keep the secret elsewhere"):
        variants.secret_of(tmp_path / "cnn-dist" / "secret", tmp_path / "cnn-dist")
    made = variants.secret_of(tmp_path / "secret", tmp_path / "cnn-dist")
    assert made == variants.secret_of(tmp_path / "secret") and len(made) == 32
    assert (tmp_path / "secret").stat().st_mode & 0o77 == 0
    (tmp_path / "secret").write_text("hello", encoding="ascii")
    with pytest.raises(Problem, match="holds no secret"):
        variants.secret_of(tmp_path / "secret")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Name;E-Mail\nAnn;ann@uni.edu\nBo;BO@uni.edu\n\n", ["ann", "bo"]),
        ("Email\tPoints\nann@uni.edu\t3\n", ["ann"]),
        ('Student,ID,SIS Login ID\nPoints Possible,,\n"Lee, Ann",12,ann@uni.edu\n', ["ann"]),
        ("login\nann\nAnn \n", ":3: ann is also in line 2"),
        ("login,name\n,Ann\n", ":2: login is empty"),
        ("points\n3\n", "needs a first line"),
        ("login\n", "names nobody"),
    ],
)
def test_rosters(tmp_path: Path, text: str, told: list[str] | str) -> None:
    place = tmp_path / "roster.csv"
    place.write_text("\ufeff" + text, encoding="utf-8")
    if isinstance(told, list):
        assert list(variants.roster(place)) == told
    else:
        with pytest.raises(Problem, match=told):
            variants.roster(place)


def test_whoever_a_roster_names_is_found_by_what_else_it_says(tmp_path: Path) -> None:
    """Moodle's downloads tell the full name, Canvas's a number, and both a roster beside the e-mail address."""
    place = tmp_path / "roster.csv"
    place.write_text("First name,Last name,ID,Email address\nAnn,Lee,12,al7@uni.edu\nBo,Ng,13,bn1@uni.edu\n")
    assert variants.roster(place) == {"12": {"12", "al7", "annlee"}, "13": {"13", "bn1", "bong"}}


def test_names_of_folders_are_safe_and_differ() -> None:
    names = [variants.folder_name(id) for id in ("ann", "../ann", "ånn", "ann/", "..", "con:1", "con", "aux.txt")]
    assert names[0] == "ann" and len(set(names)) == len(names)
    assert not any(set(name) & set("/\\:") or name.startswith(".") or DEVICES.match(name) for name in names)


SAMPLES = sorted(path for path in (TEMPLATES / "tasks").glob("*/sample/**/*") if path.suffix in shares.KINDS)


@pytest.mark.parametrize("sample", SAMPLES, ids=[path.name for path in SAMPLES])
def test_everybody_has_as_many_rows_and_classes_but_others(sample: Path) -> None:
    content = sample.read_bytes()
    found = [shares.part_of(content, sample.name, seed) for seed in range(5)]
    assert len(set(found)) == 5 and found[3] == shares.part_of(content, sample.name, 3)
    if sample.suffix == ".npz":
        parts = [np.load(io.BytesIO(part)) for part in found]
        sizes = {(part["images"].shape, len(np.unique(part["labels"]))) for part in parts}
        assert len({tuple(np.unique(part["labels"])) for part in parts}) > 1
    elif sample.suffix == ".txt":
        sizes = {len(part.decode()) for part in found}
    else:
        sizes = {len(list(csv.reader(io.StringIO(part.decode())))) for part in found}
        assert len({part.partition(b"\n")[0] for part in found}) == 1
    assert len(sizes) == 1


def test_a_plain_tree_for_each_line_goes_on_after_a_break_and_overwrites_nothing(tmp_path: Path) -> None:
    project, out, roster = tmp_path / "project", tmp_path / "out", tmp_path / "roster.csv"
    (project / "models").mkdir(parents=True)
    (project / "train.py").write_text("print(1)\n", encoding="utf-8")
    (project / "models" / "cnn.py").write_text("print(2)\n", encoding="utf-8")
    roster.write_text("team\nred\nblue\n", encoding="utf-8")
    assert variants.plain(project, roster, out) == (["red", "blue"], [])
    log = subprocess.run(["git", "log", "--oneline"], cwd=out / "red", capture_output=True, text=True, check=True)
    assert len(log.stdout.splitlines()) == 1
    (out / "red" / "train.py").write_text("mine\n", encoding="utf-8")
    roster.write_text("team\nred\nblue\ngreen\n", encoding="utf-8")
    assert variants.plain(project, roster, out, commit=False) == (["green"], ["red", "blue"])
    assert (out / "red" / "train.py").read_text(encoding="utf-8") == "mine\n"
    assert (out / "green" / "models" / "cnn.py").is_file() and not (out / "green" / ".git").exists()
    assert {path.name for path in out.iterdir()} == {"red", "blue", "green"}
