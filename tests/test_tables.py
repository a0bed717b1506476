"""Tables in a generated project: every format, rules for cells, roles, splits by group and time, numbers as targets."""

import gzip
import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from projects import generate, run

HEAD = ["größe", "art", "wann", "n"]
ROWS = [["1.5", "rot", "2024-01-31", "7"], ["", "blau, hell", "2024-02-01", "8"], ["-2", "", "2024-03-05", "9"]]


KINDS = ("classification", "regression")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("tables") / "classes", task="tabular-classification", extras=())


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("tables") / "numbers", task="tabular-regression", extras=())


def ask(project: Path, code: str) -> object:
    """What `code`, run inside a project, binds to `answer`."""
    done = run(project, "-c", f"import json, sys\n{code}\nprint(json.dumps(answer))").ok()
    return json.loads(done.out.splitlines()[-1])


def several(project: Path, path: Path, answer: str, *knobs: dict[str, object], before: str = "") -> list:
    """An expression about `data`, as the project loads a table with each set of knobs."""
    given = [{"data": str(path), **some} for some in knobs]
    load = f"import data as d; from config import Mlp\n{before}\nanswer = []\nfor knobs in {given!r}:\n"
    return ask(project, f"{load}    data = d.load(Mlp(**knobs)); meta = data.meta\n    answer.append({answer})")


def loaded(project: Path, path: Path, answer: str, **knobs: object) -> object:
    """The same for one set of knobs."""
    return several(project, path, answer, knobs)[0]


def fault(project: Path, path: Path, **knobs: object) -> str:
    """The line with which a table is refused."""
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in knobs.items()]
    code = (
        "import common, sys, data as d\nsys.argv[0] = 'train.py'\n"
        "def main():\n    d.load(common.configured(common.Parser('', knobs=True).parse()[1]))\ncommon.run(main)"
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


def test_files_of_every_kind_read_the_same_whatever_training_was_written_in(project: Path, tmp_path: Path) -> None:
    """Delimiter and encoding are the file's own; names differ in case and spaces; a header may lack."""
    duckdb, openpyxl = pytest.importorskip("duckdb"), pytest.importorskip("openpyxl")
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
        "names.csv": text.replace("größe", " GRÖSSE".replace("SS", "ß")).replace("wann", "Wann ").encode(),
        "bare.csv": text.partition("\n")[2].encode(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    values = [[float(a) if a else None, b or None, c, int(n)] for a, b, c, n in ROWS]
    entries = [dict(zip(HEAD, row, strict=True)) for row in values]
    (tmp_path / "list.json").write_text(json.dumps(entries, indent=2, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(e) + "\n" for e in entries), encoding="utf-8")
    duckdb.sql(f"COPY (FROM read_csv('{tmp_path / 'plain.csv'}')) TO '{tmp_path / 't.parquet'}'")
    book = openpyxl.Workbook()
    for row in [HEAD, *values]:
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    names = [*files, "list.json", "t.jsonl", "t.parquet", "t.xlsx"]
    found = ask(
        project,
        "from pathlib import Path\nimport columns, table\nanswer = []\n"
        "entries = {'größe': {'role': 'number'}, 'n': {'role': 'number'}, 'art': {'role': 'category'},"
        " 'wann': {'role': 'date'}}\n"
        f"for name in {names!r}:\n"
        f"    frame = table.read(Path({str(tmp_path)!r}) / name, {{'sep': ';'}}, {HEAD!r})\n"
        "    answer.append([list(frame), columns.typed(frame, entries).astype(str).to_numpy().tolist()])",
    )
    for name, (head, rows) in zip(names, found, strict=True):
        assert (head, rows) == (HEAD, found[0][1]), name
    assert found[0][1][0] == ["1.5", "7.0", "rot", "2024-01-31"] and found[0][1][1][2] == "blau, hell"
    (tmp_path / "broken.parquet").write_bytes(b"{[no table")
    (tmp_path / "broken.json").write_bytes(b"{[no table")
    book.active["XFD1048576"] = 1
    book.save(tmp_path / "far.xlsx")
    for name in ("broken.parquet", "broken.json", "far.xlsx"):
        assert name in fault(project, tmp_path / name)


def test_a_title_above_is_refused_also_where_the_first_column_has_no_name(project: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Report,\nName,Size\nx,3\n", encoding="utf-8")
    code = (
        f"import table\nanswer = list(table.read(table.Path({str(tmp_path / 't.csv')!r}), {{}}, ['column_1', 'Size']))"
    )
    assert ask(project, code) == ["Report", "column_2"]  # and so Size is missed


def test_rules_say_how_cells_become_numbers_and_what_is_missing(project: Path) -> None:
    cases = [
        (
            {"decimal": ",", "thousands": "."},
            ["1.234,5", "-0,5", "7", "80.5", "3000.50"],
            [1234.5, -0.5, 7, None, None],
        ),
        ({"thousands": ",", "strip": ["$"]}, ["$1,234", "$ 5", "NA", "4,5"], [1234, 5, None, None]),
        ({"strip": ["%"]}, ["12 %", "3.5%", "x"], [12, 3.5, None]),
        ({"thousands": "."}, ["1 234 567", "1.234"], [1234567, 1234]),
        ({"missing": ["-999"]}, ["-999", "-999.0", "3"], [None, None, 3]),
        ({"unknown": ["n.b."]}, ["n.b.", "", "3"], [None, None, 3]),
        ({}, ["1_000", "inf", "1e5", "", "1e400", " 4 "], [None, None, 1e5, None, None, 4]),
    ]
    found = ask(
        project,
        "import columns, pandas as pd\nanswer = []\n"
        f"for entry, cells, _ in {cases!r}:\n"
        "    frame = columns.typed(pd.DataFrame({'x': cells}), {'x': {'role': 'number'} | entry})\n"
        "    answer.append([None if v != v else v for v in frame['x']])",
    )
    assert found == [wanted for *_, wanted in cases]


def test_dates_are_read_as_they_are_written(project: Path) -> None:
    """In any form that the inspection finds; times with a zone are turned into UTC."""
    from hackgen.inspection.columns.cells import dates

    written = ["Apr 30 2005", "April 30, 2005", "30-April-2005", "30/Apr/2005", "2005-Apr-30", "Sat, 30 Apr 2005"]
    written += ["Saturday, April 30, 2005", "04/30/2005 12:00AM", "2005-04-30 00:00:00.000", "20050430 00:00"]
    written += ["Sat, 30 Apr 2005 02:00:00 +0200", "Fri Apr 29 19:00:00 -0500 2005", "30/Apr/2005:00:00:00 +0000"]
    pairs = [(cell, dates.find_form([cell])) for cell in written]
    pairs += [("1114819200", "epoch"), ("1114819200000", "epoch-ms"), ("2005-04-30T02:00:00+02:00", "ISO8601")]
    code = "import columns, pandas as pd\nanswer = [str(columns.dates(pd.Series([cell], dtype=object), "
    found = ask(project, f"{code}[form])[0]) for cell, form in {pairs!r}]")
    assert set(found) == {"2005-04-30 00:00:00"}


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
        "day": [f"{2020 + i // 336}-{1 + i // 28 % 12:02d}-{1 + i % 28:02d}" for i in range(rows)],
        "words": [" ".join(rng.choice("good bad fast slow old new car boat".split()) for _ in range(6)) for _ in size],
        "same": ["x"] * rows,
        "person": [f"p{i // 4}" for i in range(rows)],
        "y": [f"{3 * v + (c == 'red') + rng.gauss(0, 0.2):.3f}" for v, c in zip(size, colour, strict=True)],
    }


def test_each_column_is_encoded_by_its_role_with_constants_of_train(numbers: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", everything())
    meta, mean, deviation, widths = loaded(
        numbers,
        path,
        "[meta, float(abs(data.train.inputs[:, 1].mean())), float(data.train.inputs[:, 1].std()),"
        " [split.inputs.shape[1] for split in data[:3]]]",
    )
    by_name = meta["columns"]
    assert {name: about["role"] for name, about in by_name.items()} == {
        **{"size": "number", "income": "number", "colour": "category", "day": "date", "words": "text"},
        **{"person": "category"},
    }
    assert list(by_name["size"]["parts"]) == ["missing", "value"] and list(by_name["income"]["parts"]) == ["value"]
    assert "week_sin" in by_name["day"]["parts"] and {"good", "boat"} <= set(by_name["words"]["words"])
    assert widths == [meta["numbers"] + len(meta["categories"])] * 3 and mean < 1e-6 and abs(deviation - 1) < 1e-5


def test_a_row_is_shown_with_its_numbers_and_nothing_where_one_is_missing(numbers: Path, tmp_path: Path) -> None:
    cells = everything()
    path = written(tmp_path / "t.csv", cells)
    answer = "[(int(i), columns.shown(row, meta)['size']) for i, row in zip(data.train.ids, data.train.inputs[:])]"
    (shown,) = several(numbers, path, answer, {}, before="import columns")
    assert {cell == "" for _, cell in shown} == {True, False}
    assert all(
        cell == cells["size"][row] or float(cell) == pytest.approx(float(cells["size"][row])) for row, cell in shown
    )


def test_the_bins_of_numbers_are_quantiles_of_train(numbers: Path, tmp_path: Path) -> None:
    """So a network bends where train has rows; of few rows there are none, of few values less, and flags have none."""
    columns = everything(900)
    path = written(tmp_path / "t.csv", {"half": [i % 4 for i in range(900)], **columns})
    meta, first = loaded(numbers, path, "[meta, data.train.inputs[:, :3].tolist()]")
    starts, widths = np.array(meta["bin_starts"]), np.array(meta["bin_widths"])
    assert starts.shape == widths.shape == (meta["numbers"], len(first) // 16)
    _, missing, size = np.array(first).T
    used = widths[2] < 1e9
    counts = np.histogram(size, [*starts[2][used], size.max()])[0]
    assert used.sum() > 30 and np.median(counts) in range(14, 20)  # the missing ones are the mean, in one bin
    assert (widths[0] < 1e9).sum() == 3 and (widths[1] == 1e9).all() and set(missing) == {0, 1}
    few = loaded(numbers, written(tmp_path / "few.csv", everything(20)), "meta['bin_starts'][0]")
    assert few == []


def test_only_train_decides_how_rows_are_encoded(numbers: Path, tmp_path: Path) -> None:
    columns = everything()
    constants = []
    for newest in ("1", "1e9"):  # of the row that --time puts into test
        columns["size"][-1] = columns["income"][-1] = newest
        path = written(tmp_path / f"{newest}.csv", columns)
        constants.append(loaded(numbers, path, "[meta['columns'], data.train.ids.tolist()]", time="day"))
    assert constants[0] == constants[1]


def test_new_rows_with_missing_strange_and_unseen_cells_get_finite_inputs(numbers: Path, tmp_path: Path) -> None:
    """What holds no number, no date or a value never seen is counted and named."""
    path = written(tmp_path / "t.csv", everything())
    strange = {name: ["", "?", "a"] for name in everything(1) if name != "y"}
    strange |= {"size": ["", "1e300", "4,5"], "colour": ["", "pink", "RED "], "day": ["", "soon", "2099-12-31"]}
    new = written(tmp_path / "new.csv", strange, ";")
    code = (
        f"import data as d\nfrom config import Mlp\ndata = d.load(Mlp(data={str(path)!r}))\n"
        f"names, inputs = d.read_new({str(new)!r}, data.meta)\nprint(len(names), abs(inputs[:, :9]).max() <= 10)"
    )
    done = run(numbers, "-c", code).ok()
    assert done.out.split()[-2:] == ["3", "True"]
    assert "size: 1 of 2 cells hold no number, such as '1e300'" in done.err  # 4,5 is the file's own way of writing
    assert "day: 1 of 2 cells hold no date, such as 'soon'" in done.err
    assert "colour: 1 of 3 cells hold a value that training hardly saw, such as 'pink'" in done.err


def test_a_typed_row_is_no_file_however_long_it_is(numbers: Path) -> None:
    code = (
        "import data as d\nfrom config import Mlp\ndata = d.load(Mlp())\n"
        "row = ','.join(['0.' + '0' * 400 + '1'] * len(data.meta['columns']))\n"
        "print(d.read_new(row, data.meta)[1].shape, d.read_new(f'{row}\\n{row}', data.meta)[1].shape)"
    )
    assert run(numbers, "-c", code).ok().out.split()[::2] == ["(1,", "(2,"]


def test_a_typed_row_has_all_columns_or_those_that_teach(numbers: Path, tmp_path: Path) -> None:
    rows = {"number": range(60), "age": [i % 7 for i in range(60)], "y": range(60), "fare": [i % 5 for i in range(60)]}
    path = written(tmp_path / "t.csv", {"passenger": [f"p{i}" for i in range(60)], **rows})
    before = "import columns; columns.role_of = lambda cells: {'role': 'skip' if cells.name[0] in 'pn' else 'number'}"
    asked = ("p9,8,4,7,2", "p9,8,4,2", "4,2")
    answer = f"[d.read_new(row, meta)[1].tolist() for row in {asked}]"
    ((whole, unlabelled, needed),) = several(numbers, path, answer, {"target": "y"}, before=before)
    assert whole == unlabelled == needed and len(needed[0]) == 2


def test_a_confusion_matrix_says_how_many_classes_it_shows(project: Path) -> None:
    code = (
        "import figures, numpy as np\n"
        "found = {'target': np.arange(80) % 40, 'output': np.eye(40)[np.arange(80) % 40]}\n"
        "axes = figures.confusion_matrix(found, {'classes': [f'kind {n}' for n in range(40)]}).axes[0]\n"
        "answer = [axes.get_xlabel(), len(axes.get_xticklabels())]"
    )
    assert ask(project, code) == ["the model says (30 of 40 classes)", 30]


NUMBERS = {
    "dots": ("height\n4.5\n14.5\n1,234.5\n", [4.5, 14.5, 1234.5]),
    "commas": ("height\n4,5\n14,5\n", [4.5, 14.5]),
    "German": ("height\n3.000,50\n80,5\n", [3000.5, 80.5]),
    "plain": ("height\n3000.50\n80.5\n", [3000.5, 80.5]),
    "groups": ("height\n1.234.567\n1.234.568,5\n", [1234567, 1234568.5]),
}


@pytest.mark.parametrize("trained", [{}, {"decimal": ",", "thousands": "."}, {"thousands": ","}])
def test_the_style_of_numbers_is_settled_for_each_file(project: Path, tmp_path: Path, trained: dict) -> None:
    """A model trained on 4.5 reads 4,5 in a file of such, and one trained on 3.000,50 reads 3000.50 as it is meant."""
    for name, (text, _) in NUMBERS.items():
        (tmp_path / f"{name}.csv").write_text(text.replace("height", "height;x").replace("\n", ";a\n")
                                              .replace("x;a", "x"), encoding="utf-8")  # fmt: skip
    found = ask(
        project,
        "from pathlib import Path\nimport columns, table\nanswer = []\n"
        f"entries = {{'height': {{'role': 'number'}} | {trained!r}, 'x': {{'role': 'category'}}}}\n"
        f"for path in {[str(tmp_path / f'{name}.csv') for name in NUMBERS]!r}:\n"
        "    frame = table.read(Path(path), {}, list(entries))\n"
        "    cells = columns.typed(frame, entries, columns.STYLES)\n"
        "    answer.append([None if v != v else v for v in cells['height']])",
    )
    for (name, (_, wanted)), values in zip(NUMBERS.items(), found, strict=True):
        assert values == wanted, name


def test_rows_of_a_group_stay_together_and_times_are_in_order(numbers: Path, tmp_path: Path) -> None:
    columns = everything()
    path = written(tmp_path / "t.csv", columns)
    knobs = {"group": "person"}, {"time": "day"}, {"time": "day", "group": "person"}
    by_group, by_time, by_both = several(numbers, path, "[split.ids.tolist() for split in data[:3]]", *knobs)
    for splits in (by_group, by_both):
        groups = [{columns["person"][row] for row in rows} for rows in splits]
        assert not groups[0] & groups[1] and not groups[1] & groups[2] and not groups[0] & groups[2]
    for splits in (by_time, by_both):
        days = [sorted(columns["day"][row] for row in rows) for rows in splits]
        assert days[0][-1] < days[1][-1] < days[2][-1] and len(days[2]) > 20
    days = [sorted(columns["day"][row] for row in rows) for rows in by_time]
    assert days[0][-1] < days[1][0] and days[1][-1] < days[2][0]


def test_equal_rows_stay_together_and_are_joined_with_groups(project: Path, tmp_path: Path) -> None:
    """Unless they tie most rows together: then groups alone count, and that is said."""
    path = written(tmp_path / "t.csv", {"a": [i // 2 for i in range(90)], "y": ["u", "v"] * 45})
    keys = loaded(project, path, "[s.keys.tolist() for s in data[:3]]")
    assert not set(keys[0]) & set(keys[1]) and not set(keys[1]) & set(keys[2]) and not set(keys[0]) & set(keys[2])
    assert all(len(some) == 2 * len(set(some)) for some in keys)
    columns = {"a": [i // 2 for i in range(90)], "who": [f"w{(i + 1) // 2}" for i in range(90)], "y": ["u", "v"] * 45}
    columns["a"][40:50] = range(100, 110)  # a chain of equal rows and groups is one until here, and from here on
    path = written(tmp_path / "t.csv", columns)
    grouped = loaded(project, path, "[s.ids.tolist() for s in data[:3]]", group="who")
    assert len(next(rows for rows in grouped if 0 in rows)) >= 40
    tied = {"a": [i % 2 for i in range(90)], "who": [i // 3 for i in range(90)], "y": ["u", "v", "w"] * 30}
    code = f"import data\nfrom config import Mlp\ndata.load(Mlp(data={str(written(path, tied))!r}, group='who'))"
    assert "only groups are kept" in run(project, "-c", code).ok().err


def test_values_are_one_whatever_their_case_spaces_or_fraction_of_nothing(project: Path) -> None:
    """Programs write whole numbers as 3.0 where some are missing; 00501 and 3.5 stay as they are."""
    cells = ["3", "4", "3", "4.0", "00501", "00501", "3.5"] * 2
    words = ["Male", "male ", "Female", " FEMALE", "Male", "other  one", "other one"] * 2
    new = ["3.0", "4", "501", "3.5", ".0", "-3.0", "3"], ["MALE", "female", "Other One", "?", "m", "", "male"]
    found = ask(
        project,
        "import columns, pandas as pd\n"
        f"old, new = pd.DataFrame({{'a': {cells!r}, 'b': {words!r}}}), pd.DataFrame(dict(zip('ab', {new!r})))\n"
        "entries = {'a': {'role': 'category'}, 'b': {'role': 'category'}}\n"
        "features = columns.fit(columns.typed(old, entries), entries)\n"
        "inputs = columns.encode(columns.typed(new, entries), {'columns': features})\n"
        "answer = [features['a']['values'], features['b']['values'], inputs.T.tolist()]",
    )
    assert found[0] == ["00501", "3", "3.5", "4"] and found[1] == ["Female", "Male", "other one"]
    assert found[2] == [[2, 4, 0, 3, 0, 0, 2], [2, 1, 3, 0, 0, 0, 2]]


def test_a_group_is_no_input(numbers: Path, tmp_path: Path) -> None:
    """Rows of train hold none of the groups that valid and test hold, so it could only be learnt by heart."""
    path = written(tmp_path / "t.csv", everything())
    assert several(numbers, path, "'person' in meta['columns']", {}, {"group": "person"}) == [True, False]


def test_classes_that_differ_in_case_or_spaces_are_one(project: Path, tmp_path: Path) -> None:
    """As most rows spell it; a large table takes the first spelling, as it is read once."""
    names = [["Yes", "yes", "No", "no ", "Yes", "No"][i % 6] for i in range(120)]
    path = written(tmp_path / "t.csv", {"a": [*range(120)], "b": [i * i % 17 for i in range(120)], "kind": names})
    look = "[meta['classes'], sum(len(s.ids) for s in data[:3])]"
    assert several(project, path, look, {}) == [[["No", "Yes"], 120]]
    assert several(large(project, tmp_path / "big"), path, look, {}) == [[["No", "Yes"], 120]]


def test_classes_of_one_or_two_rows_are_left_out(project: Path, tmp_path: Path) -> None:
    """Equal rows count as one; where a time divides rows, every class stays."""
    names = ["oak", "ash"] * 30 + ["fir", "yew", "yew"] + ["box"] * 5
    columns = {"a": [*range(63), *[70] * 5], "b": [i % 5 for i in range(63)] + [2] * 5, "kind": names}
    path = written(tmp_path / "t.csv", columns)
    look = "[meta['classes'], meta['data']['rows'], meta['metric'], sorted(data.train.targets.tolist())]"
    (classes, rows, metric, targets), (all_classes, *_) = several(project, path, look, {}, {"time": "a"})
    assert (classes, rows, metric) == (["ash", "oak"], 60, "accuracy") and 0 < sum(targets) < len(targets)
    assert all_classes == ["ash", "box", "fir", "oak", "yew"]
    told = run(project, "-c", f"import data; from config import Mlp\ndata.load(Mlp(data={str(path)!r}))").ok().err
    assert all(f"class {name} is left out" in told for name in ("fir", "yew", "box"))
    told = run(project, "-c", f"import data; from config import Mlp\ndata.load(Mlp(data={str(path)!r}, time='a'))").err
    assert "train holds few examples of 3 class(es): 'box' 0×" in told  # said before training
    many = {"a": [*range(153)], "kind": [*(f"c{i % 30}" for i in range(150)), "x", "y", "z"]}
    assert loaded(project, written(tmp_path / "m.csv", many), "len(meta['classes'])") == 30
    prose = {"a": [*range(150)], "kind": [f"c{i if i % 3 else i % 2}" for i in range(150)]}
    assert "free text" in fault(project, written(tmp_path / "p.csv", prose))


SCHEMA = """target = "y"
[read]
sep = ";"
[columns]
price = { role = "number", decimal = ",", thousands = ".", strip = ["€"], missing = ["-999"] }
secret = { role = "skip", why = "gives the target away" }
code = { role = "category" }
y = { role = "category" }
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
    meta = loaded(tmp_path / "p", path, "meta")
    price, code = meta["columns"]["price"], meta["columns"]["code"]
    assert (
        1000 < price["parts"]["value"]["mean"] < 2000
        and "missing" in price["parts"]
        and "secret" not in meta["columns"]
    )
    assert code["role"] == "category" and meta["metric"] == "macro F1" and meta["class_weights"][1] > 1
    other = written(tmp_path / "other.csv", {"price": [1, 2, 3], "z": [1, 2, 3], "y": "aba"}, ";")
    assert "hackgen new" in fault(tmp_path / "p", other) and "code" in fault(tmp_path / "p", other)
    for wrong in ("target = 3", "[columns]\na = { role = 'colour' }", "= 1", "[columns]\na = 'number'"):
        schema.write_text(wrong, encoding="utf-8")
        assert "schema.toml" in fault(tmp_path / "p", path)


def test_targets_that_are_no_numbers_are_refused_and_missing_ones_left_out(numbers: Path, tmp_path: Path) -> None:
    columns = everything(60)
    good = columns["y"]
    for bad, word in (("1e60", "too large"), ("soon", "no number")):
        columns["y"] = [*good[:9], bad, *good[10:]]
        line = fault(numbers, written(tmp_path / "t.csv", columns))
        assert word in line and "row 10" in line
    for missing in ("NA", "inf"):
        columns["y"] = [*good[:9], missing, *good[10:]]
        assert loaded(numbers, written(tmp_path / "t.csv", columns), "meta['data']['rows']") == 59
    assert "colour" in fault(numbers, tmp_path / "t.csv", target="colour")
    columns["y"] = ["4"] * 60
    assert "no two different numbers" in fault(numbers, written(tmp_path / "t.csv", columns))
    assert "no column" in fault(numbers, tmp_path / "t.csv", group="nobody")
    assert "--time none" in fault(numbers, tmp_path / "t.csv", target="size", time="colour")


@pytest.mark.slow  # imports it
def test_scores_are_those_of_scikit_learn(project: Path, numbers: Path, tmp_path: Path) -> None:
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
    code = (
        "import numpy as np, metrics\nrng = np.random.default_rng(1)\nx = rng.normal(size=103)\n"
        "coin = rng.permutation(np.tile([0.0, 1.0], 10**6))[:, None]\n"
        "answer = [[metrics.score(x, 0 * x, {}), metrics.interval(x, 0 * x, {})[0]],"
        " metrics.interval(x[:9], x[:9], {})[0], metrics.bootstrap(coin, lambda means: means[:, 0])[0]]"
    )
    (score, interval), few, many = ask(numbers, code)
    assert few is None and interval[0] < score < interval[1] and 0.1 < interval[1] - interval[0] < 0.4
    assert many == pytest.approx([0.5 - 1.96 * 0.5 / 2e6**0.5, 0.5 + 1.96 * 0.5 / 2e6**0.5], abs=1e-4)


def test_rows_of_another_length_are_named(project: Path, tmp_path: Path) -> None:
    good = [f'{i},"x, {i}",{i % 7}' for i in range(90)]
    for bad, said in (
        ("1,2", "has 2 cells in line 22"),
        ("1,2,3,4", "4 cells in line 22"),
        ('5,"open,1', "hackgen convert"),
    ):
        text = "\n".join(["a,b,c", *good[:20], bad, *good[20:]]) + "\n"
        (tmp_path / "t.csv").write_text(text, encoding="utf-8")
        assert said in fault(project, tmp_path / "t.csv")


def large(project: Path, to: Path) -> Path:
    """A project that prepares its table, in small blocks."""
    from hackgen.parts import TEMPLATES

    shutil.copytree(project, to)
    task = json.loads(run(project, "-c", "import json, config; print(json.dumps(config.TASK))").ok().out)
    for folder in ("shared/table/large", f"tasks/{task}/large"):
        shutil.copytree(TEMPLATES / folder, to, dirs_exist_ok=True)
    code = (to / "prepare.py").read_text(encoding="utf-8")
    (to / "prepare.py").write_text(code.replace("BLOCK = 100_000", "BLOCK = 70"), encoding="utf-8")
    return to


@pytest.mark.slow  # prepares a table eight times
def test_a_large_table_is_encoded_as_a_small_one_and_prepared_once(numbers: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", everything(800))
    big = large(numbers, tmp_path / "big")
    what = (
        "[sorted(zip(data.train.ids.tolist(), data.train.inputs.tolist())), meta['columns'],"
        " [s.keys.tolist() for s in data[:3]], meta['data']['rows'],"
        " sorted(sum((s.ids.tolist() for s in data[:3]), []))]"
    )
    knobs = [{"time": "day"}, {"time": "day", "target": "size"}, {"group": "person"}, {}]
    found = several(big, path, what, *knobs)
    for known, now in zip(several(numbers, path, what, *knobs[:1]), found[:1], strict=True):
        same = [name for name in known[1] if name != "words"]
        assert {name: now[1][name] for name in same} == {name: known[1][name] for name in same}
        assert [row for row, _ in now[0]] == [row for row, _ in known[0]]
        assert np.allclose([inputs for _, inputs in now[0]], [inputs for _, inputs in known[0]])
    for rows, _, keys, count, ids in found[2:]:
        assert 0.5 < len(rows) / 800 < 0.8 and count == 800 and ids == list(range(800))
        assert not set(keys[0]) & set(keys[1]) and not set(keys[1]) & set(keys[2]) and not set(keys[0]) & set(keys[2])
    folders = sorted((big / "prepared").iterdir())
    stamps = [folder.stat().st_mtime_ns for folder in folders]
    shutil.rmtree(folders[0])  # one that was killed has left nothing under its name, and begins again
    assert len(folders) == 4 and several(big, path, what, *knobs) == found
    assert [folder.stat().st_mtime_ns for folder in folders[1:]] == stamps[1:]
    path.write_text(path.read_text(encoding="utf-8") + path.read_text(encoding="utf-8").split("\n")[1] + "\n")
    assert several(big, path, "meta['data']['rows']", knobs[2]) == [801]


@pytest.mark.slow
def test_a_large_table_trains_and_is_scored(project: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    columns = everything(900)
    columns["y"] = ["high" if float(value) > 0 else "low" for value in columns["y"]]
    path = written(tmp_path / "t.csv", columns)
    duckdb.sql(f"COPY (FROM read_csv('{path}', all_varchar = true)) TO '{tmp_path / 't.parquet'}'")
    big = large(project, tmp_path / "big")
    look = "[meta['classes'], [len(s.ids) for s in data[:3]], data.train.inputs.mean(0).tolist()]"
    of_text, of_parquet = (loaded(big, tmp_path / name, look) for name in ("t.csv", "t.parquet"))
    assert of_text[:2] == of_parquet[:2] and of_text[2] == pytest.approx(of_parquet[2], abs=1e-6)
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
        file = written(tmp_path / "new.csv", new)
        answers = run(folder, "predict.py", str(file), "--run", name, "--json").ok()
        assert len(json.loads(answers.out)) == 2
        old = file.read_text(encoding="utf-8").replace("never seen", "gr\udcfcn")  # a byte of Windows-1252
        piped = run(folder, "predict.py", "-", "--run", name, "--json", stdin=old).ok()
        assert len(json.loads(piped.out)) == 2 and "read as Windows-1252" in piped.err
        run(folder, "predict.py", str(tmp_path), "--run", name).refused(1, "is a folder")


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
