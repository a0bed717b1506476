"""How check.py of a generated project runs, and which data are no fault; what it finds is in test_bugs.py."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from projects import check_with_bug, generate, generate_own, run
from selection import EVERYTHING

pytestmark = pytest.mark.slow


def test_two_processes_share_the_checks(tmp_path: Path) -> None:
    project = generate(tmp_path / "p", task="tabular-classification", models=("mlp",))
    there = run(project, "check.py", "--only", "nothing").refused(2, "no check nothing; there are ")
    command = [sys.executable, "check.py", "--seed", "3", "--json"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, encoding="utf-8")
    found = [row["id"] for row in json.loads(done.stdout)]
    assert done.returncode == 0 and {"rate", "resume", "compared"} < set(found), done.stderr
    assert found == [name for name in there.partition(" are ")[2].split(", ") if name in found]
    text = (project / "common.py").read_text(encoding="utf-8")
    torn = text.replace("default_rng(config.split_seed)", "default_rng(abs(hash(TASK)))").replace(
        "MODELS, MORE,", "MODELS, MORE, TASK,"
    )
    (project / "common.py").write_text(torn, encoding="utf-8")
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, encoding="utf-8")
    (other,) = (row for row in json.loads(done.stdout) if row["id"] == "read-anew")
    assert not other["passed"] and "another process" in other["found"] and "hash()" in other["advice"]
    (project / "common.py").write_text(text, encoding="utf-8")
    text = (project / "checks/scores.py").read_text(encoding="utf-8")
    text = text.replace("    runs.RUNS, runs.watch", "    sys.modules['os']._exit(9)\n    runs.RUNS, runs.watch")
    (project / "checks/scores.py").write_text(text, encoding="utf-8")
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 1 and done.stderr == "check.py: checks of runs ended (9 ); --alone takes less memory\n"
    (project / "prepare.py").write_text("", encoding="utf-8")  # as data larger than memory have: one process is all
    assert subprocess.run(command, cwd=project, capture_output=True).returncode == 9


def test_quick_asks_parts_alone_while_there_is_time(tmp_path: Path) -> None:
    project = generate(tmp_path / "p", task="tabular-classification", models=("mlp",))
    words = [sys.executable, "check.py", "--quick", "--json"]
    rows = json.loads(subprocess.run(words, cwd=project, capture_output=True, text=True, encoding="utf-8").stdout)
    assert {"rate", "overfit-one-batch"} < {row["id"] for row in rows if row["passed"]}
    assert not {"resume", "report"} & {row["id"] for row in rows}
    text = (project / "check.py").read_text(encoding="utf-8")
    (project / "check.py").write_text(text.replace("512, 60, 9.0", "512, 60, 0.01"), encoding="utf-8")
    done = subprocess.run(words, cwd=project, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0 and {row["found"] for row in json.loads(done.stdout)} == {"left out"}


def test_a_project_that_cannot_train_gets_rows(tmp_path: Path) -> None:
    project = generate(tmp_path / "p", task="image-classification", models=("mlp",))
    text = (project / "train.py").read_text(encoding="utf-8")
    (project / "train.py").write_text(text.replace("    value.backward()", "    value.backwards()"), encoding="utf-8")
    done = run(project, "check.py", "--json")
    rows = json.loads(done.out)
    assert done.code == 1 and not done.err and {row["passed"] for row in rows} == {True, False}
    assert sum("'backwards'" in row["found"] for row in rows) > 8


@pytest.mark.parametrize(
    ("file", "right", "wrong", "said"),
    [
        ("train.py", "def make_optimizer(", "def make_optimizer((", "train.py, line"),
        ("loss.py", "def answers(", "zero = nought\n\n\ndef answers(", "loss.py:"),
        ("data.py", "    rows = [np.flat", "    rows = rose\n    rows = [np.flat", "data.py:"),
        ("models/mlp.py", "class MLP", "class MLP(", "mlp.py, line"),
    ],
)
def test_code_that_cannot_be_imported_is_a_row_with_its_place(
    tmp_path: Path, file: str, right: str, wrong: str, said: str
) -> None:
    project = generate(tmp_path / "p", task="image-classification", models=("mlp",))
    text = (project / file).read_text(encoding="utf-8")
    (project / file).write_text(text.replace(right, wrong), encoding="utf-8")
    done = run(project, "check.py", "--json")
    (row,) = json.loads(done.out)
    assert done.code == 1 and not done.err and row["passed"] is False and said in row["found"], row


def test_duplicates_that_are_torn_apart_are_found(tmp_path: Path) -> None:
    rows = [f"{i % 40},{i % 7},{'ab'[i % 2]}" for i in range(40)] * 3
    (tmp_path / "twice.csv").write_text("x,y,class\n" + "\n".join(rows) + "\n", encoding="utf-8")
    project = generate(tmp_path / "p", task="tabular-classification", data=str(tmp_path / "twice.csv"))
    words = ("check.py", "--only", "splits-disjoint", "--json")
    (healthy,) = json.loads(run(project, *words).ok().out)
    assert "warning" in healthy["found"]  # few distinct rows
    code = (project / "common.py").read_text(encoding="utf-8")
    torn = code.replace("np.unique(keys,", "np.unique(range(len(keys)),")
    assert torn != code
    (project / "common.py").write_text(torn, encoding="utf-8")
    (result,) = json.loads(run(project, *words).out)
    assert result["passed"] is False
    (project / "common.py").write_text(code, encoding="utf-8")
    keys = check_with_bug(project, "equal-rows", "data.py", " = keys_of(found, cells)\n", " = np.arange(len(cells))\n")
    assert "keys_of" in keys["advice"]


def test_groups_and_dates_that_are_torn_apart_are_found(tmp_path: Path) -> None:
    days = np.datetime64("2020-01-01") + np.arange(240)
    rows = [f"{i % 30},{i * 7 % 40},{i * 11 % 90},{day},{'ab'[i * i % 7 % 2]}" for i, day in enumerate(days)]
    (tmp_path / "visits.csv").write_text("who,x,y,day,class\n" + "\n".join(rows) + "\n", encoding="utf-8")
    own = {"task": "tabular-classification", "data": tmp_path / "visits.csv", "target": "class", "models": ("mlp",)}
    project = generate_own(tmp_path / "groups", **own, group="who")
    run(project, "check.py", "--only", "equal-rows").ok()
    result = check_with_bug(
        project, "equal-rows", "data.py", "keys, count + groups  #", "keys, count + np.arange(count)  #"
    )
    assert "'who'" in result["found"]
    project = generate_own(tmp_path / "times", **own, time="day")
    run(project, "check.py", "--only", "newest-test").ok()
    result = check_with_bug(project, "newest-test", "data.py", ", ascending=False)", ")")
    assert "older than one of train" in result["found"]
    all_of = "    labels = labels_of(found, config.data)\n"
    some = f"{all_of}    labels = labels[labels.index % 5 > 0]\n"
    assert "48 rows" in check_with_bug(project, "equal-rows", "data.py", all_of, some)["found"]


def weak_tables() -> dict[str, list[str]]:
    """Honest tables whose columns tell little or nothing about the last one."""
    rng = np.random.default_rng(3)
    numbers = rng.normal(size=(600, 4)).round(3)
    risk = 1 / (1 + np.exp(3.1 - 0.4 * numbers[:, 0]))
    rare = (rng.random(600) < risk).astype(int)  # 1 in about 20 rows
    noisy = (50 + 8 * (0.17 * numbers[:, 0] + rng.normal(size=600))).round(2)  # R² of about 0.03
    targets = {"rare": rare, "coin": rng.choice(["up", "down", "even"], 600), "noisy": noisy, "few": rare[:60]}
    return {
        name: ["a,b,c,d,outcome", *(",".join(map(str, [*row, end])) for row, end in zip(numbers, ends, strict=False))]
        for name, ends in targets.items()
    }


def spread(*cases: str) -> list[tuple[str, str]]:
    """Each case with PyTorch, and one with each of two others, which are as deaf to data as that is."""
    others = iter((("keras",), ("jax",)))
    every = ("keras", "jax") if EVERYTHING else ()
    return [(case, one) for case in cases for one in ("pytorch", *(every or next(others, ())))]


@pytest.mark.parametrize(("name", "framework"), spread(*weak_tables()))
def test_data_that_tell_little_are_no_fault(tmp_path: Path, name: str, framework: str) -> None:
    (tmp_path / "weak.csv").write_text("\n".join(weak_tables()[name]) + "\n", encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "weak.csv", framework=framework, target="outcome")
    seed = ("--seed", str(len(name)))
    run(project, "train.py", "--smoke", *seed).ok()
    results = {found["id"]: found for found in json.loads(run(project, "check.py", "--json", *seed).ok().out)}
    assert results["overfit-one-batch"]["passed"]
    if name == "coin":
        row = results["inputs-matter"]  # a row's own inputs may be the best of some by chance
        assert row["passed"] or (row["passed"] is None and "no sign" in row["expected"])


def noise(folder: Path, what: str) -> Path:
    """Pictures or texts whose labels were drawn by lot."""
    rng = np.random.default_rng(5)
    if what == "texts":
        words = "room food staff bed view noise price night bar pool lift street light key towel desk".split()
        rows = [" ".join(rng.choice(words, rng.integers(5, 20))) + f",{rng.choice(['up', 'down'])}" for _ in range(900)]
        (folder / "noise.csv").write_text("text,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
        return folder / "noise.csv"
    for i in range(900):
        file = folder / "noise" / str(rng.choice(["a", "b"])) / f"{i}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (16, 16), dtype=np.uint8)).save(file)
    return folder / "noise"


@pytest.mark.parametrize(("what", "framework"), spread("texts", "pictures"))
def test_labels_drawn_by_lot_are_no_fault(tmp_path: Path, what: str, framework: str) -> None:
    project = generate_own(tmp_path / "p", noise(tmp_path, what), framework=framework)
    run(project, "train.py", "--smoke").ok()
    results = {found["id"]: found for found in json.loads(run(project, "check.py", "--json").ok().out)}
    assert results["overfit-one-batch"]["passed"]
    # one network in forty seems to know something, by chance
    assert results["inputs-matter"]["passed"] or "no sign" in results["inputs-matter"]["expected"]


SLOWLY = """
import checks.parts, numpy as np
from types import SimpleNamespace as Some
metrics = checks.parts.metrics
metrics.truth, metrics.loss = lambda *_: 0, lambda *_: 0.0
for losses in ({96: 0.6, 400: 0.2, 1600: 0.01}, {96: 0.9, 400: 0.8}):  # by rows, of which each comes ten times
    learns = Some(trained=lambda rows, **_: (None, [losses[len(rows.ids)]]), net=Some(mean_loss=lambda *_: 0.0))
    learns.train = checks.parts.Split(*[np.arange(8)] * 4)
    learns.outputs, learns.at_start, learns.meta, learns.shallow = lambda *_: None, lambda *_: (1.0, 0.1), {}, 1
    print(checks.parts.overfit_one_batch(learns)[0])
"""


def test_what_learns_slowly_is_given_time_and_what_does_not_learn_none(tmp_path: Path) -> None:
    project = generate(tmp_path / "p", task="tabular-regression", models=("mlp",))
    assert run(project, "-c", SLOWLY).ok().out.split() == ["True", "False"]


@pytest.mark.parametrize(("what", "framework"), spread("noise", "walk"))
def test_series_without_a_season_are_no_fault(tmp_path: Path, what: str, framework: str) -> None:
    values = np.random.default_rng(2).normal(size=1500)
    values = 50 + (values.cumsum() if what == "walk" else values)
    days = np.datetime64("2015-01-01") + np.arange(1500)
    rows = "\n".join(f"{day},{value:.4f}" for day, value in zip(days, values, strict=True))
    (tmp_path / "series.csv").write_text(f"day,value\n{rows}\n", encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "series.csv", framework=framework, task="time-series-forecasting")
    run(project, "train.py", "--smoke").ok()
    run(project, "check.py").ok()


@pytest.mark.parametrize(
    ("what", "file", "right", "wrong"),
    [
        ("pictures", "prepare.py", '"replace") for place in inside]', '"replace") for place in inside[::-1]]'),
        ("pictures", "data.py", "return self.images[self.rows[rows]]", "return self.images[self.rows[rows][::-1]]"),
        ("texts", "data.py", "targets[some], some,", "targets[some][::-1].copy(), some,"),
        ("texts", "texts.py", "batch[:, 1:][is_word] =", "batch[::-1, 1:][is_word[::-1]] ="),
    ],
)
def test_a_disorder_is_found_where_labels_were_drawn_by_lot(
    tmp_path: Path, what: str, file: str, right: str, wrong: str
) -> None:
    project = generate_own(tmp_path / "p", noise(tmp_path, what))
    result = check_with_bug(project, "inputs-matter", file, right, wrong)
    assert "not what the data say" in result["found"]


def test_few_rows_are_held_against_others_of_them(tmp_path: Path) -> None:
    """Of two rows, each gets the other's inputs; a lot that gave each its own would look like a fault."""
    rows = "".join(f"{150 + i * 7 % 50},{50 + i * 11 % 40},{'ab'[i % 2]}\n" for i in range(12))
    (tmp_path / "few.csv").write_text(f"height,weight,class\n{rows}", encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "few.csv")
    run(project, "check.py", "--only", "inputs-matter").ok()


def test_texts_are_held_against_the_table_however_long_the_others_are(tmp_path: Path) -> None:
    """Rows are padded to the longest of those cut together, which are others when the table is read anew."""
    words = [["cheap", "awful", "poor"], ["lovely", "great", "fine"]]
    more = [f"w{i} " * (3 + i // 75 * (i % 75 == 0)) for i in range(3000)]  # a few are far longer, each by itself
    rows = [f"{more[i]}{words[i % 2][i % 3]},{'ab'[i % 2]}\n" for i in range(3000)]
    (tmp_path / "texts.csv").write_text("text,label\n" + "".join(rows), encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "texts.csv")
    run(project, "check.py", "--only", "inputs-matter").ok()
