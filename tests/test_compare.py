"""hackgen compare: what is compared with what, what is noise, what is left out and said, and teammates who publish."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from conftest import contents, refused
from hackgen.archive import RECORD
from hackgen.pitch import compare as module
from hackgen.pitch.compare_shown import ticks
from hackgen.pitch.project import find
from made_up import made
from made_up import project as made_up


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with runs of two models; `old` ones come first."""
    project = made_up(tmp_path_factory.mktemp("compare") / "p")
    made(project, "good", right=0.93, valid=0.94)
    made(project, "same", right=0.925, valid=0.935, knobs={"seed": 1})
    made(project, "poor", model="mlp", right=0.8, valid=0.81, knobs={"width": 8})
    return project


@pytest.fixture
def project(trained: Path, tmp_path: Path) -> Path:
    shutil.copytree(trained, tmp_path / "p")
    return tmp_path / "p"


@pytest.fixture
def compared(hackgen):
    """What `hackgen compare --json` says of a project."""

    def compare(project: Path, *words: str) -> dict:
        done = hackgen("compare", str(project), "--json", *words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return compare


def older(run: Path) -> None:
    os.utime(run / "history.csv", (1, 1))


def test_the_best_on_valid_comes_first_and_noise_is_told_from_a_difference(trained, compared):
    table = compared(trained)
    assert [(entry["run"], entry["verdict"]) for entry in table["entries"]] == [
        ("good", "best"),
        ("same", "noise"),
        ("poor", "worse"),
    ]
    low, high = table["entries"][2]["difference"]
    gap = table["entries"][2]["score"] - table["entries"][0]["score"]
    assert low < gap < high < 0


@pytest.mark.parametrize(
    ("gap", "higher", "verdict"),
    [
        ([0.1, 0.2], True, "better"),
        ([0.1, 0.2], False, "worse"),
        ([-0.2, -0.1], False, "better"),
        ([-0.1, 0.0], True, "noise"),
        (None, True, "unknown"),
    ],
)
def test_words_agree_with_the_interval(gap, higher, verdict):
    assert module.verdict_on(gap, higher) == verdict


def test_numbers_are_those_of_the_reports(trained, compared):
    for entry in compared(trained)["entries"]:
        report = json.loads((trained / "runs" / entry["run"] / "report.json").read_text(encoding="utf-8"))
        assert all(entry[name] == report[name] for name in ("score", "ci95", "valid_score", "parameters", "model"))


def test_only_knobs_that_differ_are_named_and_not_the_models_own_defaults(trained, compared):
    assert [entry["knobs"] for entry in compared(trained)["entries"]] == [{}, {"seed": 1}, {"width": 8}]


def test_stored_numbers_are_compared_where_the_projects_code_does_not_run(project, compared, hackgen):
    (project / "metrics.py").write_text("import torch_that_is_not_installed", encoding="utf-8")
    table = compared(project)
    assert [entry["verdict"] for entry in table["entries"]] == ["best", "unknown", "unknown"]
    assert "No module named 'torch_that" in table["unjudged"] and "--python" in table["unjudged"]
    assert "Which differences are noise could not be told" in hackgen("compare", str(project)).stdout


def test_the_terminal_shows_it_in_80_columns_from_any_folder(trained, hackgen):
    done = hackgen("compare", cwd=trained / "runs" / "good")
    assert done.returncode == 0 and max(map(len, done.stdout.splitlines()[:8])) <= 80
    assert "good (cnn)  0.9225      0.8925–0.9525  0.94" in done.stdout and "within noise (-0.01" in done.stdout


def test_publish_writes_a_section_and_leaves_the_rest(project, hackgen):
    readme = project / "README.md"
    before = readme.read_text(encoding="utf-8")
    assert hackgen("compare", str(project), "--publish").returncode == 0
    first = readme.read_text(encoding="utf-8")
    outside = [before.partition("<!-- comparison")[0], before.partition("<!-- end of comparison -->")[2]]
    assert all(part and part in first for part in outside)
    assert "| good (cnn) |" in first and "within noise" in first and "(comparison/comparison.svg)" in first
    assert module.kept(find(project))["entries"][0]["run"] == "good"
    svg = (project / "comparison" / "comparison.svg").read_text(encoding="utf-8")
    assert svg.count("<circle") == 3 and svg.count("worse by more than noise") == 1 and "poor (mlp)" in svg
    assert str(project) not in first + svg + (project / "comparison" / "comparison.json").read_text(encoding="utf-8")
    assert hackgen("compare", str(project), "--publish").returncode == 0
    assert readme.read_text(encoding="utf-8") == first
    readme.write_text(first.replace("<!-- end of comparison -->", ""), encoding="utf-8")
    refused(hackgen("compare", str(project), "--publish"), 1, "README.md has lost its marks")
    (project / "comparison" / "comparison.json").write_text('{"entries": [1]}', encoding="utf-8")
    with pytest.raises(module.Problem, match=r"comparison/comparison.json is damaged; hackgen compare --publish"):
        module.kept(find(project))


def test_it_speaks_the_projects_language(tmp_path, hackgen):
    project = made_up(tmp_path / "p", lang="zh")
    made(project, "good", valid=0.94)
    made(project, "same", right=0.899, valid=0.9)
    assert "同一个测试集" not in hackgen("compare", str(project)).stdout
    assert "在噪声之内" in hackgen("compare", str(project), "--publish").stdout
    assert "同一个测试集" in (project / "README.md").read_text(encoding="utf-8")
    assert "在噪声之内" in (project / "comparison" / "comparison.svg").read_text(encoding="utf-8")


def test_without_publish_nothing_is_written(project, compared, hackgen):
    before = contents(project)
    compared(project)
    hackgen("compare", str(project))
    assert contents(project) == before


def test_a_run_without_a_score_is_named_with_the_command(project, hackgen):
    made(project, "fresh", scored=False, valid=0.99)
    assert "fresh is not scored yet: python evaluate.py fresh" in hackgen("compare", str(project)).stdout


def test_what_cannot_be_compared_is_left_out_with_the_reason(project, compared, hackgen):
    older(made(project, "old", data="other"))
    older(made(project, "split", knobs={"split_seed": 3}))
    older(made(project, "few", rows=300, valid=0.99))
    older(made(project, "rows", seed_of_rows=1, valid=0.99))
    older(made(project, "measured", metric="macro F1"))
    made(project, "quick", smoke=True)
    made(project, "tried", knobs={"split_seed": 4}, scored=False)  # the newest, but there is nothing to compare yet
    rows = "other test pictures ({}): a knob of the split differs"
    assert compared(project)["left_out"] == {
        "old": "other data",
        "split": "another split_seed",
        "few": rows.format(300),
        "rows": rows.format(400),
        "measured": "another metric",
        "quick": "a smoke run",
        "tried": "another split_seed",
    }
    assert hackgen("compare", str(project), "--publish").returncode == 0
    readme = (project / "README.md").read_text(encoding="utf-8")
    assert "- split is not compared: another split\\_seed" in readme and "quick is" not in readme
    refused(hackgen("compare", str(project), "--run", "good", "--run", "old"), 1, "old cannot be compared with good")
    refused(hackgen("compare", str(project), "--run", "good", "--run", "quick"), 1, "quick cannot be", "a smoke run")
    refused(hackgen("compare", str(project), "--run", "none"), 1, 'no run "none"; there is:', "good")
    assert len(compared(project, "--run", "good", "--run", "poor")["entries"]) == 2


def test_rows_of_equal_truth_but_other_ids_are_other_rows(project, compared):
    path = project / "runs" / "same" / "predictions.npz"
    with np.load(path) as arrays:
        found = dict(arrays)
    np.savez(path, **found | {"id": found["id"] + 1})
    older(project / "runs" / "same")
    assert "other test pictures" in compared(project)["left_out"]["same"]


def test_a_resumed_run_counts_as_not_scored(project, compared):
    path = project / "runs" / "same" / "history.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.935", "0.936"), encoding="utf-8")
    assert compared(project)["waiting"] == ["same"]


def damage(path: Path, **said: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | said), encoding="utf-8")


def test_what_does_not_belong_together_is_left_out_with_the_remedy(project, compared, hackgen):
    (project / "runs" / "same" / "best.pt").write_text("other weights", encoding="utf-8")
    damage(project / "runs" / "good" / "report.json", score=0.99)
    table = compared(project)
    assert "same/report.json is not of best.pt beside it" in table["left_out"]["same"]
    assert "good/report.json says accuracy 0.99" in table["left_out"]["good"]
    assert [(entry["run"], entry["verdict"]) for entry in table["entries"]] == [("poor", "best")]
    (project / "runs" / "poor" / "predictions.npz").unlink()
    refused(hackgen("compare", str(project)), 1, "no full run is scored yet", "poor/predictions.npz is missing")


def test_before_any_training_it_says_what_to_run(project, hackgen):
    shutil.rmtree(project / "runs")
    refused(hackgen("compare", str(project)), 1, "python train.py makes one")
    made(project, "fresh", scored=False)
    refused(hackgen("compare", str(project)), 1, "no full run is scored yet", "python evaluate.py fresh")
    refused(hackgen("compare", str(project.parent)), 1, "is no project that hackgen made")


def test_the_published_run_stands_for_itself_where_its_run_is_not_here(project, compared):
    shutil.copytree(project / "runs" / "good", project / "published")
    assert "published" not in [entry["run"] for entry in compared(project)["entries"]]
    shutil.rmtree(project / "runs" / "good")
    assert [entry["run"] for entry in compared(project)["entries"]] == ["published", "same", "poor"]


def test_a_teammates_runs_come_from_another_clone(project, tmp_path, compared, hackgen):
    clone = made_up(tmp_path / "bo")
    made(clone, "better", right=0.99, valid=0.98)
    made(clone, "elsewhere", data="other")
    shutil.copytree(project / "runs" / "good", clone / "runs" / "good")  # the same weights: one run
    table = compared(project, "--with", str(clone))
    assert [(entry["run"], entry["verdict"]) for entry in table["entries"]][:2] == [
        ("bo/better", "best"),
        ("good", "worse"),
    ]
    assert len(table["entries"]) == 4 and table["left_out"] == {"bo/elsewhere": "other data"}
    refused(hackgen("compare", str(project), "--with", str(tmp_path)), 1, "is no project that hackgen made")


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@b", "-c", "commit.gpgSign=false"]
    return subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True).stdout


def test_a_project_of_version_01_works(project, hackgen):
    for config in project.glob("runs/*/config.json"):
        said = json.loads(config.read_text(encoding="utf-8"))
        config.write_text(json.dumps({key: value for key, value in said.items() if key != "contract"}), "utf-8")
    readme = project / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(text.replace("hackgen compare --publish -->", "compare.py --publish -->"), encoding="utf-8")
    assert hackgen("compare", str(project), "--publish").returncode == 0
    assert "| good (cnn) |" in readme.read_text(encoding="utf-8")


def test_two_people_who_publish_resolve_by_publishing_again(project, tmp_path, hackgen):
    git(project, "init", "--quiet", "--initial-branch=main")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message=start")
    git(tmp_path, "clone", "--quiet", str(project), "bo")
    shutil.copytree(project / "runs", tmp_path / "bo" / "runs")
    for person, valid in ((project, 0.95), (tmp_path / "bo", 0.99)):
        made(person, f"of-{person.name}", right=valid, valid=valid)
        shutil.copytree(person / "runs" / f"of-{person.name}", person / "published")
        assert hackgen("compare", str(person), "--publish").returncode == 0
        git(person, "add", "--all")
        git(person, "commit", "--quiet", "--message=publish")
    git(project, "pull", "--quiet", "--no-rebase", str(tmp_path / "bo"), "main")
    assert "AA published/report.json" in git(project, "status", "--porcelain")
    for path in [*(project / "published").glob("*.json"), project / "comparison" / "comparison.json"]:
        json.loads(path.read_text(encoding="utf-8"))  # kept whole: no marks of a conflict in them
    done = hackgen("compare", str(project), "--publish")
    assert done.returncode == 0 and "after a merge conflict in them publish again" in done.stdout
    assert "<<<<" not in (project / "README.md").read_text(encoding="utf-8")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message=merged")
    assert git(project, "status", "--porcelain") == ""


@pytest.mark.parametrize(("low", "high"), [(0.9, 0.95), (0, 1), (123, 4567), (1e-4, 3e-4), (-2, 1.5)])
def test_an_axis_has_a_few_round_numbers(low, high):
    found = ticks(low, high)
    assert 3 <= len(found) <= 7 and low <= found[0] and found[-1] <= high


def test_runs_of_another_framework_or_other_data_still_show(hackgen, tmp_path):
    project = made_up(tmp_path / "p")
    made(project, "before", right=0.8, valid=0.8)
    record = (project / RECORD).read_text(encoding="utf-8")
    (project / RECORD).write_text(record.replace('"pytorch"', '"jax"'), encoding="utf-8")  # as `hackgen switch` does
    run = made(project, "after", "mlp", right=0.9, valid=0.9)
    facts = (run / "config.json").read_text(encoding="utf-8")
    (run / "config.json").write_text(facts.replace('"pytorch"', '"jax"'), encoding="utf-8")
    made(project, "own", right=0.9, valid=0.9, data="other data", scored=False)
    shown = hackgen("compare", str(project), "--run", "before", "--run", "after").stdout
    assert re.search(r"after .*\n.*framework jax", shown) and re.search(r"before .*\n.*framework pytorch", shown)
    shown = hackgen("compare", str(project)).stdout
    assert all(name in shown for name in ("before", "after", "own"))
    made(project, "published", right=0.7, valid=0.7)
    hackgen("cards", str(project))
    card = (project / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert re.search(r"[Ff]ramework.*pytorch", card) and not re.search(r"[Ff]ramework.*jax", card)
