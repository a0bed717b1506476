"""What single columns tell: some are asked about, as they tell the target alone, and answers explain themselves."""

import ast
import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hackgen.cli import cli
from projects import generate, generate_own, run

pytestmark = pytest.mark.slow
ROWS = 600
CODE = "import common, data, explain; print(*explain.alone(data.load(common.configured({}))).asked, sep='|')"


def honest(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Columns of which three together tell a class and a number well, and no one alone."""
    a, b, c, noise = rng.normal(size=(4, ROWS))
    total = a + b + c + 0.2 * noise
    shade = np.where(rng.random(ROWS) < 0.5, "red", "blue")
    paid = 100_000 + 30_000 * total
    return {"a": a, "b": b, "c": c, "shade": shade, "won": np.where(total > 0, "yes", "no"), "paid": paid}


def flipped(values: np.ndarray, rng: np.random.Generator, share: float = 0.03) -> np.ndarray:
    """A copy in which some cells hold another value of the column."""
    copy = values.copy()
    for row in rng.choice(len(copy), round(share * len(copy)), replace=False):
        copy[row] = rng.choice(values[values != values[row]])
    return copy


def written(path: Path, columns: dict[str, np.ndarray]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([columns, *zip(*columns.values(), strict=True)])
    return path


def made(folder: Path, table: Path, target: str) -> Path:
    task = "tabular-regression" if target == "paid" else "tabular-classification"
    return generate_own(folder, table, task=task, target=target, models=("boosting",))


def asked(project: Path) -> list[str]:
    return run(project, "-c", CODE).ok().out.strip().split("|")


@pytest.mark.parametrize("target", ["won", "paid"])
def test_a_copy_of_the_target_with_wrong_cells_is_asked_about_everywhere(tmp_path: Path, target: str) -> None:
    rng = np.random.default_rng(0)
    columns = {name: values for name, values in honest(rng).items() if name in ("a", "b", "c", "shade", target)}
    table = written(tmp_path / "t.csv", {"noted": flipped(columns[target], rng), **columns})
    project = made(tmp_path / "p", table, target)
    run(project, "train.py", "--smoke", "--out", "a").ok()
    said = run(project, "evaluate.py", "a").ok().out
    assert "Column noted alone scores" in said and said.count("would you know it when you predict?") == 1
    assert "Column noted alone scores" in (project / "runs/a/report.html").read_text(encoding="utf-8")
    (found,) = json.loads(run(project, "check.py", "--only", "lone-column", "--json").ok().out)
    assert found["passed"] is None and "'noted' alone scores" in found["found"]  # no failure, a question
    assert "e+" not in found["found"]  # of 27,400, say, not of 2.74e+04
    done = CliRunner().invoke(cli, ["inspect", str(table), "--target", target, "--deep", "--json"])
    suspects = [one for one in json.loads(done.output)["suspects"] if one["kind"] == "lone-column"]
    assert [one["column"] for one in suspects] == ["noted"] and "would you know it" in suspects[0]["detail"]


def test_a_category_and_two_columns_that_tell_together_are_asked_about(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    noise = {name: rng.normal(size=ROWS) for name in "fgh"}
    boat, one, other = rng.integers(0, 30, ROWS), *rng.random((2, ROWS))
    by_boat, by_both = (np.where(told, "yes", "no") for told in (boat % 2, (one < 0.65) & (other < 0.65)))
    tables = {
        "boat": noise | {"boat": [f"boat {n}" for n in boat], "won": flipped(by_boat, rng)},
        "one + other": noise | {"one": one, "other": other, "won": flipped(by_both, rng)},
        "": {name: values for name, values in honest(rng).items() if name != "paid"},
    }
    for place, (names, columns) in enumerate(tables.items()):
        table = written(tmp_path / f"{place}.csv", columns)
        assert asked(made(tmp_path / f"p{place}", table, "won")) == [names]


def test_honest_tables_and_weak_models_are_let_be(tmp_path: Path) -> None:
    for task in ("tabular-classification", "tabular-regression"):  # Iris, in which two columns tell nearly all
        project = generate(tmp_path / task, task=task, models=("boosting",))
        assert asked(project) == [""]
        assert json.loads(run(project, "check.py", "--only", "lone-column", "--json").ok().out)[0]["passed"]
    from sklearn import datasets  # a second or two, which the fast tests would wait for

    rng = np.random.default_rng(2)
    tables = {"cancer": datasets.load_breast_cancer(), "wine": datasets.load_wine()}
    for name, table in tables.items():
        columns = dict(zip(table.feature_names, table.data.T, strict=True))
        columns["kind"] = table.target_names[table.target]
        file = written(tmp_path / f"{name}.csv", columns)
        assert asked(made(tmp_path / name, file, "kind")) == [""], name
    chance = {name: rng.normal(size=ROWS) for name in "abc"}
    weak = chance | {"kind": np.where(chance["a"] + 3 * rng.normal(size=ROWS) > 0, "yes", "no")}
    project = made(tmp_path / "weak", written(tmp_path / "weak.csv", weak), "kind")
    run(project, "train.py", "--smoke", "--out", "a").ok()
    assert "would you know" not in run(project, "evaluate.py", "a").ok().out and asked(project) == [""]


def test_deep_is_for_tables_with_a_target(tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text("A long text.\n" * 200, encoding="utf-8")
    done = CliRunner().invoke(cli, ["inspect", str(tmp_path / "book.txt"), "--deep"])
    assert done.exit_code == 1 and "--deep looks at tables" in str(done.exception)


@pytest.mark.parametrize(("framework", "model"), [("pytorch", "mlp"), ("jax", "transformer"), ("keras", "boosting")])
def test_an_answer_says_which_columns_moved_it(tmp_path: Path, framework: str, model: str) -> None:
    rng = np.random.default_rng(3)
    columns = {"a": rng.normal(size=ROWS), "idle": rng.normal(size=ROWS), "mark": rng.choice(list("xxxy"), ROWS)}
    columns["paid"] = 50 + 10 * columns["a"] + 30 * (columns["mark"] == "y") + rng.normal(size=ROWS)
    table, task = written(tmp_path / "t.csv", columns), "tabular-regression"
    project = generate_own(tmp_path / "p", table, task=task, target="paid", framework=framework, models=(model,))
    run(project, "train.py", "--epochs", "30", "--out", "a").ok()
    run(project, "evaluate.py", "a").ok()
    lost = json.loads((project / "runs/a/report.json").read_text(encoding="utf-8"))["importance"]  # of RMSE
    assert lost["mark"] > 5 and lost["a"] > 5 and abs(lost["idle"]) < 2
    assert (project / "runs/a/figures/columns.png").is_file()
    told = json.loads(run(project, "predict.py", "0,0.5,y", "--json").ok().out)[0]["moved_by"]
    assert next(iter(told)) == "mark" and 15 < told["mark"] < 45 and abs(told["a"]) < 8 > abs(told["idle"])
    assert "mark +" in run(project, "predict.py", "0,0.5,y").ok().out
    many = run(project, "predict.py", str(table), "--json").ok().out
    assert "moved_by" not in many and len(json.loads(many)) == ROWS
    some = json.loads(run(project, "predict.py", str(table), "--explain", "--json").ok().out)
    assert {name for row in some for name in row["moved_by"]} == {"a", "idle", "mark"}


def test_rows_are_shown_as_they_were_by_the_columns_worth_most(tmp_path: Path) -> None:
    values = {f"up to {n}": np.arange(90) % (n + 1) for n in range(2, 9)}
    values |= {"coins": np.arange(90) % 7 * 71.3, "won": np.array(["no", "yes"] * 45)}
    project = made(tmp_path / "p", written(tmp_path / "t.csv", values), "won")
    code = "import columns, common, data, explain; found = data.load(common.configured({}))"
    code += "; lost = {name: place for place, name in enumerate(found.meta['columns'])}"
    code += "; cells = explain.rows_shown(found, [0], ['a'], {'importance': lost}).axes[0].tables[0].get_celld()"
    code += "; first = [cells[0, place].get_text().get_text() for place in range(1, 4)]"
    code += "; print([first, [columns.shown(row, found.meta) for row in found.train.inputs]])"
    first, rows = ast.literal_eval(run(project, "-c", code).ok().out)
    assert first == ["coins", "up to 8", "up to 6"]  # odd ones give the target away
    assert {row["coins"] for row in rows} == {f"{n * 71.3:.5g}" for n in range(7)}
    assert {cell for row in rows for name, cell in row.items() if name != "coins"} == set(map(str, range(9)))
