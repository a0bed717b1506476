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
    run(project, "train.py", "--epochs", "2", "--out", "parts").ok()
    run(project, "train.py", "--resume", "parts", "--epochs", "50").ok()
    one, two = (np.genfromtxt(project / "runs" / name / "history.csv", delimiter=",") for name in ("whole", "parts"))
    assert np.array_equal(one[1:, :5], two[1:, :5])  # all but seconds
    results = json.loads(run(project, "check.py", "--json").ok().out)
    assert len(results) > 14  # to the last one, those of whole runs
    unsure = [result for result in results if result["passed"] is None]
    assert len(unsure) <= 2


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
