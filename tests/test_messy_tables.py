"""Tables as people have them: what the inspection bears, the project made from it reads, cell for cell."""

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hackgen.inspection import inspect
from hackgen.inspection.show import text as report
from hackgen.inspection.tables import opening, other_programs
from projects import generate_own, run

READ = """
import json
import common, table
from config import Config
about = table.schema()
frame = table.read(common.located(Config().data), about["read"], list(about["columns"]))
print(json.dumps([list(frame), frame.to_numpy().tolist()]))
"""
ROWS = [[40 + i % 7, ["Köln", "Bonn, Süd", "line\nend"][i % 3], f"it's {i % 4}", i % 11 * 9.5 + 3] for i in range(60)]
HEAD = ["area", "place", "note", "rent"]
RECORDS = [dict(zip(HEAD, row, strict=True)) for row in ROWS]
LINES = "\n".join(json.dumps(record, ensure_ascii=False) for record in RECORDS)


def text(rows: list[list[Any]] = ROWS, **how: Any) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **how).writerows([HEAD, *rows])
    return out.getvalue()


KINDS = ("classification", "regression")


def zipped(**members: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


FILES = {
    "apostrophes.csv": text(quotechar="'").encode(),
    "apostrophes_around_all.csv": text([[*row[:2], row[2].replace("'", ""), row[3]] for row in ROWS], quotechar="'",
                                       quoting=csv.QUOTE_NONNUMERIC).encode(),
    "bars.txt": text(delimiter="|").encode(),
    "wide.txt": text(delimiter="\t").encode("utf-16"),
    "wide.csv": text(delimiter=";").encode("utf-16-be"),
    "ragged.csv": (text() + "1,Bonn\n2,Bonn,x,5,6,7\n").encode(),
    "packed_twice.zip": zipped(a__gz=gzip.compress(text().encode())),
    "two.zip": zipped(test__csv="area\n" + "1\n" * 999, train__csv=text()),
    "list.json": json.dumps(RECORDS).encode("utf-16"),
    "latin.json": json.dumps(RECORDS, ensure_ascii=False).encode("latin-1"),
    "list.zip": zipped(a__json=json.dumps(RECORDS)),
    "lines.zip": zipped(a__jsonl=LINES),
    "lines.jsonl": LINES.encode("utf-16"),
    "broken.jsonl": (LINES + '\n{"area": 1, \n' + LINES).encode(),
    "lists.jsonl": "\n".join(map(json.dumps, ROWS)).encode(),
    "chinese.csv": text([[row[0], ["北京", "上海"][i % 2], *row[2:]] for i, row in enumerate(ROWS)]).encode("gb18030"),
    "russian.csv": text([[row[0], ["Москва", "Пермь"][i % 2], *row[2:]] for i, row in enumerate(ROWS)],
                        delimiter=";").encode("cp1251"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_the_project_reads_what_was_inspected(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    found = inspect(str(path))
    assert found.rows == {"ragged.csv": 62, "broken.jsonl": 120}.get(name, 60), found.notes
    assert [column.role for column in found.columns] == ["number", "category", "category", "number"]
    project = generate_own(tmp_path / "p", path)
    columns, rows = json.loads(run(project, "-c", READ).ok().out)
    with opening.opened(path, found.format) as table:
        assert columns == table.names
        assert [" ".join(" ".join(row).split()) for row in rows] == [
            " ".join(" ".join(row).split()) for row in table.sample
        ]
    run(project, "data.py").ok()


@pytest.mark.slow  # imports torch
def test_odd_rows_are_named_and_refused_where_nobody_has_seen_them(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text(text(), encoding="utf-8")
    (tmp_path / "odd.csv").write_bytes(FILES["ragged.csv"])
    project = generate_own(tmp_path / "p", tmp_path / "good.csv")
    run(project, "train.py", "--data", str(tmp_path / "odd.csv")).refused(1, "2 cells in line", "mend")
    project = generate_own(tmp_path / "q", tmp_path / "odd.csv")
    assert "train: " in run(project, "data.py").ok().out  # their cells are filled up or cut, once and for all
    assert [s.detail for s in inspect(str(tmp_path / "odd.csv")).suspects if s.kind == "ragged"]
    (tmp_path / "odd.jsonl").write_bytes(FILES["broken.jsonl"])
    run(project, "train.py", "--data", str(tmp_path / "odd.jsonl")).refused(1, "odd.jsonl cannot be read", "convert")


def test_an_archive_tells_what_else_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "two.zip"
    path.write_bytes(FILES["two.zip"])
    found = inspect(str(path))
    assert found.dialect["member"] == "train.csv" and any("also holds test.csv" in note for note in found.notes)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.tar", b"a.csv" + bytes(252) + b"ustar" + bytes(250), "unpack it"),
        ("a.csv", b"BZh91AY" + bytes(range(256)), "unpack it"),
        ("a.zip", zipped(a__parquet=b"PAR1" + bytes(20)), "unpack it"),
        ("a.csv", bytes(range(1, 200)) * 9, "no table, text or picture"),
        ("a.csv", b"", "empty"),
    ],
)
def test_what_holds_no_data_says_what_to_do(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    found = inspect(str(tmp_path / name))
    assert found.suggestion is None and said in found.notes[0]


def workbook(path: Path) -> Path:
    """A title, groups merged downwards, a merge across, formulas that no program has computed."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Measured in spring"])
    sheet.merge_cells("A1:D1")
    sheet.append(["site", "value", "double", "good"])
    for i in range(60):
        sheet.append([None if i % 3 else f"s{i // 15}", i * 1.5, f"=B{i + 3}*2", i % 4 > 1])
    for row in range(3, 63, 3):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row + 2, end_column=1)
    book.save(path)
    return path


def test_merged_cells_are_filled_and_formulas_without_results_are_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    found = inspect(str(path), "good")
    site, _, double, good = found.columns
    assert (site.missing, site.distinct, double.role) == (0, 4, "empty") and found.rows == 60
    assert any("60 formula(s) have no saved result" in note for note in found.notes)
    assert [value for value, _ in good.detail["top"]] == ["false", "true"]
    project = generate_own(tmp_path / "p", path, target="good")
    _, rows = json.loads(run(project, "-c", READ).ok().out)
    assert [row[0] for row in rows] == [f"s{i // 15}" for i in range(0, 60, 3) for _ in range(3)]
    assert "classes of good: false, true" in run(project, "data.py").ok().out


def test_a_merge_is_found_wherever_a_block_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, part = workbook(tmp_path / "a.xlsx"), "xl/worksheets/sheet1.xml"
    whole = other_programs.scan(path, part)
    assert len(whole[0]) == 20 and whole[1] == 60
    monkeypatch.setattr(other_programs, "OVERLAP", 200)
    for size in (211, 1000):
        monkeypatch.setattr(other_programs, "BLOCK", size)
        assert other_programs.scan(path, part) == whole


def test_a_report_of_much_that_is_odd_fits_a_screen(tmp_path: Path) -> None:
    names = [f"{kind}_{i}" for kind in ("far", "day", "same", "key") for i in range(9)]
    days = ("2023-01-05", "05/02/2023", "March 3, 2023", "2199-01-01")
    rows = [
        [*(-999 if (i + k) % 9 == 0 else i * k % 7 for k in range(9)), *(days[(i + k) % 4] for k in range(9)),
         *("ba"[i > k] for k in range(9)), *(f"K{k}{i:04}" for k in range(9)), i % 30 == 0, "yn"[i % 30 == 0]]
        for i in range(300)
    ]  # fmt: skip
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[*names, "target", "target_code"], *rows])
    (tmp_path / "odd.csv").write_text(out.getvalue(), encoding="utf-8")
    found = inspect(str(tmp_path / "odd.csv"), "target")
    found.notes += [f"note {i}" for i in range(9)]
    lines = report(found).splitlines()
    assert len(found.suspects) > 30 and len(lines) <= 55 and max(map(len, lines[:-1])) <= 80
    told = "\n".join(lines)
    assert (
        all(kind in told for kind in ("leakage", "imbalance", "sentinel", "mixed-dates")) and "--json shows all" in told
    )


def test_structs_of_parquet_are_columns_and_bytes_are_not_read(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "a.parquet"
    duckdb.sql(
        "COPY (SELECT i % 7 AS area, {'city': ['Bonn', 'Ulm'][1 + i % 2], 'at': {'it''s': i / 4.0}} AS place, "
        "'x'::BLOB AS picture, map {'k': i} AS other, [1.5, 2.0, i] AS point, i * 7.5 + 3 AS rent "
        f"FROM range(90) t(i)) TO '{path}'"
    )
    found = inspect(str(path), "rent")
    roles = {column.name: column.role for column in found.columns}
    assert list(roles) == ["area", "place.city", "place.at.it's", "picture", "other", "point", "rent"]
    assert (roles["place.city"], roles["place.at.it's"], roles["picture"], roles["point"]) == (
        "category", "number", "empty", "list")  # fmt: skip
    assert {"nested columns are read as text: other", "bytes are not read: picture"} <= set(found.notes)
    project = generate_own(tmp_path / "p", path, target="rent")
    columns, rows = json.loads(run(project, "-c", READ).ok().out)
    assert columns == [
        "area",
        "place.city",
        "place.at.it's",
        "picture",
        "other",
        "point_1",
        "point_2",
        "point_3",
        "rent",
    ]
    with opening.opened(path, "parquet") as table:
        assert [[*row[:5], row[8]] for row in rows] == [[*row[:5], row[6]] for row in table.sample]
    assert [row[5:8] for row in rows[:2]] == [["1.5", "2.0", "0.0"], ["1.5", "2.0", "1.0"]]
    assert "unused    point_3" in run(project, "data.py").ok().out  # which gives the rent away
