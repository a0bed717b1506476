"""Gradient boosting in a project of any framework: trained, kept, resumed, checked and answered like a network."""

import json
from pathlib import Path

import numpy as np
import pytest
from projects import generate, run

pytestmark = pytest.mark.slow
KINDS = {"tabular-classification": "5.1,3.5,1.4,0.2", "tabular-regression": "59,2,32.1,101,157,93.2,38,4,4.8598,87"}


@pytest.mark.parametrize(("task", "framework"), list(zip(KINDS, ("pytorch", "jax"), strict=True)))
def test_it_goes_the_way_of_every_model(tmp_path: Path, task: str, framework: str) -> None:
    project = generate(tmp_path / "p", task=task, framework=framework, models=("boosting", "mlp"))
    run(project, "train.py", "--out", "whole").ok()
    assert "linear model" in run(project, "evaluate.py", "whole", "--publish").ok().out
    sheet = json.loads((project / "runs/whole/report.json").read_text(encoding="utf-8"))
    assert sheet["model"] == "boosting" and sheet["baseline"]["beaten"] and sheet["parameters"] > 100
    assert {path.name for path in (project / "published").glob("*.skops")} == {"best.skops"}
    assert len(json.loads(run(project, "predict.py", KINDS[task], "--json").ok().out)) == 1
    run(project, "train.py", "--epochs", "2", "--out", "parts").ok()
    run(project, "train.py", "--resume", "parts", "--epochs", "50").ok()
    one, two = (np.genfromtxt(project / "runs" / name / "history.csv", delimiter=",") for name in ("whole", "parts"))
    assert np.array_equal(one[1:, :5], two[1:, :5])  # all but seconds
    results = json.loads(run(project, "check.py", "--json").ok().out)
    assert len(results) > 14  # to the last one, those of whole runs
    unsure = [result for result in results if result["passed"] is None]
    assert len(unsure) <= 2 and "own-batch" in {result["id"] for result in unsure}


def test_a_file_with_another_type_is_refused(tmp_path: Path) -> None:
    skops = pytest.importorskip("skops.io")
    project = generate(tmp_path / "p", task="tabular-regression", models=("boosting",))
    run(project, "train.py", "--smoke", "--out", "a").ok()
    kept = project / "runs/a/best.skops"
    whole = kept.read_bytes()
    for content in (whole[: len(whole) // 2], skops.dumps({"about": 1, "model": Path("x")}), b"no zip"):
        kept.write_bytes(content)
        run(project, "evaluate.py", "a").refused(1, "best.skops", "damaged or no checkpoint")
