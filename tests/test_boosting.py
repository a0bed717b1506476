"""Gradient boosting in a project of any framework: trained, kept, resumed, checked and answered like a network."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hackgen.cli import cli
from hackgen.inspection.target.suggestion import suggestion
from hackgen.parts import tomllib
from projects import generate, run

KINDS = {"tabular-classification": "5.1,3.5,1.4,0.2", "tabular-regression": "59,2,32.1,101,157,93.2,38,4,4.8598,87"}


@pytest.mark.slow
@pytest.mark.parametrize(("task", "framework"), list(zip(KINDS, ("pytorch", "jax"), strict=True)))
def test_it_goes_the_way_of_every_model(tmp_path: Path, task: str, framework: str) -> None:
    project = generate(tmp_path / "p", task=task, framework=framework, models=("boosting", "mlp"))
    run(project, "train.py", "--out", "whole").ok()
    assert "linear model" in run(project, "evaluate.py", "whole", "--publish").ok().out
    sheet = json.loads((project / "runs/whole/report.json").read_text(encoding="utf-8"))
    assert sheet["model"] == "boosting" and sheet["baseline"]["beaten"] and sheet["parameters"] > 100
    assert {path.name for path in (project / "published").glob("*.skops")} == {"best.skops"}
    assert len(json.loads(run(project, "predict.py", KINDS[task], "--json").ok().out)) == 1
    for command in ("train.py", "evaluate.py"):
        run(project, command, "--device", "cuda").refused(2, "--device cuda", "CPU")
    run(project, "train.py", "--epochs", "2", "--out", "parts").ok()
    run(project, "train.py", "--resume", "parts", "--epochs", "50").ok()
    one, two = (np.genfromtxt(project / "runs" / name / "history.csv", delimiter=",") for name in ("whole", "parts"))
    assert np.array_equal(one[1:, :5], two[1:, :5])  # all but seconds
    if framework != "pytorch":  # with it, all checks pass in test_matrix.py
        results = json.loads(run(project, "check.py", "--json").ok().out)
        assert len(results) > 14  # to the last one, those of whole runs
        assert sum(result["passed"] is None for result in results) <= 2


@pytest.mark.slow
def test_a_file_with_another_type_is_refused(tmp_path: Path) -> None:
    skops = pytest.importorskip("skops.io")
    project = generate(tmp_path / "p", task="tabular-regression", models=("boosting",))
    run(project, "train.py", "--smoke", "--out", "a").ok()
    kept = project / "runs/a/best.skops"
    whole = kept.read_bytes()
    for content in (whole[: len(whole) // 2], skops.dumps({"about": 1, "model": Path("x")}), b"no zip"):
        kept.write_bytes(content)
        run(project, "evaluate.py", "a").refused(1, "best.skops", "damaged or no checkpoint")


SAME_BINS = """
import common, data, metrics, numpy as np, pathlib
from models import boosting
config = common.configured({"epochs": 6}).resolved(300)
found = data.load(config)
rng = np.random.default_rng(0)
inputs = rng.normal(size=(600, found.train.inputs.shape[1])).astype(np.float32)
inputs[:, 0] = np.arange(600) % 200  # few values, each of few rows
rows = data.Split(inputs, inputs[:, 0] / 100 - 1, np.arange(600), np.arange(600))
model = boosting.build(found.meta, config)
history = boosting.fit(model, found._replace(train=rows, valid=rows), config, pathlib.Path("run"))
cuts = model["trees"]._bin_mapper.bin_thresholds_
for (tree,) in model["trees"]._predictors:
    for node in tree.nodes[tree.nodes["is_leaf"] == 0]:
        assert node["num_threshold"] in cuts[node["feature_idx"]], node
"""

SLOPES = """
inputs = rng.normal(size=(400, found.train.inputs.shape[1])).astype(np.float32)
rows = data.Split(inputs, inputs.sum(1) / 4, np.arange(400), np.arange(400))
train, valid = (data.Split(*(array[part] for array in rows)) for part in (slice(250), slice(250, 400)))
found = found._replace(train=train, valid=valid)
history = boosting.fit(boosting.build(found.meta, config), found, config, pathlib.Path("slopes"))
assert min(row[3] for row in history) < 0.05, history  # of .6; trees alone are left with .14
for count in (1, 4):
    few = found._replace(train=data.Split(*(array[:count] for array in rows)))
    boosting.fit(model := boosting.build(found.meta, config), few, config, pathlib.Path(f"few-{count}"))
    assert np.isfinite(boosting.outputs(model, inputs, None, found.meta)).all()
"""
TOGETHER = """
found = found._replace(train=train._replace(targets=train.inputs[:, 0] * train.inputs[:, 1]))
found = found._replace(valid=valid._replace(targets=valid.inputs[:, 0] * valid.inputs[:, 1]))
boosting.fit(model := boosting.build(found.meta, config), found, config, pathlib.Path("mean"))
truth = metrics.truth(found.valid, found.meta)
wrong = [abs(one - truth).mean() for one in boosting.answers(model, valid.inputs, found.meta)]
together = abs(boosting.outputs(model, valid.inputs, None, found.meta) - truth).mean()
assert together < min(0.9 * np.mean(wrong), *wrong), (wrong, together)  # slopes that turn
few = boosting.answers(model, valid.inputs[:4], found.meta)
assert (boosting.shares(few, data.Split(*(array[:4] for array in valid)), found.meta) == 0.25).all()  # too few to tell
best = boosting.shares(np.stack([truth, truth + 99, truth + 199, truth + 299]), valid, found.meta)
assert best.argmax() == 0 and best.min() > 0 and np.isclose(best.sum(), 1), best
"""
SELDOM = """
import skops.io
written, dumps = [], skops.io.dumps
skops.io.dumps = lambda kept: written.append(1) or dumps(kept)
history = boosting.fit(boosting.build(found.meta, config), found, config, pathlib.Path("seldom"))
assert len(history) > 2 and len(written) == 2, written  # best and last: of many classes each takes longer than an epoch
kept = boosting.load(pathlib.Path("seldom/best.skops"), config)["model"]
assert abs(boosting.mean_loss(kept, found.valid, found.meta) - min(row[3] for row in history)) < 1e-6
"""
LACKING = """
import common, data, numpy as np, pathlib
from models import boosting
config = common.configured({"epochs": 3}).resolved(300)
found = data.load(config)
for targets in ([1] * 8, [0, 2] * 20, [2]):  # classes of train, of three
    part = data.Split(*(array[: len(targets)] for array in found.train))._replace(targets=np.array(targets))
    model = boosting.build(found.meta, config)
    boosting.fit(model, found._replace(train=part), config, pathlib.Path(f"{targets}"))
    chances = boosting.outputs(model, found.test.inputs, None, found.meta)
    missing = [number for number in range(3) if number not in targets]
    assert np.allclose(chances.sum(1), 1) and not chances[:, missing].any()
"""


@pytest.mark.slow  # trains
def test_trees_of_all_epochs_see_the_same_bins_and_know_slopes_and_bear_few_rows(tmp_path: Path) -> None:
    """Else what trees of earlier epochs say of the rows would be misread in the next."""
    project = generate(tmp_path / "p", task="tabular-regression", models=("boosting",))
    run(project, "-c", SAME_BINS + SLOPES + TOGETHER + SELDOM).ok()


@pytest.mark.slow  # trains
def test_train_may_lack_classes(tmp_path: Path) -> None:
    run(generate(tmp_path / "p", task="tabular-classification", models=("boosting",)), "-c", LACKING).ok()


def test_own_tables_start_with_it_and_the_sample_with_a_network(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("size,colour,kind\n" + "".join(f"{n % 7},{'rg'[n % 2]},{'xyz'[n % 3]}\n" for n in range(90)))

    def models(name: str, *words: str) -> list[str]:
        done = CliRunner().invoke(cli, ["new", str(tmp_path / name), "--yes", "--no-git", *words])
        assert done.exit_code == 0, done.output
        return tomllib.loads((tmp_path / name / ".hackgen.toml").read_text(encoding="utf-8"))["answers"]["models"]

    assert models("own", "--data", str(table), "--target", "kind") == ["boosting", "mlp"]
    assert models("named", "--data", str(table), "--target", "kind", "--model", "mlp") == ["mlp"]
    assert models("number", "--data", str(table), "--target", "size", "--task", "tabular-regression") == [
        "boosting",
        "mlp",
    ]
    assert models("sample", "--task", "tabular-regression") == ["mlp"]
    assert json.loads(CliRunner().invoke(cli, ["inspect", str(table), "--json"]).output)["suggestion"]["start"]
    found = [suggestion("tabular-regression", "y", "t.csv", "", rows=rows) for rows in (1000, 1_000_000)]
    assert [(one.models[0], one.start, "--model" in one.command) for one in found] == [
        ("boosting", ["boosting", "mlp"], True),
        ("mlp", [], False),
    ]
