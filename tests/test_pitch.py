"""A project seen from outside: found, its runs read and believed or not, its own code asked, its texts translated."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hackgen.errors import Misuse, Problem
from hackgen.parts import read_toml
from hackgen.pitch import pages, project, runs
from made_up import made
from made_up import project as made_up

WORDS = project.HERE / "words"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = made_up(tmp_path_factory.mktemp("pitch") / "p")
    made(root, "good", right=0.93, valid=0.94)
    made(root, "poor", model="mlp", right=0.8, valid=0.81)
    return root


@pytest.fixture
def here(trained: Path, tmp_path: Path) -> project.Project:
    return project.find(Path(shutil.copytree(trained, tmp_path / "p")))


def test_a_project_is_found_from_inside_and_anything_else_refused_in_one_line(trained, tmp_path):
    assert project.find(trained / "runs" / "good").root == project.find(trained).root == trained.resolve()
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(Problem, match=r"is no project that hackgen made: there is no .hackgen.toml"):
            project.find(place)
    (tmp_path / ".hackgen.toml").write_text('version = "0.1.0"\n', encoding="utf-8")
    with pytest.raises(Problem, match=r"has no table .answers."):
        project.find(tmp_path)
    with pytest.raises(Misuse, match=r"--python nonsense is no Python"):
        project.find(trained, "nonsense")


def test_help_and_status_import_nothing_that_is_slow():
    code = (
        "import sys; from hackgen.cli import cli; import hackgen.pitch.plan\n"
        "print({'numpy', 'pandas', 'pptx', 'matplotlib', 'duckdb', 'rich', 'questionary'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"


def test_the_projects_own_python_runs_its_code(here, monkeypatch):
    own = here.root / ".venv" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.write_text("", encoding="utf-8")
    assert here.interpreter == str(own)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    assert project.find(here.root, "python").interpreter != str(own)
    assert project.find(here.root, sys.prefix).interpreter.startswith(sys.prefix)
    with pytest.raises(Problem, match=r"python does not start"):
        here.ask("judge", [])


def test_the_best_run_is_the_best_on_valid_among_runs_like_the_newest(here):
    assert runs.best(here).name == "good"
    made(here.root, "fresh", scored=False, valid=0.95)
    made(here.root, "nan", scored=False, valid=float("inf"))
    made(here.root, "smoke", smoke=True, valid=0.99)
    assert runs.best(here).name == "fresh"
    left_out = runs.survey(here)[1]
    assert left_out["smoke"] == "a smoke run" and "no number" in left_out["nan"]
    shutil.rmtree(here.runs)
    assert runs.best(here) is None


def damage(path: Path, **said: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | said), encoding="utf-8")


def test_runs_of_another_version_or_task_and_damaged_ones_are_left_out_with_the_reason(here):
    made(here.root, "newer", valid=0.99)
    damage(here.runs / "newer" / "config.json", contract=2)
    made(here.root, "other", valid=0.99)
    damage(here.runs / "other" / "config.json", task="text-generation")
    made(here.root, "meta")
    (here.runs / "meta" / "meta.json").write_text("{", encoding="utf-8")
    made(here.root, "report")
    (here.runs / "report" / "report.json").write_text("[]", encoding="utf-8")
    made(here.root, "begun")
    (here.runs / "begun" / "history.csv").write_text("epoch,kept\n", encoding="utf-8")
    known, left_out = runs.survey(here)
    assert [run.name for run in known] == ["good", "poor"]
    for name, why in {
        "newer": "from another version of hackgen (contract 2)",
        "other": "is a run of task 'text-generation'; this project's task is 'image-classification'",
        "meta": "meta.json is damaged",
        "report": "it does not begin with a brace",
        "begun": "python train.py --resume begun",
    }.items():
        assert why in left_out[name], left_out[name]


def test_a_report_from_before_training_went_on_counts_as_none(here):
    made(here.root, "went-on", valid=0.9, valid_score=0.8)
    assert runs.read(here, here.runs / "went-on").report is None


def test_a_report_is_believed_only_with_its_own_weights_and_predictions(here):
    folder = here.runs / "good"
    (judged,) = here.ask("judge", [str(folder)])
    runs.agree(here, folder, judged)
    assert len(runs.intact(here, folder)["target"]) == 400
    damage(folder / "report.json", score=0.99)
    with pytest.raises(Problem, match=r"good/report.json says accuracy 0.99, its pred.* 0.9.*evaluate.py good"):
        runs.agree(here, folder, judged)
    damage(folder / "report.json", baseline={"name": "x"})
    with pytest.raises(Problem, match=r'missing or wrong in it: "baseline"'):
        runs.report(here, folder)
    other = here.runs / "poor"
    (other / "best.pt").write_text("other weights", encoding="utf-8")
    with pytest.raises(Problem, match=r"poor/report.json is not of best.pt beside it"):
        runs.intact(here, other)
    (other / "predictions.npz").write_bytes(b"PK")
    with pytest.raises(Problem, match=r"predictions.npz is damaged"):
        runs.predictions(here, other)
    np.savez(other / "predictions.npz", id=[1])
    with pytest.raises(Problem, match=r'"output"'):
        runs.predictions(here, other)
    (other / "predictions.npz").unlink()
    with pytest.raises(Problem, match=r"predictions.npz is missing; score it again: python evaluate.py poor"):
        runs.predictions(here, other)


def test_what_the_projects_code_prints_or_breaks_is_no_answer(here):
    metrics = here.root / "metrics.py"
    metrics.write_text("print('hello')\n" + metrics.read_text(encoding="utf-8"), encoding="utf-8")
    better, worse = here.ask("judge", [str(here.runs / "good"), str(here.runs / "poor")])
    assert better["difference"] is None and worse["difference"][1] < 0 and 0.7 < worse["score"] < better["score"]
    metrics.write_text("import nonsense_that_is_missing", encoding="utf-8")
    with pytest.raises(Problem, match=r"own code does not run: ModuleNotFoundError: No module named 'nonsense"):
        here.ask("judge", [])
    metrics.write_text("import os\nos._exit(3)", encoding="utf-8")
    with pytest.raises(Problem, match=r"ended early .exit code 3"):
        here.ask("judge", [])


def test_regions_are_refreshed_and_the_rest_stays(tmp_path):
    page = tmp_path / "README.md"
    page.write_text("above\n# a: of YAML\n# end of a\n<!-- b: by x -->\n\nold\n\n<!-- end of b -->\nbelow\n", "utf-8")
    assert pages.refresh(page, "b", "new\n") and not pages.refresh(page, "b", "new")
    assert pages.refresh(page, "a", "yes: 1") and pages.section(page, "a") == "yes: 1"
    assert page.read_text(encoding="utf-8") == (
        "above\n# a: of YAML\n\nyes: 1\n\n# end of a\n<!-- b: by x -->\n\nnew\n\n<!-- end of b -->\nbelow\n"
    )
    with pytest.raises(Problem, match=r"README.md has lost its marks.* <!-- c --> <!-- end of c -->"):
        pages.section(page, "c")
    page.write_bytes(b"one\ntwo \xff\n")
    with pytest.raises(Problem, match=r"README.md, line 2: this is not UTF-8"):
        pages.text_of(page)
    page.unlink()
    with pytest.raises(Problem, match=r"README.md is missing; git checkout -- README.md"):
        pages.text_of(page)


def test_a_mistake_in_toml_is_named_with_its_line(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text('a = 1\n\n[[gates]]\nid = "x"\n\n[[gates]]\nid = "y"\nlist = [\n  "one",\n  "two",\n]\n', "utf-8")
    assert [pages.line(path, "a"), pages.line(path, "id", "gates", 1), pages.line(path, "list", "gates", 1, "two")] == [
        1,
        7,
        10,
    ]
    path.write_text("a = 1\nb = [", "utf-8")
    with pytest.raises(Problem, match=r"plan.toml is damaged: .* line 2.*git checkout -- plan.toml"):
        pages.read_toml(path)


@pytest.mark.parametrize("page", sorted(path.name for path in (WORDS / "en").glob("*.toml")))
def test_every_text_is_translated_with_the_same_blanks(page):
    english = read_toml(WORDS / "en" / page)
    for folder in WORDS.iterdir():
        own = read_toml(folder / page)
        assert own.keys() == english.keys(), folder.name
        for key, text in english.items():
            assert set(re.findall(r"\{(\w*)", text)) == set(re.findall(r"\{(\w*)", own[key])), (folder.name, key)


def test_what_a_killed_write_left_goes_with_the_next_write(tmp_path: Path) -> None:
    for name, age in (("a.md.7.tmp", 0), ("a.md.8.tmp", None), ("notes.tmp", 0)):  # another may be at work right now
        (tmp_path / name).touch()
        if age is not None:
            os.utime(tmp_path / name, (age, age))
    pages.write(tmp_path / "a.md", "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.md", "a.md.8.tmp", "notes.tmp"]
