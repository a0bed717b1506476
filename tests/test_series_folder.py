"""A folder with a file for each series: what inspect says of all of them, and projects made for it."""

import gzip
import json
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hackgen.conversion.series import convert
from hackgen.inspection import inspect
from hackgen.inspection.columns import relation
from hackgen.inspection.tables import opening, text_tables
from hackgen.parts import tomllib
from projects import generate_own, run

DAYS = np.datetime64("2020-01-01") + np.arange(400)


def rows(length: int = 300, seed: int = 0, lacking: float = 0.0) -> list[tuple[str, str]]:
    """Days and values of a series with a week's season; a share of the days is not there."""
    rng = np.random.default_rng(seed)
    values = 50 + 5 * np.sin(np.arange(length) / 7 * 2 * np.pi) + rng.normal(0, 0.3, length)
    kept = rng.random(length) >= lacking
    kept[[0, -1]] = True
    return [(str(day), f"{value:.3f}") for day, value, there in zip(DAYS, values, kept, strict=False) if there]


def text(cells: list[tuple[str, str]], header: str = "day,sales", mark: str = ",") -> str:
    return "\n".join([header.replace(",", mark), *(mark.join(row) for row in cells)]) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five files that are alike, one of them with gaps."""
    made = tmp_path / "our shops"
    made.mkdir()
    for number in range(5):
        (made / f"shop{number}.csv").write_text(text(rows(300 + number, number, 0.1 * (number == 3))), encoding="utf-8")
    return made


def test_all_files_are_counted(folder: Path) -> None:
    found = inspect(str(folder))
    counts = [len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in sorted(folder.iterdir())]
    assert found.path == str(folder) and found.rows == sum(counts) and counts[3] < 300
    assert found.bytes == sum(path.stat().st_size for path in folder.iterdir())
    assert found.facts["files"] == {"count": 5, "read": 5, "departing": {}}
    facts = found.facts["series"]
    assert (facts["shape"], facts["frequency"], facts["first"], facts["last"]) == (
        "files",
        "day",
        "2020-01-01",
        "2020-10-30",
    )
    assert facts["gaps"]["missing"] == 303 - counts[3] and facts["season"]["steps"] == 7
    assert facts["series"] == {
        "count": 5, "names": [f"shop{i}" for i in range(5)], "shortest": counts[3], "longest": 304
    }  # fmt: skip
    assert {suspect.kind for suspect in found.suspects} == {"gaps", "several-series"}
    assert any("shop3.csv" in suspect.detail for suspect in found.suspects if suspect.kind == "gaps")
    suggestion = found.suggestion
    assert suggestion and (suggestion.task, suggestion.target, suggestion.time) == (
        "time-series-forecasting",
        "sales",
        "day",
    )
    assert "'" + str(folder) + "'" in suggestion.command and "each of 5 series" in suggestion.why


def test_files_unlike_the_others_are_named(folder: Path) -> None:
    hours = [(f"2020-01-{1 + i // 24:02d} {i % 24:02d}:00", str(i % 24)) for i in range(500)]
    odd = {
        "a columns.csv": (text(rows(), "date,n").encode(), 'no column "day"'),
        "hours.csv": (text(hours).encode(), "steps of hour, the others of day"),
        "words.csv": (text([*rows(), ("2020-12-01", "closed")]).encode(), '1 cell(s) in "sales" that are no number'),
        "undated.csv": (text([(f"day {i}", "1") for i in range(90)]).encode(), "without a date like those"),
        "short.csv": (text(rows(20)).encode(), "20 steps, too few"),
        "holes.csv": (text(rows(400, 1, 0.4)).encode(), "of its 400 steps"),
        "empty.csv": (b"", "is empty"),
        "cells.csv": (text(rows(250)).replace("2020-02-02,", "2020-02-02,7,", 1).encode(), "of cells in line 34"),
        "broken.parquet": (b"PAR1" + bytes(20), "cannot be read as parquet"),
        "other.jsonl": (b'{"day": "2020-01-01", "sales": 1}\n' * 3, "is jsonl, the others are csv"),
    }
    alike = {  # written otherwise, but the same
        "semicolons.csv": text(rows(250), mark=";").encode(),
        "wide letters.csv": text(rows(250)).encode("utf-16"),
        "[packed].csv.gz": gzip.compress(text(rows(250)).encode()),
        "empty cell behind.csv": text(rows(250)).replace("\n2020-02-03", ",\n2020-02-03", 1).encode(),
        "turned.csv": text([(b, a) for a, b in rows(250)], "sales,day").encode(),
    }
    for name, content in ({name: content for name, (content, _) in odd.items()} | alike).items():
        (folder / name).write_bytes(content)
    (folder / "inside").mkdir()
    found = inspect(str(folder))
    departing = found.facts["files"]["departing"]
    assert set(departing) == set(odd)
    for name, (_, why) in odd.items():
        assert why in departing[name] and str(folder) not in departing[name]
    assert found.facts["files"]["count"] == 5 + len(odd) + len(alike)
    assert "turned" in found.facts["series"]["series"]["names"] and found.facts["series"]["frequency"] == "day"
    assert found.dialect.get("delimiter") is None and found.dialect["header"] is True
    assert any("inside" in note for note in found.notes)
    assert sum(suspect.kind == "unlike" for suspect in found.suspects) == 6  # five are named, the rest counted
    json.dumps(found.to_json(), allow_nan=False)


@pytest.mark.parametrize("mark", [",", ";"])
@pytest.mark.parametrize(
    ("header", "cell", "ends"),
    [
        ("day,sales", "{0:%d.%m.%Y},{1}", ("2020-01-01", "2021-02-03")),
        ("year,month,day,sales", "{0.year},{0:%b},{0.day},{1}", ("2020-01-01", "2021-02-03")),
        ("date,hour,sales", "{3},{4},{1}", ("2020-12-26T00:00", "2021-01-11T15:00")),
        ("yr,mm,dd,time,sales", "{3.year},{3.month},{3.day},{4}:30,{1}", ("2020-12-26T00:30", "2021-01-11T15:30")),
        ("year,sales", "{2},{1}", ("1600", "1999")),
    ],
)
def test_times_of_every_form_are_counted_alike(tmp_path: Path, header: str, cell: str, ends: tuple, mark: str) -> None:
    """By one query, and by opening each file: the other mark in half of them makes that necessary."""
    for number in range(4):
        days = DAYS.astype(object)
        cells = [cell.format(days[i], i % 7 + number, 1600 + i, days[360 + i // 24], i % 24) for i in range(400)]
        lines = "\n".join([header, *cells]).replace(",", mark if number % 2 else ",")
        (tmp_path / f"s{number}.csv").write_text(lines + "\n", encoding="utf-8")
    found = inspect(str(tmp_path))
    facts = found.facts["series"]
    assert found.rows == 1600 and facts["shape"] == "files" and facts["series"]["count"] == 4
    assert (facts["first"], facts["last"]) == ends and found.facts["files"]["departing"] == {}
    (sales,) = (column for column in found.columns if column.name == "sales")
    assert (sales.detail["min"], sales.detail["max"]) == (0, 9)


def test_tables_that_are_no_series_stay_one_table_of_several(tmp_path: Path, folder: Path) -> None:
    (folder / "train.csv").write_text(text(rows(200)), encoding="utf-8")
    assert inspect(str(folder)).rows == 200
    other = tmp_path / "other"
    other.mkdir()
    for name in ("one", "two"):
        lines = "\n".join(f"{i % 9},{i % 7},{'ab'[i % 9 > 4]}" for i in range(100))
        (other / f"{name}.csv").write_text(f"x,y,kind\n{lines}\n", encoding="utf-8")
    (other / "three.csv").write_text("u,v\n1,2\n", encoding="utf-8")
    found = inspect(str(other))
    assert found.rows == 100 and any("the folder also holds" in note for note in found.notes)


@pytest.mark.parametrize("format", ["csv", "csv.gz", "jsonl", "parquet"])
def test_each_of_many_files_is_counted(tmp_path: Path, format: str) -> None:
    count = 210 if format == "csv" else 12  # the others take longer
    for number in range(count):
        path, cells = tmp_path / f"s{number}.{format}", rows(60 + number % 3, number)
        if format == "jsonl":
            path.write_text("\n".join(json.dumps({"day": d, "sales": float(v)}) for d, v in cells), encoding="utf-8")
        elif format == "parquet":
            if not number:
                duckdb.sql(f"COPY (SELECT * FROM (VALUES {str(cells)[1:-1]}) AS t(day, sales)) TO '{path}'")
            else:
                path.write_bytes((tmp_path / "s0.parquet").read_bytes())
        else:
            path.write_bytes((gzip.compress if format == "csv.gz" else bytes)(text(cells).encode()))
    found = inspect(str(tmp_path))
    assert found.facts["files"] == {"count": count, "read": count, "departing": {}}
    assert found.rows == sum(60 + (format != "parquet") * (number % 3) for number in range(count))
    assert found.facts["series"]["steps"] == 61 - (format == "parquet") and not found.facts["series"]["gaps"]["missing"]


def test_a_long_file_is_counted_as_a_short_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where rows name weeks; long is what has more rows than a sample."""
    monkeypatch.setattr(relation, "SAMPLE", 100)
    for number in range(3):
        weeks = [f"{2010 + i // 52},{1 + i % 52},{i % 9 + number}" for i in range(312)]
        (tmp_path / f"s{number}.csv").write_text("\n".join(["year,week,sales", *weeks]) + "\n", encoding="utf-8")
    found = inspect(str(tmp_path))
    assert found.rows == 936 and found.facts["files"] == {"count": 3, "read": 3, "departing": {}}
    (sales,) = (column for column in found.columns if column.name == "sales")
    assert (sales.detail["min"], sales.detail["max"], round(sales.detail["mean"], 1)) == (0, 10, 5.0)


def test_a_file_of_rows_with_another_number_of_cells_is_named_however_long(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "CAREFUL", 1000)
    monkeypatch.setattr(text_tables, "CHUNKS", 4)
    (folder / "odd.csv").write_text(text(rows(250)).replace("\n2020-02-03", ",9,9\n2020-02-03", 1), encoding="utf-8")
    found = inspect(str(folder))
    assert "another number of cells" in found.facts["files"]["departing"]["odd.csv"]
    assert found.facts["files"]["count"] == 1 + found.facts["files"]["read"]


def in_own_words(folder: Path, header: str = "day,{}", **files: int) -> Path:
    """A file for each name, which calls the column of values so."""
    folder.mkdir()
    for number, (name, length) in enumerate(files.items()):
        (folder / f"{name}.csv").write_text(text(rows(length, number), header.format(name)), encoding="utf-8")
    return folder


def test_each_file_may_call_its_values_differently(tmp_path: Path) -> None:
    place = in_own_words(tmp_path / "cities", berlin=300, paris=310, rome=290, madrid=300)
    (place / "lima.csv.gz").write_bytes(gzip.compress(text(rows(), "day,lima").encode()))
    (place / "oslo.csv").write_bytes(text([(b, a) for a, b in rows()], "oslo;day", ";").encode("utf-16"))
    (place / "other.csv").write_text(text([(d, f"{v},1") for d, v in rows()], "day,low,high"), encoding="utf-8")
    found = inspect(str(place))
    assert found.rows == 4 * 300 + 2 * 300 and found.facts["series"]["shape"] == "files"
    assert found.facts["series"]["series"]["names"] == ["berlin", "lima", "madrid", "oslo", "paris", "rome"]
    assert list(found.facts["files"]["departing"]) == ["other.csv"]
    assert [(column.name, column.role) for column in found.columns] == [("day", "date"), ("value", "number")]
    assert found.suggestion and (found.suggestion.target, found.suggestion.time) == ("value", "day")
    assert found.dialect["own"] == "value" and any("berlin" in note for note in found.notes)
    for target in ("value", "rome"):
        suggestion = inspect(str(place), target).suggestion
        assert suggestion and suggestion.target == "value"


def test_tables_that_share_too_little_are_no_series(tmp_path: Path) -> None:
    place = in_own_words(tmp_path / "a", "{0} day,{0}", berlin=100, paris=100, rome=100)
    assert "files" not in inspect(str(place)).facts
    place = in_own_words(tmp_path / "b", "day,value,{}", berlin=100, paris=100)
    for path in place.iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace(".", ".5,"), encoding="utf-8")
    assert inspect(str(place)).dialect["own"] == "value_"  # a column of all files has the usual name


def test_a_project_for_a_folder_has_all_of_it(folder: Path, tmp_path: Path) -> None:
    """One table of all files, whose names are those of the series."""
    (folder / "shop_.csv").write_text(text(rows()), encoding="utf-8")
    (folder / "shop .csv").write_text(text(rows()), encoding="utf-8")
    (folder / "about.txt").write_text("ours", encoding="utf-8")
    project = generate_own(tmp_path / "p", folder)
    assert [path.name for path in (project / "data").iterdir() if path.suffix == ".csv"] == ["our_shops.csv"]
    lines = (project / "data" / "our_shops.csv").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["date,series,sales", f"2020-01-01,shop ,{float(rows()[0][1]):g}"]
    assert len(lines) == 1 + inspect(str(folder)).rows
    assert {line.split(",")[1] for line in lines[1:]} == {*(f"shop{i}" for i in range(5)), "shop_", "shop "}
    schema = tomllib.loads((project / "data" / "schema.toml").read_text(encoding="utf-8"))
    assert {name: about["role"] for name, about in schema["columns"].items()} == {
        "date": "date",
        "series": "series",
        "sales": "value",
    }
    assert schema["step"] == "D"
    card = (project / "DATA_CARD.md").read_text(encoding="utf-8")
    readme = (project / "README.md").read_text(encoding="utf-8")
    assert "| files | 7, each a series" in card and "7 files with a series each" in readme


def test_the_table_of_a_folder_makes_the_same_project_again(folder: Path, tmp_path: Path) -> None:
    for path in list(folder.iterdir()):
        path.rename(path.with_name(path.name.replace("shop", "new shop ")))
    project = generate_own(tmp_path / "p", folder)
    again = generate_own(tmp_path / "again", project / "data" / "our_shops.csv")
    tables = [(one / "data" / "our_shops.csv").read_bytes() for one in (project, again)]
    schemas = [tomllib.loads((one / "data" / "schema.toml").read_text(encoding="utf-8")) for one in (project, again)]
    assert tables[0] == tables[1] and schemas[0]["step"] == schemas[1]["step"]
    roles = [[(name, about["role"]) for name, about in schema["columns"].items()] for schema in schemas]
    assert roles[0] == roles[1]


@pytest.mark.slow
def test_a_project_trains_on_a_folder_and_leaves_out_what_does_not_fit(folder: Path, tmp_path: Path) -> None:
    (folder / "a columns.csv").write_text(text(rows(), "date,n"), encoding="utf-8")
    (folder / "empty.csv").write_text("", encoding="utf-8")
    project = generate_own(tmp_path / "p", folder)
    card = (project / "DATA_CARD.md").read_text(encoding="utf-8")
    assert "a columns" in card and "empty.csv" in card
    run(project, "train.py", "--smoke", "--out", "first").ok()
    meta = json.loads((project / "runs" / "first" / "meta.json").read_text(encoding="utf-8"))
    assert list(meta["series"]) == [f"shop{i}" for i in range(5)]
    run(project, "evaluate.py", "first").ok()


@pytest.mark.slow
def test_a_project_trains_on_files_that_call_their_values_differently(tmp_path: Path) -> None:
    project = generate_own(tmp_path / "p", in_own_words(tmp_path / "cities", berlin=300, paris=310, rome=290))
    run(project, "train.py", "--smoke", "--out", "first").ok()
    meta = json.loads((project / "runs" / "first" / "meta.json").read_text(encoding="utf-8"))
    assert list(meta["series"]) == ["berlin", "paris", "rome"]
    assert meta["schema"]["columns"]["value"]["role"] == "value"
    run(project, "evaluate.py", "first").ok()
    other = in_own_words(tmp_path / "other", oslo=300, lima=280)
    run(project, "predict.py", str(other / "oslo.csv"), "--run", "first").refused(1, "hackgen convert")
    convert(inspect(str(other)), tmp_path / "plain.csv")
    told = json.loads(run(project, "predict.py", str(tmp_path / "plain.csv"), "--run", "first", "--json").ok().out)
    first = {row["series"]: row["time"] for row in reversed(told)}
    assert first == {"lima": "2020-10-07", "oslo": "2020-10-27"}  # each from its own end


def test_links_that_lead_out_of_a_folder_of_tables_are_left_out_and_named(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    days = "".join(f"2020-{1 + day // 28:02}-{1 + day % 28:02},{day % 7}\n" for day in range(200))
    for place in ("outside/secret.csv", "series/a.csv", "series/b.csv", "tables/own.csv"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(f"day,sold\n{days}", encoding="utf-8")
    (tmp_path / "outside/secret.csv").write_text("kind,secret\n" + "x,1\ny,2\n" * 200, encoding="utf-8")
    for folder in ("series", "tables"):
        (tmp_path / folder / "train.csv").symlink_to(tmp_path / "outside/secret.csv")
        (tmp_path / folder / "z.csv").symlink_to("b.csv" if folder == "series" else "own.csv")  # stays in it
        found = inspect(str(tmp_path / folder))
        assert any("lead out of the folder" in note and "train.csv" in note for note in found.notes)
        assert "secret" not in {column.name for column in found.columns}
    assert inspect(str(tmp_path / "series")).facts["files"]["read"] == 3
