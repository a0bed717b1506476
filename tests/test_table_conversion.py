"""hackgen convert, and what predict.py makes of tables written otherwise than the one of training."""

import csv
import json
import os
import random
import shutil
from pathlib import Path

import pytest
from conftest import Run, refused
from corpus import CASES
from hackgen.inspection import inspect
from hackgen.parts import read_toml
from projects import generate, generate_own, run

KINDS = ("classification", "regression")


def contest(folder: Path) -> Path:
    """train.csv, test.csv and sample_submission.csv, whose target has no telling name and does not stand last."""
    rng = random.Random(0)
    rows = [[f"{i * 7919:06x}", rng.choice("ab"), rng.choice("xy"), f"{rng.gauss(0, 1):.2f}"] for i in range(120)]
    for row in rows:
        row[1] = "a" if float(row[3]) > 0 else row[1]
    folder.mkdir()
    heads = ["key", "moved", "place", "weight"]
    tables = {
        "train.csv": [heads, *rows[:90]],
        "test.csv": [heads[:1] + heads[2:], *([row[0], *row[2:]] for row in rows[90:])],
        "sample_submission.csv": [heads[:2], *([row[0], "a"] for row in rows[90:])],
    }
    for name, table in tables.items():
        (folder / name).write_text("\n".join(",".join(row) for row in table) + "\n", encoding="utf-8")
    return folder


def test_a_contest_in_an_archive_is_understood_as_one_in_a_folder(tmp_path: Path) -> None:
    folder = contest(tmp_path / "contest")
    packed = shutil.make_archive(str(tmp_path / "contest"), "zip", folder)
    found, other = inspect(packed), inspect(str(folder))
    assert found.suggestion.target == other.suggestion.target == "moved"
    assert found.suggestion.why == other.suggestion.why and '"moved" is what new rows lack' in " ".join(found.notes)


@pytest.mark.slow  # trains
def test_a_contest_is_understood_and_gets_the_file_that_it_takes(tmp_path: Path) -> None:
    folder = contest(tmp_path / "contest")
    found = inspect(str(folder))
    assert found.suggestion.target == "moved" and any("submission" in note for note in found.notes)
    project = generate_own(tmp_path / "p", folder)
    assert read_toml(project / "data/schema.toml")["id"] == "key"
    run(project, "train.py", "--smoke").ok()
    run(project, "predict.py", str(folder / "test.csv"), "--csv", str(tmp_path / "mine.csv")).ok()
    paths = tmp_path / "mine.csv", folder / "sample_submission.csv"
    mine, sample = (list(csv.reader(path.open(encoding="utf-8"))) for path in paths)
    assert mine[0] == sample[0] and [row[0] for row in mine] == [row[0] for row in sample]
    assert {row[1] for row in mine[1:]} <= {"a", "b"}


@pytest.mark.parametrize(
    ("head", "first", "classes", "wanted"),
    [
        ("id,Status_C,Status_CL", "7,0.5,0.5", ["C", "CL"], {"Status_C": 0, "Status_CL": 1}),
        (
            "id,Status_CL,Status_C,Status_D",
            "7,0.3,0.6,0.1",
            ["C", "CL", "D"],
            {"Status_CL": 1, "Status_C": 0, "Status_D": 2},
        ),
        ("id,target", "7,0.5", ["0", "1"], {"target": 1}),
        ("id,target", "7,0", ["0", "1"], {}),
        ("id,kind", "7,C", ["C", "D"], {}),
        ("id,price", "7,0.5", [], {}),
    ],
)
def test_a_submission_of_probabilities_has_the_form_of_the_contests_sample(
    tmp_path: Path, head: str, first: str, classes: list[str], wanted: dict[str, int]
) -> None:
    (tmp_path / "sample_submission.csv").write_text(f"{head}\n{first}\n", encoding="utf-8")
    project = generate(tmp_path / "p", task="tabular-classification", extras=())
    done = run(
        project,
        "-c",
        "import json, numpy as np, predict\nfrom pathlib import Path\n"
        f"sample, places = Path({str(tmp_path / 'sample_submission.csv')!r}), np.arange({len(classes)})[None]\n"
        f"found = predict.chances(sample, places, {classes})\n"
        "print(json.dumps({name: int(column[0]) for name, column in found.items()}))",
    ).ok()
    assert json.loads(done.out) == wanted and list(json.loads(done.out)) == list(wanted)


@pytest.mark.parametrize("sample", [["when", "count", "casual"], ["when", "count"], []], ids=["two", "one", "none"])
def test_what_new_rows_of_a_contest_lack_is_not_learnt_from(tmp_path: Path, sample: list[str]) -> None:
    """A part of what is asked, and more than one answer that is; without a sample, one column that tests lack."""
    rng = random.Random(0)
    folder = tmp_path / "bikes"
    folder.mkdir()
    heads = ["when", "count", "casual", "warm"] if sample else ["when", "count", "warm"]
    rows = [[f"k{i * 7919:06x}", rng.randrange(999), rng.randrange(99), f"{rng.gauss(0, 1):.2f}"] for i in range(90)]
    rows = [row if sample else [row[0], row[1], row[3]] for row in rows]
    tables = {"train.csv": [heads, *rows], "test.csv": [["when", "warm"], *([row[0], row[-1]] for row in rows[:9])]}
    if sample:
        tables["sampleSubmission.csv"] = [sample]
    for name, table in tables.items():
        (folder / name).write_text("".join(",".join(map(str, row)) + "\n" for row in table), encoding="utf-8")
    found = inspect(str(folder))
    assert found.suggestion.target == "count" and found.suggestion.why.startswith("what the contest asks for")
    assert any("asks for count, casual" in note for note in found.notes) == (len(sample) == 3)
    assert [column.name for column in found.columns if column.use and column.name != "when"] == ["count", "warm"]
    if sample:  # else train.csv alone shows it
        assert f"--data {folder} " in found.suggestion.command
        made = read_toml(generate_own(tmp_path / "p", folder) / "data/schema.toml")
        assert made["target"] == "count" and "casual" not in made["columns"]
        left = {column.name for column in inspect(str(folder), "casual").columns if not column.use}
        assert "count" in left and "casual" not in left


@pytest.mark.slow  # trains
def test_new_rows_come_in_any_dialect_and_what_is_lost_is_said(tmp_path: Path) -> None:
    """Numbers written otherwise, other names' case, Excel; an unknown layout is refused with hackgen convert."""
    rng = random.Random(1)
    lines = ["Gewicht;Preis;Farbe;Sorte"]
    for _ in range(120):
        weight, price = rng.uniform(80, 220), rng.uniform(1000, 4000)
        number = f"{price:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
        lines.append(f"{weight:.1f};{number};{rng.choice('rg')};{'schwer' if weight > 150 else 'leicht'}".replace(
            f"{weight:.1f}", f"{weight:.1f}".replace(".", ",")))  # fmt: skip
    (tmp_path / "train.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "train.csv", target="Sorte")
    run(project, "train.py", "--epochs", "30").ok()
    files = {
        "english.csv": "Gewicht,Preis,Farbe\n90.5,3000.50,r\n210.5,3000.50,g\n",
        "names.tsv": "farbe\tPREIS\t gewicht \nr\t3.000,50\t90,5\ng\t3.000,50\t210,5\n",
        "joined.csv": "FARBE;_preis_;Gewicht\nr;3.000,50;90,5\ng;3.000,50;210,5\n",
        "bare.csv": "90,5;3.000,50;r\n210,5;3.000,50;g\n",
    }
    answers = []
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        done = run(project, "predict.py", str(tmp_path / name), "--json").ok()
        answers.append([row["probability"] for row in json.loads(done.out)])
        assert [row["class"] for row in json.loads(done.out)] == ["leicht", "schwer"] and not done.err, name
    assert answers[0] == answers[1] == answers[2]
    assert "leicht" in run(project, "predict.py", "90,5;3.000,50;r").ok().out
    (tmp_path / "odd.csv").write_text("Gewicht,Preis,Farbe\nheavy,3000.5,violet\n90.5,,r\n", encoding="utf-8")
    told = run(project, "predict.py", str(tmp_path / "odd.csv")).ok().err
    assert "Gewicht: 1 of 2 cells hold no number, such as 'heavy'" in told and "'violet'" in told
    (tmp_path / "other.csv").write_text("weight,price\n1,2\n3,4\n", encoding="utf-8")
    line = run(project, "predict.py", str(tmp_path / "other.csv")).refused(1, "'Gewicht'", "hackgen convert")
    assert line.count("hackgen convert") == 1


def test_convert_writes_one_plain_table_of_any_layout(hackgen: Run) -> None:
    """Numbers and dates as every program reads them; nothing is overwritten, and the source stays as it is."""
    case = next(case for case in CASES if case.name == "export.csv")
    source = case.write(hackgen.work)
    before = source.read_bytes()
    done = hackgen("convert", str(source), "plain.csv")
    assert done.returncode == 0 and "plain.csv" in done.stdout, done.stderr
    found = inspect(str(hackgen.work / "plain.csv"))
    assert (found.format, found.rows) == ("csv", inspect(str(source)).rows) and not found.dialect["skip"]
    assert source.read_bytes() == before
    refused(hackgen("convert", str(source), "plain.csv"), 1, "plain.csv is there already")
    refused(hackgen("convert", "nothing.csv"), 1, "does not exist")
    rows = [f"{i}.{i * 37 % 900 + 100},5;{1 + i % 28:02}.{1 + i % 12:02}.2020;{'xy'[i % 2]}" for i in range(1, 60)]
    rows = [f"{row};2020-01-{1 + i % 28:02} 10:30:00 UTC" for i, row in enumerate(rows)]
    (hackgen.work / "g.csv").write_text("\n".join(["price;day;kind;seen", *rows]) + "\n", encoding="utf-8")
    assert hackgen("convert", "g.csv").returncode == 0
    lines = (hackgen.work / "g-plain.csv").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["price,day,kind,seen", "1137.5,2020-02-02,y,2020-01-01 10:30:00"]


def test_convert_sweeps_what_killed_ones_left(hackgen: Run) -> None:
    """And leaves alone what another one may be writing just now."""
    (hackgen.work / "a.csv").write_text("x;y\n" + "1;2\n3;5\n" * 9, encoding="utf-8")
    drafts = [".hackgen-convert-7.old.csv", ".hackgen-convert-8.pictures/a/1.png", ".hackgen-convert-9.new/b/1.png"]
    for name in drafts:
        draft = hackgen.work / name
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(b"half")
        for path in [draft, draft.parent, draft.parents[1]][: name.count("/") + 1]:
            os.utime(path, (0, 0))
    os.utime(hackgen.work / drafts[2])
    assert hackgen("convert", "a.csv").returncode == 0
    assert sorted(os.listdir(hackgen.work)) == [".hackgen-convert-9.new", "a-plain.csv", "a.csv"]


WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")
STYLES = {  # as training has a column, as new rows have it (in other words of the same language), what is read
    "value": (lambda i: f"€{1 + i / 10:.1f}M", ["€2.5M", "1000000"], [2.5e6, 1e6]),
    "net": (lambda i: f"({i}.50 $)" if i % 3 else f"{i}.50 $", ["(9.50 $)", "9.5"], [-9.5, 9.5]),
    "saldo": (lambda i: f"{i},25-" if i % 3 else f"{i},25", ["7,50-", "7,5"], [-7.5, 7.5]),
    "rate": (lambda i: f"{i} %", ["5 %", "5"], [5, 5]),
    "day": (
        lambda i: f"{1 + i % 28}. {('Januar', 'März')[i % 2]} 2020",
        ["3. Dezember 2021", "2021-12-03"],
        2 * [8007],
    ),
    "week": (lambda i: f"2024-W{1 + i % 50:02}", ["2024-W52", "W52 2024"], 2 * [9123]),
    "quarter": (lambda i: f"Q{1 + i % 4} {1990 + i // 4}", ["2024Q4", "Q4 2024"], 2 * [9040]),
    "season": (lambda i: f"{1960 + i}/{(61 + i) % 100:02}", ["2023/24", "FY2023"], 2 * [8401]),
    "lon": (lambda i: f"{i}.5{'EW'[i % 2]}", ["7.25W", "7.25 E"], [-7.25, 7.25]),
    "weight": (lambda i: f"{i}.5 kg" if i % 3 else f"{i}50 g", ["2 kg", "500g"], [2000, 500]),
    "wide": (lambda i: f"{i}.5".translate(WIDE), ["９．２５", "9.25"], [9.25, 9.25]),
    "lasted": (
        lambda i: f"{1 + i % 3} day, {i % 24}:05:30" if i % 2 else f"{i % 24}h 5m",
        ["1:30:00", "2h 1m"],
        [5400, 7260],
    ),
    "at": (lambda i: f"{1 + i % 11}:30 {'AP'[i % 2]}M", ["6:00 PM", "6:00 AM"], [-36524 + 0.75, -36524 + 0.25]),
}


@pytest.mark.parametrize("form", ["table", "objects", "people"])
def test_new_rows_are_read_as_training_read_them(tmp_path: Path, form: str) -> None:
    """Also where a table had to be converted: its cells stay as they are written, and the schema says how."""
    rows = [{name: write(i) for name, (write, *_) in STYLES.items()} | {"side": "xy"[i % 2]} for i in range(60)]
    rows = [{"Customer Name": f"Anna {'ABCDEFG'[i % 7]}oe"} | row for i, row in enumerate(rows)] * (
        form == "people"
    ) or rows
    lines = [";".join(row.values()) for row in [dict(zip(rows[0], rows[0], strict=True)), *rows]]
    data = tmp_path / ("t.json" if form == "objects" else "t.csv")
    data.write_text(json.dumps(rows) if form == "objects" else "\n".join(lines), encoding="utf-8")
    project = generate_own(tmp_path / "p", data, target="side", extras=())
    entries = {
        name: about for name, about in read_toml(project / "data/schema.toml")["columns"].items() if name in STYLES
    }
    found = run(
        project,
        "-c",
        "import columns, json, pandas as pd\n"
        f"frame, entries = pd.DataFrame({ {name: new for name, (_, new, _) in STYLES.items()} }), {entries}\n"
        "cells, parts = columns.typed(frame, entries, columns.STYLES), {'number': 'value', 'date': 'days'}\n"
        "read = {name: columns.parts_of(cells[name], about) for name, about in entries.items()}\n"
        "print(json.dumps({name: read[name][parts[about['role']]].tolist() for name, about in entries.items()}))",
    ).ok()
    assert json.loads(found.out) == {name: read for name, (*_, read) in STYLES.items()} and not found.err


ABROAD = {  # a header, names of people and classes
    "cp932": ("氏名,年齢,会員", "佐藤太郎 鈴木花子 高橋健一 田中美咲", ["はい", "いいえ"]),
    "cp949": ("성명,점수,합격여부", "김민준 이서연 박지훈 최예은", ["합격", "불합격"]),
    "cp1252": ("Vorname,Größe,Fuß", "Jörg Zoë Günther André", ["süß", "groß"]),
}


@pytest.mark.parametrize("encoding", ABROAD)
def test_a_copy_without_names_stays_in_the_encoding_of_new_rows(tmp_path: Path, encoding: str) -> None:
    head, names, classes = ABROAD[encoding]
    rows = [f"{names.split()[i % 4]},{20 + i % 40},{classes[i % 2]}" for i in range(90)]
    (tmp_path / "t.csv").write_text("\n".join([head, *rows]), encoding=encoding)
    project = generate_own(tmp_path / "p", tmp_path / "t.csv", extras=())
    copy = (project / "data/t.csv").read_text(encoding=encoding)
    assert names.split()[0] not in copy and classes[0] in copy
    new = f"table.Path({str(tmp_path / 't.csv')!r}), table.schema()['read'], {head.split(',')}"
    done = run(project, "-c", f"import table; print(*table.read({new}))").ok()
    assert done.out.split() == head.split(",") and not done.err


@pytest.mark.parametrize(("rows", "answers"), [("train_values", "train_labels"), ("X_train", "y_train")])
def test_answers_in_a_table_of_their_own_are_not_overlooked(tmp_path: Path, rows: str, answers: str) -> None:
    (tmp_path / f"{rows}.csv").write_text("id,size,price\n" + "".join(f"{i},{i % 7},{i % 9}.5\n" for i in range(60)))
    (tmp_path / f"{answers}.csv").write_text("id,kind\n" + "".join(f"{i},{i % 2}\n" for i in range(60)))
    found = inspect(str(tmp_path))
    assert found.suggestion is None
    assert found.notes[0].startswith(f"what to predict is in {answers}.csv, apart from {rows}.csv; make one table")
