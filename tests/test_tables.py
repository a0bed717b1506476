"""Tables in a generated project: every format, rules for cells, roles, splits by group and time, numbers as targets."""

import gzip
import json
import random
import shutil
import textwrap
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hackgen.parts import TEMPLATES
from projects import generate, run

HEAD = ["größe", "art", "wann", "n"]
ROWS = [["1.5", "rot", "2024-01-31", "7"], ["", "blau, hell", "2024-02-01", "8"], ["-2", "", "2024-03-05", "9"]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("tables") / "classes", task="tabular-classification")


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("tables") / "numbers", task="tabular-regression")


def ask(project: Path, code: str) -> object:
    """What `code`, run inside a project, binds to `answer`."""
    done = run(project, "-c", f"import json, sys\n{code}\nprint(json.dumps(answer))").ok()
    return json.loads(done.out.splitlines()[-1])


def loaded(project: Path, path: Path, answer: str, **knobs: object) -> object:
    """An expression about `data`, as the project loads a table."""
    given = ", ".join(f"{name}={value!r}" for name, value in {"data": str(path), **knobs}.items())
    return ask(project, f"import data as d; from config import Mlp\ndata = d.load(Mlp({given}))\nanswer = {answer}")


ALONE = "from support import crew\nphase = crew.phase\ncrew.phase = lambda *given: phase(*given[:5], several=False)\n"


def several(project: Path, path: Path, answer: str, *knobs: dict[str, object], before: str = "") -> list:
    """The same for several sets of knobs in one process."""
    given = [{"data": str(path), **some} for some in knobs]
    load = f"{before}import data as d; from config import Mlp\nanswer = []\nfor knobs in {given!r}:\n"
    return ask(project, load + f"    data = d.load(Mlp(**knobs))\n    answer.append({answer})")


def fault(project: Path, path: Path, **knobs: object) -> str:
    """The line with which a table is refused."""
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in knobs.items()]
    code = (
        "import cli, sys, data as d\nsys.argv[0] = 'train.py'\n"
        "def main():\n    d.load(cli.parse_with_knobs(cli.Parser(''))[1])\ncli.run(main)"
    )
    done = run(project, "-c", code, "--data", str(path), *flags)
    assert done.code in (1, 2) and "Traceback" not in done.err, done.err
    return done.err.splitlines()[-1]


def written(path: Path, columns: dict[str, list], delimiter: str = ",") -> Path:
    rows = [delimiter.join(columns), *(delimiter.join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def csv_of(delimiter: str) -> str:
    cells = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in [HEAD, *ROWS]]
    return "".join(delimiter.join(row) + "\r\n" for row in cells)


def test_delimited_text_of_every_kind_reads_the_same(project: Path, tmp_path: Path) -> None:
    text = csv_of(",")
    files = {
        "plain.csv": text.encode(),
        "bom.csv": text.encode("utf-8-sig"),
        "utf16.csv": text.encode("utf-16"),
        "latin.csv": text.encode("latin-1"),
        "semicolons.csv": csv_of(";").encode(),
        "tabs.tsv": csv_of("\t").encode(),
        "pipes.txt": csv_of("|").encode(),
        "packed.csv.gz": gzip.compress(text.encode()),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.writestr("../outside/table.csv", text)
        archive.writestr("__MACOSX/._table.csv", "")
    (tmp_path / "strange.csv").write_bytes(("made by a machine\n\n" + csv_of("^")).encode("cp850"))
    dialect = {"delimiter": "^", "skip": 2, "encoding": "cp850", "header": True}
    names = [*files, "packed.zip"]
    read = ask(
        project,
        f"import tables\nnames, dialect = {names!r}, {dialect!r}\n"
        f"found = [tables.read({str(tmp_path)!r} + '/' + name) for name in names]\n"
        f"found.append(tables.read({str(tmp_path / 'strange.csv')!r}, dialect=dialect))\n"
        "answer = [[t.columns, t.rows, t.lines] for t in found]",
    )
    for name, (columns, rows, lines) in zip([*names, "strange.csv"], read, strict=True):
        assert (columns, rows) == (HEAD, ROWS), name
        assert lines == ([4, 5, 6] if name == "strange.csv" else [2, 3, 4]), name


def test_other_formats_give_the_same_cells_by_their_own_reader(project: Path, tmp_path: Path) -> None:
    duckdb, openpyxl = pytest.importorskip("duckdb"), pytest.importorskip("openpyxl")
    values = [[float(a) if a else None, b or None, c, int(n)] for a, b, c, n in ROWS]
    entries = [dict(zip(HEAD, row, strict=True)) for row in values]
    (tmp_path / "t.json").write_text(json.dumps({"rows": entries}), encoding="utf-8")
    (tmp_path / "list.json").write_text(json.dumps(entries, indent=2, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(e) + "\n" for e in entries), encoding="utf-8")
    (tmp_path / "t.jsonl.gz").write_bytes(gzip.compress((tmp_path / "t.jsonl").read_bytes()))
    (tmp_path / "t.csv").write_text(csv_of(","), encoding="utf-8")
    duckdb.sql(f"COPY (FROM read_csv('{tmp_path / 't.csv'}')) TO '{tmp_path / 't.parquet'}'")
    book = openpyxl.Workbook()
    book.create_sheet("data")
    for row in [HEAD, *values]:
        book["data"].append(row)
    book.save(tmp_path / "t.xlsx")
    cases = {"json": ["t.json", "list.json"], "jsonl": ["t.jsonl", "t.jsonl.gz"], "parquet": ["t.parquet"]}
    for reader, names in {**cases, "excel": ["t.xlsx"]}.items():
        other = tmp_path / reader
        shutil.copytree(project, other)
        shutil.copytree(TEMPLATES / "readers" / "tables" / reader / "tables", other / "tables", dirs_exist_ok=True)
        (tmp_path / "broken").write_bytes(b"{[no table")
        found, line = ask(
            other,
            "import cli, tables\nfrom tables import cells\n"
            f"found = [tables.read({str(tmp_path)!r} + '/' + n) for n in {[*names, 't.csv']!r}]\n"
            f"try: tables.read({str(tmp_path / 'broken')!r})\nexcept cli.Fault as fault: line = str(fault)\n"
            "answer = [[[t.columns, [[c if cells.number(c) is None else cells.number(c) for c in r] for r in t.rows]]"
            " for t in found], line]",
        )
        assert all(table == found[-1] for table in found), reader
        assert "broken" in line


def test_rules_say_how_cells_become_numbers_and_what_is_missing(project: Path) -> None:
    cases = [
        ({"decimal": ",", "thousands": "."}, ["1.234,5", "-0,5", "7"], [1234.5, -0.5, 7]),
        ({"thousands": ",", "strip": "$"}, ["$1,234", "$ 5", "NA"], [1234, 5, None]),
        ({"strip": "%"}, ["12 %", "3.5%", "x"], [12, 3.5, None]),
        ({"strip": "€", "zeros": {"M": 6, "K": 3}}, ["€6.5M", "€ 12 K", "7", "M"], [6.5e6, 12e3, 7, None]),
        (
            {"clock": True},
            ["14:05", "2:05 PM", "12:30 AM", "1:02:03.5", "2 days 01:00:00", "14:65"],
            [50700, 50700, 1800, 3723.5, 176400, None],
        ),
        ({"decimal": ",", "thousands": ".", "zeros": {"Mio.": 6}}, ["1.250,57 Mio.", "3"], [1250.57e6, 3]),
        ({"missing": ["-999"]}, ["-999", "-999.0", "3"], [None, None, 3]),
        ({"unknown": ["n.b."]}, ["n.b.", "", "3"], [None, None, 3]),
        ({}, ["1_000", "inf", "1e5", ""], [None, None, 1e5, None]),
    ]
    found = ask(
        project,
        f"import math\nfrom tables import cells\nanswer = [[None if math.isnan(v) else v for v in cells.numbers(c, p)]"
        f" for p, c, _ in {cases!r}]",
    )
    assert found == [wanted for *_, wanted in cases]


def test_dates_are_read_as_they_are_written(project: Path) -> None:
    """In any form, by which it is found again; times with a zone are turned into UTC."""
    written = ["Apr 30 2005", "April 30, 2005", "30-April-2005", "30/Apr/2005", "2005-Apr-30", "Sat, 30 Apr 2005"]
    written += ["Saturday, April 30, 2005", "04/30/2005 12:00AM", "2005-04-30 00:00:00.000", "20050430 00:00"]
    written += ["Sat, 30 Apr 2005 02:00:00 +0200", "Fri Apr 29 19:00:00 -0500 2005", "30/Apr/2005:00:00:00 +0000"]
    code = "from tables import dates\nanswer = [str(dates.stamp(cell, dates.find_form([cell]))) for cell in "
    assert set(ask(project, f"{code}{written!r}]")) == {"2005-04-30T00:00:00"}


def everything(rows: int = 200, seed: int = 0) -> dict[str, list]:
    """A column of each role; the target follows the first ones."""
    rng = random.Random(seed)
    size = [rng.gauss(0, 1) for _ in range(rows)]
    colour = [rng.choice(["red", "green", "blue"]) for _ in range(rows)]
    return {
        "id": [f"P{i:05d}" for i in range(rows)],
        "size": ["" if i % 17 == 3 else f"{v:.3f}" for i, v in enumerate(size)],
        "income": [f"{10 ** rng.gauss(3, 1.5):.2f}" for _ in range(rows)],
        "colour": colour,
        "day": [f"{1 + i % 28:02d}.{1 + i // 28 % 12:02d}.{2020 + i // 336}" for i in range(rows)],
        "words": [" ".join(rng.choice("good bad fast slow old new car boat".split()) for _ in range(6)) for _ in size],
        "vector": [f"[{rng.random():.2f} {rng.random():.2f} {rng.random():.2f}]" for _ in range(rows)],
        "same": ["x"] * rows,
        "person": [f"p{i // 4}" for i in range(rows)],
        "y": [f"{3 * v + (c == 'red') + rng.gauss(0, 0.2):.3f}" for v, c in zip(size, colour, strict=True)],
    }


def test_each_column_is_encoded_by_its_role_with_constants_of_train(numbers: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", everything())
    meta, numbers_mean, widths = loaded(
        numbers,
        path,
        "[data.meta, abs(data.train.inputs[:]['numbers'].mean(0)).tolist(),"
        " [x.inputs[:]['numbers'].shape[1] for x in (data.train, data.test)]]",
    )
    kinds = {feature["name"]: feature["kind"] for feature in meta["features"]}
    assert kinds == {
        **{"id": "unused", "size": "number", "income": "number", "colour": "category", "day": "date", "words": "text"},
        **{"vector": "list", "same": "unused", "person": "category"},
    }
    by_name = {feature["name"]: feature for feature in meta["features"]}
    assert by_name["size"]["indicator"] and "unit" in by_name["income"]
    assert by_name["day"]["format"] == "%d.%m.%Y" and "day_of_week_sin" in by_name["day"]["parts"]
    assert {"good", "boat"} <= set(by_name["words"]["words"])
    assert widths == [meta["numbers"]] * 2 and numbers_mean[0] < 1e-6


def test_only_train_decides_how_rows_are_encoded(numbers: Path, tmp_path: Path) -> None:
    columns = everything()
    constants = []
    for newest in ("1", "1e9"):  # of the row that --time puts into test
        columns["size"][-1] = columns["income"][-1] = newest
        path = written(tmp_path / f"{newest}.csv", columns)
        constants.append(loaded(numbers, path, "[data.meta['features'], data.train.ids.tolist()]", time="day"))
    assert constants[0] == constants[1]


def test_new_rows_with_missing_strange_and_unseen_cells_get_finite_inputs(numbers: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", everything())
    new = [
        [""] * 9,
        ["?", "much", "1e300", "pink", "soon", "¿qué?", "[1", "y", "p999"],
        ["a", "1e90", "-1e90", *"xxxxxx"],
    ]
    largest = loaded(numbers, path, f"float(abs(d.encode({new!r}, data.meta)['numbers']).max())")
    assert largest <= 10


def test_rows_of_a_group_stay_together_and_times_are_in_order(numbers: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", everything())
    splits = "[[data.meta['kept_together'], *[[s.inputs.cells[i][{0}] for i in range(len(s))] for s in"
    ask_for = splits + " (data.train, data.valid, data.test)]]]"
    ((kept, *groups),) = loaded(numbers, path, ask_for.format(8), group="person")
    assert kept == ["rows", "group"] and not set(groups[0]) & set(groups[1]) and not set(groups[1]) & set(groups[2])
    for knobs in ({"time": "day"}, {"time": "day", "group": "person"}):
        ((_, *days),) = loaded(numbers, path, ask_for.format(4), **knobs)
        days = [sorted(day[6:] + day[3:5] + day[:2] for day in split) for split in days]
        assert days[0][-1] < days[1][-1] < days[2][-1] and len(days[2]) > 20
        if "group" not in knobs:
            assert days[0][-1] < days[1][0] and days[1][-1] < days[2][0]
    ((_, *groups),) = loaded(numbers, path, ask_for.format(8), time="day", group="person")
    assert not set(groups[0]) & set(groups[2])


def test_equal_rows_give_way_where_they_tie_all_groups_together(project: Path, tmp_path: Path) -> None:
    columns = {"a": [i % 2 for i in range(90)], "who": [i // 3 for i in range(90)], "y": [i * 7 % 3 for i in range(90)]}
    path = written(tmp_path / "t.csv", columns)
    schema = tmp_path / "p" / "data" / "schema.toml"
    shutil.copytree(project, tmp_path / "p")
    schema.parent.mkdir(exist_ok=True)
    schema.write_text('target = "y"\ngroup = "who"\n[[columns]]\nname = "who"\nuse = false\n', encoding="utf-8")
    assert loaded(tmp_path / "p", path, "data.meta['kept_together']") == ["group"]


def test_a_code_is_the_same_with_a_fraction_of_nothing(project: Path) -> None:
    """Programs write whole numbers as 3.0 where some are missing; 00501 and 3.5 stay as they are."""
    code = (
        "import features\nfrom tables.schema import Column\ncells = ['3', '4', '3', '4.0', '00501', '00501', '3.5'] * 2"
    )
    code += "\nmeta = features.fit([Column('shop', 'category')], [[cell] for cell in cells])\n"
    code += "found = features.kinds.encode_category(['3.0', '4', '501', '3.5', '.0', '-3.0'], meta[0]).tolist()\n"
    assert ask(project, code + "answer = [meta[0]['values'], found]") == [
        ["00501", "3", "3.5", "4"],
        [2, 4, 0, 3, 0, 0],
    ]


def test_a_group_is_no_input(numbers: Path, tmp_path: Path) -> None:
    """Rows of train hold none of the groups that valid and test hold, so it could only be learnt by heart."""
    path = written(tmp_path / "t.csv", everything())
    kinds = "{f['name']: f['kind'] for f in data.meta['features']}['person']"
    assert several(numbers, path, kinds, {}, {"group": "person"}) == ["category", "unused"]


def test_classes_of_one_or_two_rows_are_left_out(project: Path, tmp_path: Path) -> None:
    """Equal rows count as one; where a group or a time divides rows, every class stays."""
    names = ["oak", "ash"] * 30 + ["fir", "yew", "yew"] + ["box"] * 5
    columns = {"a": [*range(63), *[7] * 5], "b": [i % 5 for i in range(63)] + [2] * 5, "kind": names}
    path = written(tmp_path / "t.csv", columns)
    look = "[data.meta['classes'], data.meta['data']['rows'], data.meta['metric'], sorted(data.train.targets.tolist())]"
    (classes, rows, metric, targets), (all_classes, *_) = several(project, path, look, {}, {"time": "a"})
    assert (classes, rows, metric) == (["ash", "oak"], 60, "accuracy") and 0 < sum(targets) < len(targets)
    assert all_classes == ["ash", "box", "fir", "oak", "yew"]
    told = run(project, "-c", f"import data; from config import Mlp\ndata.load(Mlp(data={str(path)!r}))").ok().err
    many = {"a": [*range(153)], "kind": [*(f"c{i % 30}" for i in range(150)), "x", "y", "z"]}
    assert loaded(project, written(tmp_path / "m.csv", many), "len(data.meta['classes'])") == 30
    prose = {"a": [*range(150)], "kind": [f"c{i if i % 3 else i % 2}" for i in range(150)]}
    assert "free text" in fault(project, written(tmp_path / "p.csv", prose))
    assert "8 of 68 examples are left out" in told and "'box' (1), 'fir' (1), 'yew' (2)" in told


SCHEMA = """format = "csv"
target = "y"
[dialect]
delimiter = ";"
[[columns]]
name = "price"
role = "number"
parse = { decimal = ",", thousands = ".", strip = "€", missing = ["-999"] }
[[columns]]
name = "secret"
use = false
why = "gives the target away"
[[columns]]
name = "code"
role = "category"
"""


def test_a_schema_is_followed_and_a_wrong_one_refused_in_a_line(project: Path, tmp_path: Path) -> None:
    rng = random.Random(1)
    shutil.copytree(project, tmp_path / "p")
    schema = tmp_path / "p" / "data" / "schema.toml"
    schema.parent.mkdir(exist_ok=True)
    schema.write_text(SCHEMA, encoding="utf-8")
    y = [rng.choice("aaaaaaab") for _ in range(200)]
    price = [f"1.{rng.randint(100, 999)},5 €" if i % 9 else "-999" for i in range(200)]
    columns = {"price": price, "secret": y, "code": [rng.randint(1, 4) for _ in y], "y": y}
    path = written(tmp_path / "t.csv", columns, ";")
    meta = loaded(tmp_path / "p", path, "data.meta")
    price, secret, code = meta["features"]
    assert 1000 < price["mean"] < 2000 and price["indicator"] and secret["kind"] == "unused"
    assert code["kind"] == "category" and meta["metric"] == "macro F1" and meta["class_weights"][1] > 1
    other = written(tmp_path / "other.csv", {"price": [1, 2, 3], "z": [1, 2, 3], "y": "aba"}, ";")
    assert "hackgen new" in fault(tmp_path / "p", other) and "code" in fault(tmp_path / "p", other)
    for wrong in ("target = 3", "[[columns]]\nname = 'a'\nrole = 'colour'", "= 1", "[[columns]]\nrole = 'number'"):
        schema.write_text(wrong, encoding="utf-8")
        assert "schema.toml" in fault(tmp_path / "p", path)


def test_targets_that_are_no_numbers_are_refused_and_missing_ones_left_out(numbers: Path, tmp_path: Path) -> None:
    columns = everything(60)
    good = columns["y"]
    for bad, word in (("inf", "too large"), ("1e60", "too large"), ("soon", "no number")):
        columns["y"] = [*good[:9], bad, *good[10:]]
        line = fault(numbers, written(tmp_path / "t.csv", columns))
        assert word in line and "line 11" in line
    columns["y"] = [*good[:9], "NA", *good[10:]]
    assert loaded(numbers, written(tmp_path / "t.csv", columns), "data.meta['data']['rows']") == 59
    assert "colour" in fault(numbers, tmp_path / "t.csv", target="colour")
    columns["y"] = ["4"] * 60
    assert "4 in all rows" in fault(numbers, written(tmp_path / "t.csv", columns))
    assert "no column" in fault(numbers, tmp_path / "t.csv", group="nobody")
    assert "--time none" in fault(numbers, tmp_path / "t.csv", target="size", time="colour")


def test_macro_f1_and_average_precision_are_those_of_scikit_learn(project: Path, tmp_path: Path) -> None:
    from sklearn.metrics import average_precision_score, f1_score

    rng = np.random.default_rng(0)
    y, out = rng.choice(4, 300, p=[0.7, 0.2, 0.07, 0.03]), rng.random((300, 4))
    rare = (rng.random(400) < 0.05).astype(int)
    p = np.round(rng.random(400) * 0.5 + 0.3 * rare, 2)
    np.savez(tmp_path / "scored.npz", y=y, out=out, rare=rare, rare_out=np.stack([1 - p, p], 1))
    found, of_rare = ask(
        project,
        f"import numpy as np, metrics\na = np.load({str(tmp_path / 'scored.npz')!r})\n"
        "cases = [(a['y'], a['out'], {'metric': 'macro F1'}),\n"
        "         (a['rare'], a['rare_out'], {'metric': 'average precision', 'rare_class': 1})]\n"
        "answer = [[metrics.score(y, out, meta), metrics.interval(y, out, meta)[0],"
        " metrics.difference(y, out, out[:, ::-1], meta)[0]] for y, out, meta in cases]",
    )
    for (score, (low, high), _), wanted in (
        (found, f1_score(y, out.argmax(1), average="macro")),
        (of_rare, average_precision_score(rare, p)),
    ):
        assert abs(score - wanted) < 1e-12 and low < score < high
    assert found[2][0] < found[2][1] and of_rare[2][0] > 0


def shrunk(project: Path, to: Path, format: str = "") -> Path:
    """A project that takes every table for larger than memory, perhaps with the reader of another format."""
    shutil.copytree(project, to)
    if format:
        shutil.copytree(TEMPLATES / "readers" / "tables" / format / "tables", to / "tables", dirs_exist_ok=True)
    for file, name, value in (
        ("tables/reader.py", "LARGE", "100"),
        ("tables/reader.py", "CAREFUL", "5_000"),
        ("tables/reader.py", "BLOCK", "70"),
        ("tables/pieces.py", "PIECE", "5_000"),
        ("tables/records.py", "PIECE", "2_000"),
    ):
        code = (to / file).read_text(encoding="utf-8")
        lines = [f"{name} = {value}" if line.startswith(f"{name} =") else line for line in code.splitlines()]
        (to / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return to


def test_a_large_table_is_encoded_as_a_small_one_and_prepared_once(numbers: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", everything(800))
    big = shrunk(numbers, tmp_path / "big")
    what = (
        "[sorted(zip(data.train.ids.tolist(), data.train.inputs[:]['numbers'].tolist())), data.meta['features'],"
        " [s.inputs.keys.tolist() for s in (data.train, data.valid, data.test)]]"
    )
    knobs = [{"time": "day"}, {"time": "day", "target": "size"}, {"group": "person"}]
    found = [loaded(big, path, what, **knobs[0]), *several(big, path, what, *knobs[1:], before=ALONE)]
    for known, (rows, features, keys) in zip(several(numbers, path, what, *knobs[:2]), found[:2], strict=True):
        small_rows, small_features, _ = known
        assert features == small_features and rows == small_rows
        assert not set(keys[0]) & set(keys[1]) and not set(keys[1]) & set(keys[2])
    rows, _, keys = found[2]
    assert 0.5 < len(rows) / 800 < 0.8 and not set(keys[0]) & set(keys[2])
    folders = sorted(folder for folder in (big / "prepared").iterdir() if folder.is_dir())
    stamps = [folder.stat().st_mtime_ns for folder in folders]
    assert len(folders) == 3 and several(big, path, what, knobs[2])[0][2] == keys
    assert [folder.stat().st_mtime_ns for folder in folders] == stamps
    path.write_text(path.read_text(encoding="utf-8") + path.read_text(encoding="utf-8").split("\n")[1] + "\n")
    assert several(big, path, "data.meta['data']['rows']", knobs[2], before=ALONE) == [801]


AWKWARD = {
    "of R": "a,b\n" + "".join(f"row{i},{i},{i * i % 7}\n" for i in range(100)),
    "longer header": "a,b,\n" + "".join(f"{i},{i * i % 7}\n" for i in range(100)),
    "longer rows": "a,b\n" + "".join(f"{i},{i * i % 7},\n" for i in range(100)),
    "plain": "a,b,c\n" + "".join(f"{i},x {i},{i / 7}\n" for i in range(90)),
    "blanks": "a,b,c\n" + "".join(f" {i}, x{i},\t{i}\u00a0\n" + "\n" * (i % 3) + ", ,\n" * (i % 2) for i in range(90)),
    "quotes": "a,b,c\n" + "".join(f'{i},"x, ""{i}""",\'{i}\'\n' for i in range(90)),
    "line ends in cells": "a,b,c\n" + "".join(f'{i},"x\n\n{i}",{i}\n' for i in range(90)),
    "windows": "a;b;c\r\n" + "".join(f"{i};größer;{i},5\r\n" for i in range(90)) + "7;letzte;1",
    "more commas": "a,b,c\n" + "".join(f"{i},,{i % 5}" + "," * (i % 4) + "\n" for i in range(90)),
    "no header": "".join(f"{i}\tx\t{i}\n" for i in range(90)),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_a_file_read_in_pieces_is_the_one_read_as_a_whole(project: Path, tmp_path: Path, name: str) -> None:
    text = AWKWARD[name]
    contents = {"t.csv": text.encode(), "w.csv": text.encode("utf-16"), "t.csv.gz": gzip.compress(text.encode())}
    contents |= {} if name == "blanks" else {"l.csv": text.encode("latin-1")}
    for file, content in contents.items():
        (tmp_path / file).write_bytes(content)
    whole, *others = ask(
        project,
        f"import tables\nfrom tables import pieces, reader\npaths = {[str(tmp_path / file) for file in contents]!r}\n"
        "read = lambda path: [(t := tables.read(path)).columns, t.rows, t.lines, t.named]\n"
        "found = [read(paths[0])]\nreader.CAREFUL = 100\n"
        "for size in 101, 150, 700:\n    pieces.PIECE = size\n    found += [read(path) for path in paths]\n"
        "answer = found",
    )
    assert len(whole[1]) >= 90 and len(others) == 3 * len(contents)
    assert all(other == whole for other in others)


def test_rows_of_another_length_are_fitted_where_the_schema_says_so(project: Path, tmp_path: Path) -> None:
    rows = [f'{i},"x, {i}",{i % 7}' for i in range(90)]
    rows[20:20], rows[50:50] = ["1,2"], ["1,2,3,4", "5"]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,c", *rows]) + "\n", encoding="utf-8")
    code = (
        f"import cli, tables\nfrom tables import pieces, reader\npath = {str(tmp_path / 't.csv')!r}\nanswer = []\n"
        "for careful in 10**6, 100:\n    reader.CAREFUL, pieces.PIECE = careful, 700\n"
        "    table = tables.read(path, dialect={'lenient': True})\n    answer.append([table.rows, table.lines])\n"
        "    try: tables.read(path)\n    except cli.Fault as fault: answer[-1].append('line 22' in str(fault))"
    )
    whole, pieces = ask(project, code)
    assert whole == pieces and len(whole[0]) == 93 and whole[2]
    assert whole[0][20] == ["1", "2", ""] and whole[1][20] == 22


@pytest.mark.parametrize("size", [60, 101, 10_000])
def test_units_and_totals_are_left_out_of_pieces_too(project: Path, tmp_path: Path, size: int) -> None:
    rows = [f"{i},{i / 7:.3f},x" for i in range(90)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,c", "cm,kg,", *rows, "Total,3,"]), encoding="utf-8")
    (tmp_path / "plain.csv").write_text("\n".join(["a,b,c", *rows]), encoding="utf-8")
    code = f"""
        from pathlib import Path
        from tables import pieces, reader
        pieces.PIECE = {size}
        def read(name, dialect):
            table = reader.cut(Path({str(tmp_path)!r}) / name, dialect, Path({str(tmp_path)!r}))
            found = [reader.piece(table, number)[0] for number in range(len(table["pieces"]))]
            return [sum((piece[column] for piece in found), []) for column in range(3)]
        answer = [read(name, {{"units": "cm", "foot": "Total"}}) for name in ("t.csv", "plain.csv")]
    """
    with_ends, plain = ask(project, textwrap.dedent(code))
    assert with_ends == plain and len(plain[0]) == 90


def test_a_quote_that_is_never_closed_is_named_with_its_line(project: Path, tmp_path: Path) -> None:
    text = "a,b\n" + "".join(f"{i},x\n" for i in range(90)) + '91,"open\n' + "".join(f"{i},x\n" for i in range(900))
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    line = ask(
        project,
        "import tables, cli\nfrom tables import pieces, reader\nreader.CAREFUL, pieces.PIECE = 100, 200\n"
        f"try: tables.read({str(tmp_path / 't.csv')!r})\nexcept cli.Fault as fault: answer = str(fault)",
    )
    assert "line 92" in line and "quote" in line


@pytest.mark.slow
def test_large_tables_of_other_formats_are_encoded_as_small_ones(numbers: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    columns = everything(600)
    entries = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    lines = "".join(json.dumps(entry) + "\n" for entry in entries)
    (tmp_path / "t.json").write_text(json.dumps(entries), encoding="utf-8")
    wrapped = {"meta": {"tags": [{"a": "]"}], "of": [[1], [2]]}, "data": entries, "errors": [{"code": 0}]}
    (tmp_path / "wrapped.json").write_text(json.dumps(wrapped, indent=1), encoding="utf-8")
    (tmp_path / "t.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "t.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    duckdb.sql(f"COPY (FROM read_csv('{written(tmp_path / 't.csv', columns)}', all_varchar = true))"
               f" TO '{tmp_path / 't.parquet'}'")  # fmt: skip
    what = "[[s.inputs[:]['numbers'].tolist(), s.ids.tolist(), s.targets.tolist()] for s in (data.train, data.test)]"
    small = loaded(numbers, tmp_path / "t.csv", what, time="day")
    for name in ("t.json", "wrapped.json", "t.jsonl", "t.jsonl.gz", "t.parquet"):
        other = shrunk(numbers, tmp_path / f"of {name}", name.split(".")[1])
        assert loaded(other, tmp_path / name, what, time="day") == small, name
        assert len(list((other / "prepared").glob("table-*/index.json"))) == 1


def test_a_killed_preparation_goes_on_where_it_was(numbers: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", everything(800))
    big, what = shrunk(numbers, tmp_path / "big"), "[s.inputs[:]['numbers'].tolist() for s in (data.train, data.test)]"
    load = (
        f"{ALONE}import os, data as d\nfrom config import Mlp\nfrom features import workers\n"
        "tasks, task = [], workers.task\n{more}\n"
        f"data = d.load(Mlp(data={str(path)!r}))\nanswer = [tasks, {what}]"
    )
    dying = (
        "def workers_task(folder, name):\n    do = task(folder, name)\n"
        "    return lambda n: os._exit(9) if (name, n) == ('encode', 3) else do(n)\nworkers.task = workers_task"
    )
    code = "import json\n" + load.format(more=dying)
    assert run(big, "-c", code).code == 9
    noting = (
        "def workers_task(folder, name):\n    do = task(folder, name)\n"
        "    return lambda n: (tasks.append([name, n]), do(n))\nworkers.task = workers_task"
    )
    done, arrays = ask(big, load.format(more=noting))
    assert done[0] == ["encode", 3] and [number for _, number in done] == list(range(3, 3 + len(done)))
    shutil.rmtree(big / "prepared")
    fresh, again = ask(big, load.format(more=noting))
    assert again == arrays and len(fresh) == 2 * (3 + len(done))


def test_the_interval_of_a_mean_is_that_of_drawn_blocks(project: Path) -> None:
    plain, quick, many, few = ask(
        project,
        "import numpy as np; from scoring import intervals\nx = np.random.default_rng(1).normal(size=103)\n"
        "pieces, rng = np.array_split(x, 15), np.random.default_rng(0)\n"
        "means = [np.concatenate([pieces[i] for i in rng.integers(15, size=15)]).mean() for _ in range(1000)]\n"
        "answer = [np.percentile(means, [2.5, 97.5]).tolist(), intervals.of_means(x, 7)[0],"
        " intervals.of_means(np.tile([0.0, 1.0], 10**6)[np.random.default_rng(2).permutation(2 * 10**6)])[0],"
        " intervals.of_means(x, 20)[0]]",
    )
    assert quick == pytest.approx(plain) and few is None
    assert many == pytest.approx([0.5 - 1.96 * 0.5 / 2e6**0.5, 0.5 + 1.96 * 0.5 / 2e6**0.5], abs=1e-4)


@pytest.mark.slow
def test_a_large_table_trains_and_is_scored(project: Path, tmp_path: Path) -> None:
    columns = everything(900)
    columns["y"] = ["high" if float(value) > 0 else "low" for value in columns["y"]]
    path = written(tmp_path / "t.csv", columns)
    big = shrunk(project, tmp_path / "big")
    run(big, "train.py", "--epochs", "3", "--data", str(path), "--out", "a").ok()
    run(big, "evaluate.py", "a").ok()
    assert json.loads((big / "runs/a/report.json").read_text(encoding="utf-8"))["score"] > 0.7
    path.with_name("new.csv").write_text("\n".join(path.read_text().split("\n")[:4]), encoding="utf-8")
    assert len(json.loads(run(big, "predict.py", str(path.with_name("new.csv")), "--json").ok().out)) == 3
    assert run(big, "check.py", "--only", "splits-disjoint", "--data", str(path)).ok()


@pytest.mark.slow
@pytest.mark.parametrize("rows", [12, 40])
def test_small_tables_of_all_roles_train_and_predict(project: Path, numbers: Path, tmp_path: Path, rows: int) -> None:
    for folder in (numbers, project):
        columns = everything(rows)
        if folder is project:
            columns["y"] = ["high" if float(value) > 0 else "low" for value in columns["y"]]
        path = written(tmp_path / "t.csv", columns)
        name = f"small-{rows}"
        run(folder, "train.py", "--smoke", "--data", str(path), "--out", name).ok()
        run(folder, "evaluate.py", name).ok()
        new = {name: [cells[0], "x" * (name == "id")] for name, cells in columns.items() if name != "y"}
        new["colour"][0] = "a colour never seen"
        answers = run(folder, "predict.py", str(written(tmp_path / "new.csv", new)), "--run", name, "--json").ok()
        assert len(json.loads(answers.out)) == 2


@pytest.mark.slow
def test_balanced_weights_find_a_rare_class_and_the_checks_hold(project: Path, tmp_path: Path) -> None:
    rng = random.Random(0)
    y = ["rare" if rng.random() < 0.05 else "usual" for _ in range(600)]
    columns = {"x": [f"{rng.gauss(1.2 * (k == 'rare'), 1):.3f}" for k in y], "y": y}
    path = written(tmp_path / "t.csv", columns)
    scores = {}
    for metric in ("accuracy", "macro F1"):
        run(project, "train.py", "--data", str(path), "--metric", metric, "--epochs", "30", "--out", metric).ok()
        run(project, "evaluate.py", metric).ok()
        report = json.loads((project / "runs" / metric / "report.json").read_text(encoding="utf-8"))
        scores[metric] = report["other_metrics"]["macro_f1"]
    assert scores["macro F1"] == report["score"] > scores["accuracy"]
    run(project, "check.py", "--data", str(path), "--metric", "macro F1", "--only", "loss-at-start").ok()


@pytest.mark.slow
def test_diabetes_is_predicted_about_as_well_as_by_boosting(numbers: Path) -> None:
    run(numbers, "train.py", "--out", "full").ok()
    run(numbers, "evaluate.py", "full").ok()
    report = json.loads((numbers / "runs" / "full" / "report.json").read_text(encoding="utf-8"))
    assert report["train_seconds"] < 30 and report["score"] < 1.1 * report["reference"]["score"]
    assert report["baseline"]["beaten"] and {"mae", "r2"} <= report["other_metrics"].keys()
