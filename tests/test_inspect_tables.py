"""`hackgen inspect` on tables: every awkward file of the corpus gets the findings that stand beside it."""

import datetime
import gzip
import json
import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from corpus import CASES, Case, column, csv, flowers
from hackgen.cli import cli
from hackgen.errors import Misuse, Problem
from hackgen.inspection import Column, Findings, inspect
from hackgen.inspection.columns import aggregates, profiles, relation
from hackgen.inspection.columns.roles import columns_of
from hackgen.inspection.show import text
from hackgen.inspection.suspects import telling
from hackgen.inspection.tables import opening, text_tables, typed_tables
from hackgen.inspection.target import choice
from hackgen.inspection.words import names
from hackgen.parts import TEMPLATES

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_corpus(case: Case, tmp_path: Path) -> None:
    before = (path := case.write(tmp_path)).read_bytes()
    found = inspect(str(path))
    compare(case, found)
    assert path.read_bytes() == before
    assert json.loads(json.dumps(found.to_json(), allow_nan=False))["path"] == str(path)
    assert max(map(len, text(found).splitlines())) <= 80 or found.suggestion.command in text(found)


def compare(case: Case, found: Findings) -> None:
    columns = {c.name: c for c in found.columns}
    kinds = {(suspect.kind, suspect.column) for suspect in found.suspects}
    suggestion = found.suggestion
    assert case.rows in (None, found.rows)
    assert case.columns in (None, [c.name for c in found.columns])
    assert {name: columns[name].role for name in case.roles} == case.roles
    for name, rules in case.parse.items():
        assert {key: columns[name].parse.get(key) for key in rules} == rules
    assert {key: found.dialect.get(key) for key in case.dialect} == case.dialect
    assert case.suspects <= kinds
    assert not (case.clean and kinds)
    assert all(not columns[name].use and columns[name].why for name in case.unused)
    for name in ("task", "target", "metric", "group", "time"):
        wanted = getattr(case, name)
        assert wanted is None or getattr(suggestion, name) == wanted, (name, suggestion)


def made(tmp_path: Path, rows: list[list[Any]], name: str = "table.csv") -> str:
    (tmp_path / name).write_bytes(csv(rows))
    return str(tmp_path / name)


def test_target_overrides_and_a_misspelt_one_is_named(tmp_path: Path) -> None:
    path = made(tmp_path, flowers())
    assert inspect(path, "length").suggestion.task == "tabular-regression"
    assert inspect(path, "COLOUR").suggestion.target == "colour"
    with pytest.raises(Misuse, match='did you mean "species"'):
        inspect(path, "specie")


def test_a_strong_honest_feature_is_no_leak() -> None:
    found = inspect(str(TEMPLATES / "tasks/tabular-classification/sample/data/iris.csv"))
    assert "leakage" not in {suspect.kind for suspect in found.suspects}
    assert all(c.use for c in found.columns)


def test_a_number_given_away_by_a_sum_or_a_copy(tmp_path: Path) -> None:
    rows = [["a", "b", "noise", "copy", "count"]]
    rows += [
        [i * 7 % 31, i * 5 % 17, i % 3, 2.5 * (i * 7 % 31 + i * 5 % 17), i * 7 % 31 + i * 5 % 17] for i in range(100)
    ]
    found = inspect(made(tmp_path, rows), "count")
    assert {s.column for s in found.suspects if s.kind == "leakage"} == {"a", "b", "copy"}


def houses() -> list[list[Any]]:
    """Prices with an honest noise, and all that somebody may have made from them or put together to get them."""
    dice = random.Random(1)
    head = ["area", "rooms", "ground", "price", "log_price", "band", "worth", "building", "rank", "per_area"]
    rows: list[list[Any]] = []
    for _ in range(300):
        area, worth = dice.randint(40, 300), dice.randint(20, 90) * 1000
        building = round(area * 2000 * dice.lognormvariate(0, 0.2))
        price = worth + building
        band = "low" if price < 250_000 else "middle" if price < 450_000 else "high"
        row = [area, area // 40, dice.choice("abc"), price, round(math.log(price), 3), band, worth, building, 0]
        rows.append([*row, price / area])
    for place, row in enumerate(sorted(rows, key=lambda row: -row[3])):
        row[8] = 3 * place + 1000
    return [head, *rows]


@pytest.mark.parametrize(
    ("target", "leaks", "honest"),
    [
        ("price", {"log_price", "band", "rank", "worth", "building"}, {"area", "rooms", "ground"}),
        ("building", {"price"}, {"area", "rooms", "ground", "worth"}),
        ("per_area", set(), {"area", "rooms", "ground", "band", "worth"}),
    ],
)
def test_what_a_number_is_made_of_gives_it_away(target: str, leaks: set[str], honest: set[str], tmp_path: Path) -> None:
    found = inspect(made(tmp_path, houses()), target)
    used = {column.name for column in found.columns if column.use}
    assert leaks <= unused(found) and not leaks & used and honest <= used


def test_sums_means_and_weights_are_spoken_as_such(tmp_path: Path) -> None:
    dice = random.Random(2)
    rows: list[list[Any]] = [["school", "maths", "reading", "writing", "sum", "mean", "mark"]]
    for _ in range(200):
        marks = [dice.randint(20, 100) for _ in range(3)]
        weighted = 0.5 * marks[0] + 0.3 * marks[1] + 0.2 * marks[2]
        rows.append([dice.choice("ab"), *marks, sum(marks), round(sum(marks) / 3, 2), round(weighted, 1)])
    told = {}
    for target in ("sum", "mean", "mark"):
        some = [[*row[:4], row[6]] for row in rows] if target == "mark" else rows
        found = inspect(made(tmp_path, some), target)
        told[target] = {s.detail for s in found.suspects if s.kind == "leakage" and " = " in s.detail}
    assert [len(details) for details in told.values()] == [1, 1, 1]
    assert all(name in detail for (detail,) in told.values() for name in ("maths", "reading", "writing"))
    assert min(told["mean"]).endswith(") / 3") and "0.5 maths" in min(told["mark"])


def test_a_law_with_noise_clusters_and_years_are_no_leaks(tmp_path: Path) -> None:
    """Nor a price that hangs on the product alone, nor sums that are near but not equal."""
    dice = random.Random(3)
    rows: list[list[Any]] = [["year", "vehicle", "product", "part", "other", "load", "weight"]]
    for i in range(300):
        kind = i % 3
        weight = (10, 900, 9000)[kind] * dice.uniform(0.9, 1.1) + i / 9
        part = dice.uniform(0, 5)
        rows.append(["", ("bicycle", "car", "truck")[kind], "", part, dice.uniform(0, 5), 3 * weight + part**2, weight])
    for year, row in enumerate(sorted(rows[1:], key=lambda row: row[-1])):
        row[0], row[2] = 1700 + year, f"p{year // 100}"
    assert "vehicle" not in unused(inspect(made(tmp_path, rows), "weight"))
    assert not unused(inspect(made(tmp_path, [[*row[:2], *row[3:]] for row in rows]), "weight")) - {"load"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"a",
        b"a,b\n",
        b"\0\1\2\3" * 100,
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"[1, 2]",
        b'"',
        b",,,\n,,,\n",
        b"a,a\n1\n2,3,4\n",
    ],
)
@pytest.mark.parametrize("ending", ["csv", "json", "jsonl", "txt"])
def test_it_never_fails_on_a_readable_file(content: bytes, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"odd.{ending}"
    path.write_bytes(content)
    try:
        found = inspect(str(path))
    except Problem as problem:
        assert "\n" not in str(problem)
        assert ending == "json"
    else:
        assert text(found)
        assert found.notes or found.suggestion


def test_damaged_archives_and_parquet_are_one_line(tmp_path: Path) -> None:
    for name, content in {
        "a.gz": b"\x1f\x8b\x08abc",
        "a.zip": b"PK\x03\x04abc",
        "a.parquet": b"PAR1abc",
        "a.xlsx": b"PK\x03\x04",
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Problem, match=name):
            inspect(str(tmp_path / name))
    with pytest.raises(Problem, match="does not exist"):
        inspect(str(tmp_path / "nothing.csv"))


def test_a_large_table_of_equal_rows_is_read(tmp_path: Path, monkeypatch: Any) -> None:
    """Repeated rows are counted by a share of the rows' hashes, which may be none of them."""
    (tmp_path / "t.csv").write_text("a,b\n" + "1,2\n" * 3000)
    monkeypatch.setattr(opening, "CAREFUL", 1000)
    monkeypatch.setattr(aggregates, "COMPARED", 1)
    assert inspect(str(tmp_path / "t.csv")).rows == 3000


@pytest.mark.parametrize("how", ["plain", "latin", "stray", "ragged", "words", "longer"])
def test_large_files_are_read_by_duckdb_with_the_same_findings(how: str, tmp_path: Path, monkeypatch: Any) -> None:
    rows = column("x", ["1", "2", "é", "3"] if how == "words" else ["a", "é"], 3000)
    content = csv(rows, "cp1252" if how == "latin" else "utf-8")
    content += {"stray": b'"b,1.5,2,red,rose\n', "ragged": b"1,2\n"}.get(how, b"")
    if how == "longer":  # a delimiter at the end of each row, but not of the header
        content = content.replace(b"\n", b",\n").replace(b",\n", b"\n", 1)
    (tmp_path / "large [1]*.csv").write_bytes(content)
    small = inspect(str(tmp_path / "large [1]*.csv"))
    monkeypatch.setattr(opening, "CAREFUL", 1000)
    monkeypatch.setattr(text_tables, "CHUNKS", 4)
    monkeypatch.setattr(relation, "SAMPLE", 2000)
    large = inspect(str(tmp_path / "large [1]*.csv"))
    assert abs(large.rows - small.rows) <= (how in ("stray", "ragged"))
    assert "lenient" not in large.dialect or how in ("latin", "stray", "ragged")
    assert how != "ragged" or large.dialect["lenient"] is small.dialect["lenient"] is True
    assert [(c.name, c.role) for c in large.columns] == [(c.name, c.role) for c in small.columns]
    assert large.suggestion.target == small.suggestion.target == "species"
    if how == "plain":
        assert [c.distinct for c in large.columns] == [c.distinct for c in small.columns]


@pytest.mark.parametrize("packed", [False, True])
def test_units_and_totals_of_a_large_file_are_left_out(packed: bool, tmp_path: Path, monkeypatch: Any) -> None:
    rows = [f"{i % 31},{i % 17 / 4},{'ab'[i % 2]},{i}" for i in range(3000)]
    text = "\n".join(["warmth,pressure,site,energy", "°C,hPa,,kWh", *rows, "Total,,,4498500"]) + "\n"
    path = tmp_path / f"units.csv{'.gz' * packed}"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    monkeypatch.setattr(opening, "CAREFUL", 1000)
    monkeypatch.setattr(relation, "SAMPLE", 2000)
    found = inspect(str(path))
    assert found.rows == 3000 and [column.role for column in found.columns].count("number") == 3
    assert found.dialect["units"] == "°C" and found.dialect["foot"] == "Total"
    assert found.suggestion.target == "energy"


@pytest.mark.parametrize("packed", [False, True])
def test_cells_of_a_large_file_may_have_several_spaces_between(packed: bool, tmp_path: Path, monkeypatch: Any) -> None:
    rows = [[str(i % 31), str(i % 17 / 4), str(i)] for i in range(600)]
    monkeypatch.setattr(opening, "CAREFUL", 1000)
    (tmp_path / "one.data").write_text("\n".join(map(" ".join, rows)), encoding="utf-8")
    assert [column.distinct for column in inspect(str(tmp_path / "one.data")).columns] == [31, 17, 600]
    lines = ["# a station", "# of ours", " a  b    c ", *(f"  {a:>3}{b:>7}   {c:<6}  " for a, b, c in rows)]
    content = "\r\n".join(lines).encode()
    (tmp_path / "more.data").write_bytes(gzip.compress(content) if packed else content)
    found = inspect(str(tmp_path / "more.data"))
    assert [(column.name, column.distinct) for column in found.columns] == [("a", 31), ("b", 17), ("c", 600)]
    assert found.rows == 600 and found.dialect["skip"] == 2 and found.dialect["delimiter"] == " "


@pytest.mark.parametrize("packed", [False, True])
def test_a_list_inside_a_large_json_is_found(packed: bool, tmp_path: Path, monkeypatch: Any) -> None:
    entries = [{"id": i, "place": {"city": "ab"[i % 2]}, "tags": ["]", "x"], "price": i * 7 % 31} for i in range(3000)]
    content = {"meta": {"of": [{"a": "]"}]}, "data": entries, "errors": [{"code": 0}]}
    path = tmp_path / f"api.json{'.gz' * packed}"
    text = json.dumps(content, indent=1).encode()
    path.write_bytes(gzip.compress(text) if packed else text)
    small = inspect(str(path))
    monkeypatch.setattr(typed_tables, "IN_MEMORY", 1000)
    monkeypatch.setattr(typed_tables.of_records, "PIECE", 5000)
    large = inspect(str(path))
    assert large.rows == small.rows == 3000 and large.notes[0] == small.notes[0]
    assert [(c.name, c.role) for c in large.columns] == [(c.name, c.role) for c in small.columns]


def test_a_unit_in_a_name_says_nothing_about_what_it_is(tmp_path: Path) -> None:
    rows = [["rain_mm", "farm", "yield_t_per_ha", "wind", "soil_ph"]]
    rows += [[i * 7 % 31, "abc"[i % 3], i * 5 % 17 / 3, i * 11 % 41, i * 13 % 37] for i in range(200)]
    (tmp_path / "t.csv").write_bytes(csv(rows))
    assert inspect(str(tmp_path / "t.csv")).suggestion.target == "yield_t_per_ha"
    assert names.without_unit(["yield", "t", "per", "ha"]) == ["yield"]
    assert names.without_unit(["salary", "in", "usd"]) == ["salary"] and names.without_unit(["kg"]) == ["kg"]


def test_counts_of_a_large_table_are_exact(tmp_path: Path, monkeypatch: Any) -> None:
    rows = [["reading", "fee", "worth", "level", "day", "label"]]
    for i in range(4000):
        reading = "NA" if i % 50 == 0 else -999 if i % 40 == 1 else i * 7919 % 4001 / 8
        worth = f"{i * 37 % 983 / 10} {'KM'[i % 2]} €"
        rows.append([reading, f"${i * 31 % 977}.50", worth, i % 7, f"20{i % 20 + 10}-03-{i % 28 + 1:02}", "ab"[i % 2]])
    path = made(tmp_path, [*rows, *rows[1:100]])
    small = inspect(path)
    monkeypatch.setattr(opening, "CAREFUL", 1000)
    large = inspect(path)
    for one, other in zip(small.columns, large.columns, strict=True):
        assert (one.role, one.missing, one.parse) == (other.role, other.missing, other.parse)
        ends = ("min", "max", "first", "last", "top", "not_numbers")
        assert {end: one.detail.get(end) for end in ends} == {end: other.detail.get(end) for end in ends}
    assert large.columns[0].detail["min"] >= 0  # without -999
    assert large.columns[0].missing == pytest.approx(sum(r[0] in ("NA", -999) for r in [*rows, *rows[1:100]]) / 4099)
    repeated = [s.detail for s in large.suspects if s.kind == "duplicates"]
    assert repeated == [s.detail for s in small.suspects if s.kind == "duplicates"]
    assert repeated[0].startswith("99 row(s)")


def test_cells_that_the_sample_missed_are_counted_as_in_a_small_table(tmp_path: Path, monkeypatch: Any) -> None:
    cells = ["n.d.", "NaN", "1e200", "-inf", " 7 ", "1e3"]
    rows = [[*[i * 7919 % 60013 / 8 - 50] * 6, -(i % 31), "ab"[i % 2]] for i in range(20_000)]
    rows[5000][:6] = cells
    path = made(tmp_path, [[*"uvwxyz", "level", "label"], *rows, *rows[4990:5010]])
    small = inspect(path)
    monkeypatch.setattr(opening, "CAREFUL", 1000)
    monkeypatch.setattr(text_tables, "CHUNKS", 4)
    monkeypatch.setattr(relation, "SAMPLE", 2000)
    large = inspect(path)
    with opening.opened(Path(path), "csv") as table:
        sampled = [row[:6] for row in table.sample]
    assert cells not in sampled and len(sampled) > 1000 and large.rows == small.rows == 20_020
    for one, other in zip(small.columns, large.columns, strict=True):
        assert (one.role, one.missing, one.parse) == (other.role, other.missing, other.parse)
        ends = ("min", "max", "top", "not_numbers", "integers")
        assert {end: one.detail.get(end) for end in ends} == {end: other.detail.get(end) for end in ends}
        assert one.detail.get("mean") == pytest.approx(other.detail.get("mean"))
    repeated = [[s.detail for s in found.suspects if s.kind == "duplicates"] for found in (small, large)]
    assert repeated[0] == repeated[1] and repeated[0][0].startswith("20 row(s)")


@pytest.mark.slow  # 260,000 rows take seconds
def test_a_long_series_is_seen_in_its_order(tmp_path: Path) -> None:
    minutes = np.datetime64("2020-01-01T00:00") + np.arange(260_000)  # more than DuckDB hands out at a time
    rows = [f"{time},{i * 7919 % 1009}" for i, time in enumerate(minutes.astype(str))]
    (tmp_path / "meter.csv").write_text("time,value\n" + "\n".join(rows) + "\n", encoding="utf-8")
    found = inspect(str(tmp_path / "meter.csv"))
    assert found.suggestion.task == "time-series-forecasting" and found.facts["series"]["gaps"]["missing"] == 0


def test_a_wide_table_is_counted_in_batches(tmp_path: Path, monkeypatch: Any) -> None:
    path = made(tmp_path, [[f"v{k}" for k in range(24)], *([i * k % 97 for k in range(24)] for i in range(300))])
    small = inspect(path)
    monkeypatch.setattr(opening, "CAREFUL", 10_000)
    monkeypatch.setattr(text_tables, "CHUNKS", 4)
    monkeypatch.setattr(profiles, "BATCH", 20)
    monkeypatch.setattr(profiles, "BATCH_COUNTED", 8)
    large = inspect(path)
    assert [c.missing for c in large.columns] == [c.missing for c in small.columns] == [0.0] * 24
    assert [c.distinct for c in large.columns] == pytest.approx([c.distinct for c in small.columns], rel=0.1)


OLDER = {  # encodings of the time before UTF-8, each with words of its languages
    "cp1252": "Größe Straße Müller Köln été Noël élève São ação coração João Ærø smørrebrød año Málaga",
    "gb18030": "北京 上海 广州 深圳 价格 城市 好 坏 房子 颜色",
    "big5": "台北 高雄 價格 城市 好 壞 房子 顏色",
    "cp932": "東京 大阪 京都 価格 都市 良い 悪い りんご ミカン",
    "euc_jp": "東京 大阪 京都 価格 都市 良い 悪い りんご ミカン",
    "cp949": "서울 부산 가격 도시 좋다 나쁘다 집 색깔",
    "cp1251": "Москва Пермь город цена улица хорошо плохо дом",
    "cp1253": "Αθήνα Θεσσαλονίκη τιμή πόλη καλό κακό σπίτι",
}


@pytest.mark.parametrize("encoding", OLDER)
def test_older_encodings_are_told_from_their_words(tmp_path: Path, encoding: str) -> None:
    words = OLDER[encoding].split()
    rows = [[f"{words[0]} 1", "n", "kind"], *([words[i % len(words)], i, "ab"[i % 2]] for i in range(200))]
    (tmp_path / "t.csv").write_bytes(csv(rows, encoding=encoding))
    found = inspect(str(tmp_path / "t.csv"))
    assert found.columns[0].name == f"{words[0]} 1"
    assert {value for value, _ in found.columns[0].detail["top"]} <= set(words)


def test_dates_of_east_asia_are_dates(tmp_path: Path) -> None:
    rows = [["day", "n"], *([f"2024年{1 + i % 12}月{1 + i % 28:02d}日", i % 7] for i in range(60))]
    found = inspect(made(tmp_path, rows)).columns[0]
    assert (found.role, found.parse["format"], found.detail["first"]) == ("date", "%Y年%m月%d日", "2024-01-01")


def streets(rows: int = 1460) -> list[list[Any]]:
    """A table as wide as the one of house prices that beginners know: numbers, and twice as many words."""
    dice = random.Random(0)
    words = [[f"level {k}" for k in range(2 + i % 9)] for i in range(79)]
    table: list[list[Any]] = [["Id", *(f"part {i}" for i in range(79)), "SalePrice"]]
    for number in range(rows):
        size = dice.gauss(0, 1)
        cells = [dice.choice(words[i]) if i % 3 else round(size * (i % 2) + dice.gauss(0, 0.3), 3) for i in range(79)]
        table.append([number, *cells, round(180_000 + 60_000 * size + dice.gauss(0, 9000))])
    return table


def test_a_table_of_81_columns_has_its_target(tmp_path: Path) -> None:
    found = inspect(made(tmp_path, streets()))
    assert found.suggestion.target == "SalePrice" and len(found.columns) == 81


def test_what_others_tell_of_a_column_is_what_a_ridge_regression_of_it_does(tmp_path: Path) -> None:
    with opening.opened(Path(made(tmp_path, [row[:20] for row in streets(400)])), "csv") as table:
        columns, _ = columns_of(table)
        usable = [i for i, column in enumerate(columns) if column.role in ("number", "category")]
        told = choice.told_by_others(table, columns, usable)
        blocks = {i: choice._block(table.columns[i], columns[i]) for i in usable}
    order = np.random.default_rng(0).permutation(len(blocks[usable[0]]))
    for i, wanted in blocks.items():
        x, shares = np.concatenate([block for k, block in blocks.items() if k != i], axis=1), []
        for fitted, judged in ((order[::2], order[1::2]), (order[1::2], order[::2])):
            gram = x[fitted].T @ x[fitted] + choice.RIDGE * len(fitted) * np.eye(x.shape[1])
            left = wanted[judged] - x[judged] @ np.linalg.solve(gram, x[fitted].T @ wanted[fitted])
            shares.append(1 - (left**2).sum() / (wanted[judged] ** 2).sum())
        assert told[i] == pytest.approx(np.clip(np.mean(shares), 0, 1), abs=1e-9)
    assert len(told) > 5 and max(told.values()) > 0.1


def test_the_only_measured_number_is_predicted_from_the_factors_of_an_experiment(tmp_path: Path) -> None:
    rows = [["amount", "block", "dose"]]
    rows += [[round(3 * (i % 3) + i * 7919 % 101 / 50, 2), "ABCD"[i // 3 % 4], i % 3] for i in range(60)]
    assert inspect(made(tmp_path, rows)).suggestion.target == "amount"


@pytest.mark.parametrize("name", ["Geburtsdatum", "birth_date", "fecha_nacimiento", "dateofbirth", "Ablaufdatum"])
def test_births_and_ends_are_no_time_of_rows(tmp_path: Path, name: str) -> None:
    dates = [f"{1950 + i * 7 % 50}-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(120)]
    rows = [f"{date},{i * 37 % 101},{'xy'[i * 5 % 3 > 0]}\n" for i, date in enumerate(dates)]
    (tmp_path / "a.csv").write_text(f"{name},visits,left\n" + "".join(rows), encoding="utf-8")
    found = inspect(str(tmp_path / "a.csv"), "left")
    assert found.columns[0].role == "date" and found.suggestion.time == ""


def test_no_column_but_the_first_is_called_so(tmp_path: Path) -> None:
    """What stands before it may be identifiers, which are not used."""
    rows = [f"{i * 7919:06x},{i * 37 % 101}.5,{'abc'[i % 3]},{'xy'[i % 2]}\n" for i in range(120)]
    (tmp_path / "a.csv").write_text("key,sales,p,q\n" + "".join(rows), encoding="utf-8")
    found = inspect(str(tmp_path / "a.csv"))
    assert found.columns[0].role == "identifier" and found.suggestion.target == "sales"
    assert "first column" not in found.suggestion.why


def test_a_folder_of_tables_takes_the_training_one(tmp_path: Path) -> None:
    made(tmp_path, flowers(30), "train.csv")
    made(tmp_path, flowers(60), "test.csv")
    found = inspect(str(tmp_path))
    assert found.rows == 30
    assert any("test.csv" in note for note in found.notes)


def test_the_command(tmp_path: Path) -> None:
    from hackgen.cli import inspect_command

    path = made(tmp_path, flowers(), "my flowers.csv")
    plain = CliRunner().invoke(inspect_command, [path])
    assert plain.exit_code == 0
    assert "\x1b" not in plain.output
    assert len(plain.output.splitlines()) <= 24
    answer = json.loads(CliRunner().invoke(inspect_command, [path, "--json"]).output)
    assert {"path", "format", "rows", "columns", "suspects", "suggestion"} <= set(answer)
    assert answer["suggestion"]["command"].startswith("hackgen new --data")
    assert "'" in answer["suggestion"]["command"] or '"' in answer["suggestion"]["command"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data sets are not here")
def test_real_tables() -> None:
    spam = inspect(str(SHARED / "text" / "sms_spam.tsv"))
    assert (spam.rows, spam.suggestion.task, spam.suggestion.target) == (5574, "text-classification", "column_1")
    penguins = inspect(str(SHARED / "tables" / "penguins.csv"))
    assert (penguins.rows, penguins.suggestion.target) == (344, "species")
    passengers = inspect(str(SHARED / "tables" / "airline-passengers.csv")).suggestion
    assert (passengers.task, passengers.target, passengers.time) == ("time-series-forecasting", "Passengers", "Month")


def test_a_list_of_names_is_nothing_to_learn_from(tmp_path: Path) -> None:
    """One column of short texts, in any format, suggests no text generation; a column of sentences in a CSV does."""
    names = [f"{a} {b}{i}" for i in range(40) for a in ("Ann", "Ben", "Cem") for b in ("Hall", "Wood")]
    assert inspect(made(tmp_path, [["name"], *([name] for name in names)])).suggestion is None
    (tmp_path / "names.json").write_text(json.dumps([{"name": name} for name in names]), encoding="utf-8")
    assert inspect(str(tmp_path / "names.json")).suggestion is None
    sentences = [[f"number {i} is a line of words that go on until they end here"] for i in range(80)]
    assert inspect(made(tmp_path, [["quote"], *sentences], "quotes.csv")).suggestion.task == "text-generation"
    (tmp_path / "quotes.json").write_text(json.dumps([{"quote": line} for (line,) in sentences]), encoding="utf-8")
    assert inspect(str(tmp_path / "quotes.json")).suggestion is None  # a project reads texts from text files


def test_objects_that_are_maps_of_data_make_no_columns(tmp_path: Path) -> None:
    entries = [
        {"label": "ab"[i % 2], "x": i * i % 7, "counts": {f"key {i}-{j}": j for j in range(9)}} for i in range(60)
    ]
    (tmp_path / "maps.json").write_text(json.dumps(entries), encoding="utf-8")
    found = inspect(str(tmp_path / "maps.json"))
    assert [column.name for column in found.columns] == ["label", "x", "counts"] and found.dialect["flat"] is False


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("y_true", "y_pred"),
        ("work_home_actual", "gas_price"),
        ("next_day_return", "price"),
        ("default.payment.next.month", "payment"),
        ("fraud_reported", "total_claim_amount"),
        ("churn_flag", "holiday_flag"),
        ("fare_amount", "passenger_count"),
        ("Sleep Disorder", "Sleep Duration"),
        ("strength", "y.bar"),
        ("Life expectancy (men)", "Status"),
        ("FraudFound_P", "VehiclePrice"),
        ("received_callback", "resume_quality"),
        ("Activity", "tBodyAcc-mean-Y"),
        ("two_year_recid", "decile_score"),
        ("stage at diagnosis", "age at diagnosis"),
        ("Chance of Admit", "Number of Rings"),
        ("measured log solubility", "predicted log solubility"),
        ("Verkaufspreis", "Wohnfläche"),
        ("Prix de vente", "Type de vente"),
        ("商品销量", "商品编号"),
        ("是否流失", "性别"),
        ("Diagnóstico", "Edad"),
    ],
)
def test_what_a_name_says(one: str, other: str) -> None:
    assert names.by_name(one) > names.by_name(other)


@pytest.mark.parametrize(
    ("file", "name", "named"),
    [
        ("wine-quality.csv", "quality", 1),
        ("houseprices.csv", "price", 1),
        ("solar-flare.csv", "c-class-flares", 1),
        ("StressLevelDataset.csv", "stress_level", 2),
        ("StressLevelDataset.csv", "anxiety_level", 0),
        ("football_players.csv", "foot", 0),
        ("russia_crimes.csv", "The number of crimes", 1),
        ("russia_crimes.csv", "Type of crime", 0),
        ("water_pollution.csv", "Water Source Type", 0.5),
        ("loans.csv", "loan_limit", 0.5),
        ("rented_bikes.csv", "Bike Count", 1),
    ],
)
def test_what_the_name_of_a_file_says(file: str, name: str, named: float) -> None:
    assert names.file_is_named_after(Path(file), name) == named


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("floor_area", True),
        ("family_history_cancer", True),
        ("Geschlecht", True),
        ("AdoptionSpeed", False),
        ("length_of_stay", False),
        ("processing_time", False),
    ],
)
def test_names_of_inputs(name: str, known: bool) -> None:
    assert names.is_known_before(name) is known


def test_what_is_known_only_later_is_a_leak(tmp_path: Path) -> None:
    """A boat only for those who survived, what a model said, and a column for a class; not milk, of mammals only."""
    rows = [["survived", "age", "cabin", "boat"]]
    rows += [
        [i * i % 3 % 2, i * 37 % 80, "AB"[i % 2] if i % 4 else "", i % 16 if i * i % 3 % 2 else ""] for i in range(200)
    ]
    found = inspect(made(tmp_path, rows))
    assert found.suggestion.target == "survived" and unused(found) == {"boat"}
    rows = [["area", "y_pred", "y_true"], *([i * 7 % 90, i * 31 % 97, i * 29 % 97] for i in range(97))]
    assert unused(inspect(made(tmp_path, rows))) == {"y_pred"}
    rows = [["milk", "legs", "type", "type_0"]]
    rows += [[int(i % 3 == 0), i * i % 5, ["mammal", "bird", "fish"][i % 3], int(i % 3 == 1)] for i in range(120)]
    assert unused(inspect(made(tmp_path, rows), "type")) == {"type_0"}


def test_what_a_model_said_names_the_target(tmp_path: Path) -> None:
    rows = [["id", "car_value", "tenure", "paid_back", "y_pred_proba", "y_pred"]]
    rows += [
        [i, i * 131 % 9973, i * 7 % 61, i % 2, round((i % 2 + i % 7) / 8, 2), (i + i % 9 // 8) % 2] for i in range(300)
    ]
    found = inspect(made(tmp_path, rows))
    assert found.suggestion.target == "paid_back" and unused(found) == {"y_pred_proba", "y_pred"}


def test_yes_and_no_for_each_value_of_one_column_are_no_targets(tmp_path: Path) -> None:
    charges = [f"charge_{name}" for name in ("theft", "fraud", "assault", "arson", "drugs", "trespass", "robbery", "x")]
    rows = [["age", "again", *charges]]
    rows += [[20 + i * 7 % 50, int(i * i % 5 < 2), *(int(i % 8 == k) for k in range(8))] for i in range(300)]
    assert inspect(made(tmp_path, rows)).suggestion.target == "again"


def test_a_row_of_numbered_columns_is_no_target(tmp_path: Path) -> None:
    rows = [["time_to_delivery", "distance", *(f"item_{k:02}" for k in range(9))]]
    rows += [
        [20 + i * 37 % 101 / 7, 1 + i * 13 % 89 / 9, *(int(i * k % 11 == 1) * (i % 3) for k in range(9))]
        for i in range(400)
    ]
    assert inspect(made(tmp_path, rows)).suggestion.target == "time_to_delivery"
    wide = [[f"V{k}" for k in range(12)]] + [[i * (k + 3) % 17 for k in range(11)] + [i % 2] for i in range(300)]
    assert inspect(made(tmp_path, wide)).suggestion.target == "V11"  # where all are numbered, place and values tell


def test_what_names_of_few_letters_say(tmp_path: Path) -> None:
    assert names.by_name("lwage") > 5 > names.by_name("legend") and names.by_name("log_price") > 5
    rows = [["dcode", "math4", "lunch"], *([100 + i % 60, 40 + i * 7 % 50, i * 3 % 41] for i in range(300))]
    assert column_named(inspect(made(tmp_path, rows)), "dcode").role == "category"  # of districts
    rows = [["id", "rx", "start", "stop", "event", "enum"]]
    rows += [[i // 4, i % 2, i % 4 * 9, i % 4 * 9 + 1 + i * 7 % 9, int(i * i % 5 == 1), i % 4 + 1] for i in range(400)]
    assert inspect(made(tmp_path, rows)).suggestion.target == "event"


def test_a_code_that_is_no_number_is_a_value_of_its_own(tmp_path: Path) -> None:
    rows = [["zip_code", "price"], *(["98126-2920" if i % 40 == 0 else 98100 + i % 20, i * 7 % 31] for i in range(400))]
    found = inspect(made(tmp_path, rows))
    assert column_named(found, "zip_code").missing == 0
    told = [suspect.detail for suspect in found.suspects if suspect.kind == "lost"]
    assert told == ['10 of 400 cells hold no number (a value like others): "98126-2920" 10×']


def test_a_code_of_each_class_gives_it_away_however_rare_some_are(tmp_path: Path) -> None:
    kinds = ["merriami", "ordii", "flavus", "torridus"]
    rows = [["code", "weight", "species"], *([kinds[i % 4][:2], i * 7 % 31, kinds[i % 4]] for i in range(200))]
    found = inspect(made(tmp_path, [*rows, ["mo", 12, "montanus"]]))
    assert found.suggestion.target == "species" and unused(found) == {"code"}


def test_a_line_says_what_to_do_with_the_other_sheets(tmp_path: Path) -> None:
    def note(**sheets: list[list[object]]) -> str:
        book = openpyxl.Workbook()
        for name, rows in sheets.items():
            for row in (sheet := book.create_sheet(name)) and rows:
                sheet.append(row)
        book.save(tmp_path / "book.xlsx")
        return next(note for note in inspect(str(tmp_path / "book.xlsx")).notes if "largest sheet" in note)

    rows = [["size", "kind"], *([i * 7 % 31, "ab"[i % 2]] for i in range(60))]
    assert '"new" has the same columns: put it below' in note(old=rows, new=rows[:30], about=[["by", "Ann"]])
    assert "to take another, save it as CSV; not read: about" in note(old=rows, about=[["by", "Ann"]])


def test_equal_rows_of_different_numbers_are_told_apart_by_them(tmp_path: Path) -> None:
    rows = [["record_id", "height", "width", "depth", "kind"]]
    rows += [
        [1000 + 7 * i, i // 2 * 37 % 1009, i // 2 * 53 % 997, i // 2 * 71 % 991, "ab"[i // 2 % 2]] for i in range(400)
    ]
    told = [s.detail for s in inspect(made(tmp_path, rows)).suspects if s.kind == "near-duplicates"]
    assert len(told) == 1 and told[0].endswith("differ from another in writing or by record_id only")


def test_a_column_of_a_series_that_is_named_may_be_forecast_too(tmp_path: Path) -> None:
    def rows(*names: str) -> str:
        steps = range(48)
        cells = ([f"2024-01-{1 + i // 24:02} {i % 24:02}:00", i % 7 + 0.5, 90 - i % 5, 400 + i % 11] for i in steps)
        return made(tmp_path, [["time", *names], *cells])

    air = inspect(rows("warmth", "humidity", "co2"), "warmth")
    assert air.suggestion.task == "tabular-regression"
    assert any("--task time-series-forecasting forecasts warmth" in note for note in air.notes)
    assert inspect(rows("Open", "High", "Low"), "Low").suggestion.task == "time-series-forecasting"


def test_names_of_series_are_no_target_and_a_line_says_how_to_forecast(tmp_path: Path) -> None:
    hours = [datetime.datetime(2020, 1, 1) + datetime.timedelta(hours=i) for i in range(200)]
    rows = [["station", "hour", "temp", "humid", "wind", "when"]]
    rows += [[s, t.hour, i * 7 % 31, i * 5 % 97, i * 3 % 23, t] for s in "ABC" for i, t in enumerate(hours)]
    found = inspect(made(tmp_path, rows))
    assert found.suggestion.target in ("temp", "humid", "wind")
    assert any("3 series" in note and "--task time-series-forecasting" in note for note in found.notes)
    done = CliRunner().invoke(cli, ["convert", found.path, str(tmp_path / "plain.csv")])
    assert done.exit_code == 0 and "600 rows" in done.output and "--task" not in done.output  # which it does not have


def test_words_and_numbers_of_the_calendar_are_no_series_of_their_own(tmp_path: Path) -> None:
    dates = [datetime.date(2010, 1, 1) + datetime.timedelta(days=i) for i in range(900)]
    rows = [["date", "births", "weekday", "wday"]]
    rows += [[d, 900 + d.weekday() * 40 + i % 17, f"{d:%a}", d.weekday()] for i, d in enumerate(dates)]
    found = inspect(made(tmp_path, rows)).suggestion
    assert (found.task, found.target) == ("time-series-forecasting", "births")


def test_a_class_that_the_sample_lacks_is_divided_by_nothing() -> None:
    numbers = [str(i) for i in range(300)]
    assert not telling.divides(numbers, Column("x", "number"), np.zeros(300, np.int64))


def test_none_is_a_class_where_it_is_frequent(tmp_path: Path) -> None:
    rows = [["age", "disorder"], *([i * 7 % 60, ["None", "Insomnia", "Apnoea", "", "None"][i % 5]] for i in range(80))]
    found = inspect(made(tmp_path, rows))
    assert found.facts["classes"] == {"None": 32, "Insomnia": 16, "Apnoea": 16}
    assert column_named(found, "disorder").missing == 0.2


def column_named(found: Findings, name: str) -> Column:
    return next(column for column in found.columns if column.name == name)


def unused(found: Findings) -> set[str]:
    return {suspect.column for suspect in found.suspects if suspect.kind == "leakage"}


def test_the_event_beside_a_time_is_asked_for(tmp_path: Path) -> None:
    rows = [["dose", "diagnosis", "status", "time"]]
    rows += [[i * 7 % 31, "abcd"[i % 4], i * i % 5 % 2, i * 131 % 97 / 8] for i in range(200)]
    found = inspect(made(tmp_path, rows)).suggestion
    assert found.target == "status" and "after what time" in found.why


def test_a_price_in_words_is_a_range(tmp_path: Path) -> None:
    rows = [["price", "age", "grade"], *(["low mid high".split()[i % 3], i * 7 % 31, i * 5 % 7] for i in range(100))]
    assert inspect(made(tmp_path, rows)).suggestion.target == "grade"
    rows = [rows[0], *([row[1] * 9.5, *row[1:]] for row in rows[1:])]
    assert inspect(made(tmp_path, rows)).suggestion.target == "price"


def test_numbers_of_shops_are_names_and_those_of_customers_tell_rows_apart(tmp_path: Path) -> None:
    rows = [["shop_no", "zip", "customerid", "grade", "sales"]]
    rows += [[i * i % 11, 10100 + i % 50, 7000 + i * 7 % 600, i % 4, i * 131 % 997] for i in range(1500)]
    roles = {column.name: column.role for column in inspect(made(tmp_path, rows)).columns}
    assert roles == {
        "shop_no": "category", "zip": "category", "customerid": "identifier", "grade": "number", "sales": "number",
    }  # fmt: skip


def test_an_id_is_never_predicted(tmp_path: Path) -> None:
    rows = [["length", "val", "id"], *([i * 37 % 91, i * 131 % 97, i % 10] for i in range(300))]
    assert inspect(made(tmp_path, rows)).suggestion.target != "id"


def test_what_became_of_people_is_the_class_though_each_row_has_its_own_time(tmp_path: Path) -> None:
    rows = [["when", "district", "contact", "state"]]
    for i in range(120):
        when = f"2021-{i % 12 + 1:02}-{i % 28 + 1:02} {i % 24:02}:{i % 60:02}:{i * 7 % 60:02}"
        rows.append([when, "NESW"[i * i % 4], "abcdef"[i * i % 6], ["released", "isolated", "deceased"][i % 3]])
    assert inspect(made(tmp_path, rows)).suggestion.target == "state"


def test_a_report_tells_the_steps_gaps_and_season_of_series(tmp_path: Path) -> None:
    files = {case.name: case.content for case in CASES if case.name in ("monthly.csv", "prices.csv")}
    files["gaps.csv"] = b"\n".join(line for i, line in enumerate(files["monthly.csv"].split(b"\n")) if i != 40)
    said = {}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        said[name] = " ".join(text(inspect(str(tmp_path / name))).split())
    assert "one, 120 steps (month), 1990-01 to 1999-12, no gaps, repeats after 12 steps" in said["monthly.csv"]
    assert "0.8% missing" in said["gaps.csv"] and "4 (long), 90 steps (month) as a rule" in said["prices.csv"]


@pytest.mark.parametrize(
    ("first", "named"), [("a,b,c,outcome", True), ("a,blue,red,hot", False), ("a,b,red,hot", False)]
)
def test_a_name_that_is_also_a_value_is_a_name_where_the_others_are_no_values(
    tmp_path: Path, first: str, named: bool
) -> None:
    colours = ["red", "blue", "green", "a"]
    rows = [",".join([*(colours[(i * k + k) % 4] for k in (1, 3, 5)), ("hot", "cold")[i % 2]]) for i in range(80)]
    (tmp_path / "words.csv").write_text("\n".join([first, *rows]) + "\n", encoding="utf-8")
    found = inspect(str(tmp_path / "words.csv"))
    assert [column.name for column in found.columns] == (
        first.split(",") if named else [f"column_{i}" for i in range(1, 5)]
    )


def test_what_is_longer_than_a_line_goes_on_below_itself(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n" + "1,2\n3,5\n" * 20, encoding="utf-8")
    found = inspect(str(tmp_path / "t.csv"))
    found.notes[:] = ["word " * 25]
    note, below = text(found).split("Note: ")[1].splitlines()[:2]
    assert note.startswith("word") and below.startswith("    word")
