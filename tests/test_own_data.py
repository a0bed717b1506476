"""`hackgen new --data`: what comes into the project, what stays outside, and that it trains on it."""

import csv
import json
import random
import re
import subprocess
import threading
from pathlib import Path

import pytest
from conftest import Run, contents, refused
from corpus import CASES
from hackgen.conversion import pictures, safe_name, tables
from hackgen.inspection import inspect
from hackgen.inspection.findings import Findings
from hackgen.inspection.tables import opening
from hackgen.making import ask
from hackgen.making.choice import Answers
from hackgen.parts import read_toml, tasks
from PIL import Image
from projects import generate_own, run


def flowers(rows: int = 90, seed: int = 0) -> str:
    """A table of three kinds with an identifier, a column that gives the answer away, and holes."""
    rng = random.Random(seed)
    lines = ["flower_id;kind;kind_code;petal (cm);colour;picked"]
    for number in range(rows):
        kind = rng.choice(["rose", "tulip", "daisy"])
        size = {"rose": 4.0, "tulip": 6.0, "daisy": 2.0}[kind] + rng.gauss(0, 0.8)
        petal = "" if rng.random() < 0.1 else f"{size:.1f}".replace(".", ",")
        colour = rng.choice(["red", "white", "NA"])
        code = {"rose": "K1", "tulip": "K2", "daisy": "K3"}[kind]
        lines.append(f"F{number:04d};{kind};{code};{petal};{colour};2024-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}")
    return "\n".join(lines) + "\n"


KINDS = ("classification", "regression")


@pytest.fixture
def data(hackgen: Run) -> Path:
    path = hackgen.work / "flowers in spring.csv"
    path.write_text(flowers(), encoding="utf-8")
    return path


def test_small_data_are_copied_and_what_was_found_has_consequences(hackgen: Run, data: Path) -> None:
    done = hackgen("new", "p", "--data", data.name, "--target", "kind", "--yes")
    assert done.returncode == 0, done.stderr
    project = hackgen.work / "p"
    assert (project / "data/flowers_in_spring.csv").read_bytes() == data.read_bytes()
    assert 'data: str = "data/flowers_in_spring.csv"' in (project / "config.py").read_text(encoding="utf-8")
    schema = read_toml(project / "data/schema.toml")
    columns = schema["columns"]
    assert schema["target"] == "kind" and schema["read"]["sep"] == ";"
    assert columns["petal (cm)"] == {"role": "number", "decimal": ","} and columns["picked"]["role"] == "date"
    assert schema["time"] == "" and "rows are divided by chance" in done.stdout  # by time only where a person asks
    for name in ("flower_id", "kind_code"):
        assert columns[name]["role"] == "skip" and columns[name]["why"]
    card = (project / "DATA_CARD.md").read_text(encoding="utf-8")
    assert "petal (cm)" in card and "licence" in card
    assert "--no-copy" in done.stdout and "petal (cm)" in done.stdout
    tracked = subprocess.run(["git", "ls-files"], cwd=project, capture_output=True, encoding="utf-8").stdout
    assert "data/flowers_in_spring.csv" in tracked and "data/schema.toml" in tracked
    assert "5.1,3.5" not in (project / "data.py").read_text(encoding="utf-8")  # a row of the sample is no example here


def test_the_sample_stays_out_of_a_project_with_own_data(hackgen: Run) -> None:
    series = "".join(f"2001-{m:02d}-{d:02d},{m * 31 + d % 7}\n" for m in range(1, 13) for d in range(1, 29))
    (hackgen.work / "s.csv").write_text("day,sold\n" + series, encoding="utf-8")
    assert hackgen("new", "p", "--data", "s.csv", "--yes", "--no-git").returncode == 0
    assert not (hackgen.work / "p/data/co2.csv").exists()
    for name in ("README.md", "MODEL_CARD.md", "DATA_CARD.md"):
        assert "Mauna Loa" not in (hackgen.work / "p" / name).read_text(encoding="utf-8"), name


def test_data_outside_leave_their_path_in_an_untracked_file_only(hackgen: Run, data: Path) -> None:
    assert hackgen("new", "p", "--data", str(data), "--target", "kind", "--yes", "--no-copy").returncode == 0
    project = hackgen.work / "p"
    assert (project / "data/location.txt").read_text(encoding="utf-8").strip() == str(data)
    tracked = subprocess.run(["git", "ls-files"], cwd=project, capture_output=True, encoding="utf-8").stdout.split("\n")
    assert "data/location.txt" not in tracked and "data/schema.toml" in tracked
    assert not [name for name in tracked if name and str(data).encode() in (project / name).read_bytes()]
    (project / "data/location.txt").unlink()
    run(project, "data.py").refused(1, "data/location.txt: there is no", "--data")


@pytest.mark.parametrize("flags", [(), ("--no-copy",), ("--target", "colour")])
def test_recorded_answers_make_the_same_bytes(hackgen: Run, data: Path, flags: tuple[str, ...]) -> None:
    assert hackgen("new", "one", "--data", data.name, "--yes", "--no-git", *flags).returncode == 0
    assert hackgen("new", "deep/two", "--answers", "one/.hackgen.toml", "--no-git").returncode == 0
    assert contents(hackgen.work / "deep/two") == contents(hackgen.work / "one")


def test_large_data_stay_where_they_are(hackgen: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "COPIED", data.stat().st_size - 1)
    done = hackgen("new", "p", "--data", data.name, "--target", "kind", "--yes", "--no-git")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in sorted((hackgen.work / "p/data").iterdir())] == ["location.txt", "schema.toml"]


def test_what_does_not_fit_is_one_line(hackgen: Run, data: Path) -> None:
    refused(hackgen("new", "p", "--data", "no/such.csv", "--yes"), 1, "no/such.csv does not exist")
    refused(hackgen("new", "p", "--data", data.name, "--target", "kinds", "--yes"), 2, "kind")
    refused(hackgen("new", "p", "--data", data.name, "--task", "image-classification", "--yes"), 2, "pictures", "table")
    assert not (hackgen.work / "p").exists()


def test_who_named_a_task_is_told_of_no_other(hackgen: Run, data: Path) -> None:
    given = ("new", "p", "--data", data.name, "--yes", "--dry-run", "--target", "petal (cm)", "--task")
    for task, suggested in (("tabular-regression", True), ("tabular-classification", False)):
        assert ("Suggested" in hackgen(*given, task).stdout) == suggested, task


@pytest.mark.parametrize("task", [part.name for part in tasks() if part.card.get("reads")])
def test_what_holds_no_data_is_one_line_whatever_it_is_to_be(hackgen: Run, task: str) -> None:
    (hackgen.work / "broken.csv").write_bytes(b"\0\1\2" * 50)
    (hackgen.work / "empty").mkdir()
    refused(hackgen("new", "p", "--data", "broken.csv", "--task", task, "--yes"), 1, "broken.csv", "save it as")
    refused(hackgen("new", "p", "--data", "empty", "--task", task, "--yes"), 1, "empty", "holds no table")
    offered = [part.name for part in tasks() if ask._fits(part, Answers(), Findings("broken.csv", "unknown"))]
    assert offered == []  # the questions ask for other data


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("a b.csv", "a_b.csv"),
        ("con.csv", "data_con.csv"),
        ("schema.toml", "data_schema.toml"),
        ("...", "data"),
        ("x" * 300 + ".csv", "x" * 80 + ".csv"),
        ("日本.csv", "csv"),
        ("-rf.tsv", "-rf.tsv"),
    ],
)
def test_copies_get_names_that_every_system_takes(given: str, made: str) -> None:
    assert safe_name(given) == made


@pytest.mark.slow
def test_a_project_trains_on_own_data_and_answers_for_new_rows(tmp_path: Path) -> None:
    (tmp_path / "flowers.csv").write_text(flowers(), encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "flowers.csv", target="kind")
    run(project, "train.py", "--epochs", "15").ok()
    report = run(project, "evaluate.py").ok()
    assert "accuracy" in report.out
    (tmp_path / "new.csv").write_text("petal (cm);colour;picked\n4,1;violet;2024-13-45\n;NA;\n", encoding="utf-8")
    told = run(project, "predict.py", str(tmp_path / "new.csv")).ok().out
    assert len(told.strip().splitlines()) == 3
    other = tmp_path / "other.csv"
    other.write_text("height;weight\n1;2\n", encoding="utf-8")
    run(project, "train.py", "--data", str(other)).refused(1, "hackgen new --data")
    other.write_text(flowers(seed=1), encoding="utf-16")
    run(project, "train.py", "--smoke", "--data", str(other)).ok()


def test_json_of_any_shape_becomes_a_plain_table_of_the_cells_that_were_inspected(tmp_path: Path) -> None:
    """Columns, rows by name, names apart, lists inside."""
    cases = [case for case in CASES if case.name.endswith(".json")]
    for case in cases:
        path = case.write(tmp_path)
        names, *rows = tables.converted(inspect(str(path)), path)
        with opening.opened(path, "json") as found:
            assert (names, rows) == (found.names, found.sample), case.name
        project = generate_own(tmp_path / case.name.replace(".", "-"), path, target="species")
        again = generate_own(
            tmp_path / f"{case.name} again", project / "data" / path.with_suffix(".csv").name, target="species"
        )
        assert contents(project) == contents(again), case.name
    assert len(cases) >= 8


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("a,b,c\n", "has no rows; name other data"),
        ("a,b,c\n1,2,x\n", "a single row, and learning takes dozens; add rows"),
        ("a,b\n" + "1,x\n" * 9, "no column has two different values"),
        ("a,b\n1,\n2,\n3,\n", 'only "a" has different values'),
        ("name,key\n" + "".join(f"Ann{i} B{i},u{i}x\n" for i in range(30)), "only tell rows apart"),
        ("\n \n", "has no rows; name other data"),
        ("file,label\na.jpg,x\nb.jpg,y\nc.jpg,x\n", "pictures that are not found beside it"),
        ("\0\1\2\0\3\0\0\4", "no table, text or picture"),
    ],
)
def test_a_file_without_examples_gets_one_line_that_says_so(hackgen: Run, content: str, why: str) -> None:
    path = hackgen.work / "nothing.csv"
    path.write_text(content, encoding="utf-8")
    refused(hackgen("new", "p", "--data", str(path), "--yes"), 1, "nothing.csv", why)


@pytest.mark.parametrize("plain", [True, False], ids=["as it is", "converted"])
def test_a_file_that_grows_is_copied_and_described_as_of_one_moment(hackgen: Run, data: Path, plain: bool) -> None:
    lines, over = flowers(3000).splitlines(keepends=True), threading.Event()
    above = [] if plain else ["Flowers of this spring\n", "\n"]
    data.write_text("".join([*above, *lines[:300]]), encoding="utf-8")

    def grow() -> None:
        with data.open("a", encoding="utf-8") as file:
            for line in lines[300:]:
                file.write(line[:5])  # half of a row may be there
                file.flush()
                file.write(line[5:])
                file.flush()
                if over.wait(0.002):
                    return

    growing = threading.Thread(target=grow)
    growing.start()
    try:
        done = hackgen("new", "p", "--data", data.name, "--target", "kind", "--yes", "--no-git")
    finally:
        over.set()
        growing.join()
    assert done.returncode == 0, done.stderr
    assert "as they changed while they were read" in done.stdout
    (copy,) = (hackgen.work / "p" / "data").glob("*.csv")
    with copy.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";" if plain else ","))
    card = (hackgen.work / "p" / "DATA_CARD.md").read_text(encoding="utf-8")
    assert re.search(r"examples \| ([\d,]+) \|", card)[1] == f"{len(rows) - 1:,}"
    assert re.search(r"size \| ([\d,]+) bytes", card)[1] == f"{copy.stat().st_size:,}"
    assert all(len(row) == 6 for row in rows)


def test_a_folder_that_changes_while_it_is_read_is_refused(hackgen: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(12):
        place = hackgen.work / "photos" / "ab"[i % 2] / f"{i}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), 20 * i).save(place)
    first = pictures.copies

    def meanwhile(*given: object) -> object:
        Image.new("L", (8, 8), 7).save(hackgen.work / "photos" / "a" / "new.png")
        return first(*given)

    monkeypatch.setattr(pictures, "copies", meanwhile)
    refused(hackgen("new", "p", "--data", "photos", "--yes"), 1, "changes while it is read; copy it")


@pytest.mark.parametrize("kind", ["pictures in a table", "a file for each series", "dates beside each other", "texts"])
def test_a_copy_of_another_layout_makes_a_project_again(hackgen: Run, tmp_path: Path, kind: str) -> None:
    """So update, add and switch work on it: what is recorded names columns of the copy."""
    data = tmp_path / "data.json" if kind == "texts" else tmp_path / "data"
    if kind == "texts":
        rows = [
            {"body": f"{'good' if i % 2 else 'bad'} thing number {i} of many", "mood": "ud"[i % 2]} for i in range(80)
        ]
        data.write_text(json.dumps(rows), encoding="utf-8")
    elif kind == "pictures in a table":
        data.mkdir()
        for i in range(24):
            Image.new("RGB", (8, 8), (i, 9 * i, 200 * (i % 2))).save(data / f"{i}.png")
        lines = "".join(f"{i}.png,{'yn'[i % 2]},{i % 3}\n" for i in range(24))
        (data / "train.csv").write_text("image,healthy,site\n" + lines, encoding="utf-8")
    elif kind == "a file for each series":
        data.mkdir()
        for k in range(3):
            lines = "".join(f"{1 + i // 24:02}.01.2024 {i % 24:02}:00;{k + i % 24},5\n" for i in range(240))
            (data / f"sensor_{k}.csv").write_text("when;level\n" + lines, encoding="utf-8")
    else:
        days = [f"2020-{1 + i // 28:02}-{1 + i % 28:02}" for i in range(60)]
        lines = "".join(f"s{k},{','.join(str(50 + k + i % 7) for i in range(60))}\n" for k in range(5))
        data = tmp_path / "data.csv"
        data.write_text(f"shop,{','.join(days)}\n{lines}", encoding="utf-8")
    for first in (["--data", str(data)], ["--answers", "1/.hackgen.toml"]):
        made = hackgen("new", "2" if "--answers" in first else "1", *first, "--yes", "--no-git", "--minimal")
        assert made.returncode == 0, made.stderr
    assert (hackgen.work / "1/config.py").read_bytes() == (hackgen.work / "2/config.py").read_bytes()
