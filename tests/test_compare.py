"""compare.py: what is compared with what, what is noise, and what is refused."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import contents
from projects import Done, generate, run

PRETEND = str(Path(__file__).with_name("pretend.py"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with runs of two models; none of them was trained, all of them are scored for real."""
    project = generate(tmp_path_factory.mktemp("compare") / "p", task="image-classification", models=("cnn", "mlp"))
    made(project, "good", right=0.93, valid=0.94)
    made(project, "same", right=0.925, valid=0.935, knobs={"seed": 1})
    made(project, "poor", model="mlp", right=0.8, valid=0.81, knobs={"width": 8})
    return project


def made(project: Path, name: str, **given: object) -> Path:
    run(project, PRETEND, name, json.dumps(given)).ok()
    return project / "runs" / name


@pytest.fixture
def project(trained: Path, tmp_path: Path) -> Path:
    shutil.copytree(trained, tmp_path / "p")
    return tmp_path / "p"


def compared(project: Path, *words: str) -> dict:
    return json.loads(run(project, "compare.py", "--json", *words).ok().out)


def test_the_best_on_valid_comes_first_and_noise_is_told_from_a_difference(trained):
    table = compared(trained)
    assert [(entry["run"], entry["verdict"]) for entry in table["entries"]] == [
        ("good", "best"),
        ("same", "noise"),
        ("poor", "worse"),
    ]
    low, high = table["entries"][2]["difference"]
    gap = table["entries"][2]["score"] - table["entries"][0]["score"]
    assert low < gap < high < 0


def test_numbers_are_those_of_the_reports(trained):
    for entry in compared(trained)["entries"]:
        report = json.loads((trained / "runs" / entry["run"] / "report.json").read_text(encoding="utf-8"))
        assert all(entry[name] == report[name] for name in ("score", "ci95", "valid_score", "parameters", "model"))


def test_only_knobs_that_differ_are_named_and_not_the_models_own_defaults(trained):
    assert [entry["knobs"] for entry in compared(trained)["entries"]] == [{}, {"seed": 1}, {"width": 8}]


def test_the_table_needs_no_data_and_no_framework(trained):
    code = (
        "import sys; there = set(sys.modules); sys.argv = ['compare.py']; import runpy\n"
        "try: runpy.run_path('compare.py', run_name='__main__')\nexcept SystemExit: pass\n"
        "assert not {'torch', 'data', 'checkpoint', 'evaluate'} & (set(sys.modules) - there)"
    )
    run(trained, "-c", code).ok()


def test_publish_writes_a_section_and_leaves_the_rest(project):
    readme = project / "README.md"
    before = readme.read_text(encoding="utf-8")
    run(project, "compare.py", "--publish").ok()
    first = readme.read_text(encoding="utf-8")
    outside = [before.partition("<!-- comparison")[0], before.partition("<!-- end of comparison -->")[2]]
    assert all(part and part in first for part in outside)
    assert "| good (cnn) |" in first and "within noise" in first and "(comparison/figures/comparison.png)" in first
    assert (project / "comparison" / "figures" / "comparison.png").read_bytes().startswith(b"\x89PNG")
    run(project, "compare.py", "--publish").ok()
    assert readme.read_text(encoding="utf-8") == first
    readme.write_text(first.replace("<!-- end of comparison -->", ""), encoding="utf-8")
    run(project, "compare.py", "--publish").refused(1, "README.md has lost its marks")


def test_json_writes_nothing(project):
    def kept() -> dict[str, bytes]:
        return {path: content for path, content in contents(project).items() if "__pycache__" not in path}

    before = kept()
    compared(project)
    assert kept() == before


def test_a_run_without_a_score_is_named_with_the_command(project):
    made(project, "fresh", scored=False, valid=0.99)
    done = run(project, "compare.py").ok()
    assert "fresh is not scored yet: python evaluate.py fresh" in done.out


def test_smoke_runs_and_runs_of_other_data_are_left_out_with_the_reason(project):
    made(project, "old", data="other")
    old = project / "runs" / "old" / "history.csv"
    newest = max(path.stat().st_mtime for path in (project / "runs").glob("*/history.csv"))
    for path in (project / "runs").glob("[!o]*/history.csv"):
        os.utime(path, (newest + 10, newest + 10))
    made(project, "quick", smoke=True)
    left_out = compared(project)["left_out"]
    assert old.is_file() and left_out == {"old": "other data", "quick": "a smoke run"}
    run(project, "compare.py", "good", "old").refused(1, "old has other data than good")
    run(project, "compare.py", "good", "quick").refused(1, "quick is a smoke run")
    run(project, "compare.py", "good", "none").refused(1, "no run 'none'")


@pytest.mark.parametrize("given", [{"rows": 300}, {"rows_seed": 1}])
def test_runs_on_other_test_rows_are_refused_by_name(project, given):
    made(project, "elsewhere", valid=0.5, **given)
    run(project, "compare.py").refused(1, "good and elsewhere were tested on different rows")
    assert len(compared(project, "good", "same")["entries"]) == 2


def test_rows_of_equal_truth_but_other_ids_are_other_rows(project):
    path = project / "runs" / "same" / "predictions.npz"
    with np.load(path) as arrays:
        found = dict(arrays)
    np.savez(path, **found | {"id": found["id"] + 1})
    run(project, "compare.py").refused(1, "good and same were tested on different rows")


def test_a_resumed_run_counts_as_not_scored(project):
    path = project / "runs" / "same" / "history.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.935", "0.936"), encoding="utf-8")
    assert compared(project)["waiting"] == ["same"]


def damage(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_does_not_belong_together_is_refused_with_the_remedy(project):
    (project / "runs" / "same" / "best.pt").write_text("other weights", encoding="utf-8")
    run(project, "compare.py").refused(1, "is not of best.pt beside it", "python evaluate.py same")
    good = project / "runs" / "good"
    score = json.loads((good / "report.json").read_text(encoding="utf-8"))["score"]
    damage(good / "report.json", f'"score": {score}', '"score": 0.99')
    run(project, "compare.py").refused(1, "report.json says accuracy 0.99", "python evaluate.py good")
    (good / "predictions.npz").write_bytes(b"PK")
    run(project, "compare.py").refused(1, "predictions.npz is damaged")
    (good / "predictions.npz").unlink()
    run(project, "compare.py").refused(1, "predictions.npz is missing", "python evaluate.py good")


def test_damaged_runs_are_left_out_and_named(project):
    (project / "runs" / "same" / "meta.json").write_text("{", encoding="utf-8")
    (project / "runs" / "poor" / "report.json").write_text("[]", encoding="utf-8")
    left_out = compared(project)["left_out"]
    assert "meta.json is damaged" in left_out["same"] and "is damaged" in left_out["poor"]


def test_before_any_training_it_says_what_to_run(project):
    shutil.rmtree(project / "runs")
    run(project, "compare.py").refused(1, "python train.py makes one")
    made(project, "fresh", scored=False)
    run(project, "compare.py").refused(1, "no full run is scored yet; python evaluate.py fresh")


def test_the_published_run_stands_for_itself_where_its_run_is_not_here(project):
    shutil.move(project / "runs" / "good", project / "published")
    assert [entry["run"] for entry in compared(project)["entries"]] == ["published", "same", "poor"]


def best(project: Path) -> Done:
    return run(project, "-c", "from scoring import ranking; print(getattr(ranking.best(), 'name', None))").ok()


def test_the_best_run_is_the_best_on_valid_among_runs_like_the_newest(project):
    assert best(project).out.strip() == "good"
    made(project, "fresh", scored=False, valid=0.95)
    assert best(project).out.strip() == "fresh"
    made(project, "nan", scored=False, valid=float("inf"))
    made(project, "smoke", smoke=True, valid=0.99)
    assert best(project).out.strip() == "fresh"
    shutil.rmtree(project / "runs")
    assert best(project).out.strip() == "None"
