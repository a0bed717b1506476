"""`hackgen add, remove, switch`: the project is what `hackgen new` makes for the other answers, and works on."""

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import Run, contents, refused
from hackgen.archive import ARCHIVE, RECORD
from hackgen.making.choice import Answers, choose
from hackgen.making.extras import offered
from hackgen.parts import TEMPLATES, models
from lived import born, committed, fresh, git, snapshot, works
from PIL import Image
from projects import run
from test_budgets import OWN

IMAGES, TEXTS = "image-classification", "text-classification"


def test_other_models_and_extras_make_the_project_of_the_other_answers(hackgen: Run, tmp_path: Path) -> None:
    project = born(tmp_path / "p", task=TEXTS, models=("cnn",), author="A")
    for words in (
        ("add", "model", "lstm", "transformer"),
        ("add", "demo"),
        ("add", "kickoff", "--hours", "24", "--team", "Ada, Bo"),
        ("remove", "model", "cnn"),
        ("remove", "demo"),
        ("switch", "--title", "Another", "--lang", "zh"),
    ):
        done = hackgen(*words, cwd=project)
        assert done.returncode == 0 and "undo: git restore" in done.stdout, done.stderr
        committed(project)
    last = {"extras": ("cards", "checklist", "compare", "kickoff"), "models": ("lstm", "transformer"), "hours": 24}
    last |= {"team": ("Ada", "Bo"), "title": "Another", "lang": "zh", "author": "A"}
    assert contents(project) == fresh(task=TEXTS, **last)
    assert hackgen("switch", "--event", "Our day", cwd=project).returncode == 0
    assert contents(project) == fresh(task=TEXTS, **last | {"event": "Our day", "extras": None})


def test_what_the_team_changed_is_kept_or_refused_by_name(hackgen: Run, tmp_path: Path) -> None:
    project = born(tmp_path / "p", models=("cnn", "mlp"), extras=("demo",))
    config = (project / "config.py").read_text(encoding="utf-8")
    (project / "config.py").write_text(re.sub(r"(    seed: int = )\d+", r"\g<1>7", config), encoding="utf-8")
    (project / "notebook.py").write_text("from models import mlp\nimport demo\n", encoding="utf-8")
    (project / "later.py").write_text("import_module('models.mlp')\n", encoding="utf-8")
    with open(project / "demo_page.py", "a", encoding="utf-8") as file:
        file.write("# ours\n")
    committed(project)
    before = snapshot(project)
    refused(hackgen("remove", "demo", cwd=project), 1, "you changed demo_page.py")
    refused(hackgen("remove", "model", "mlp", cwd=project), 1, "later.py, notebook.py imports models.mlp")
    assert snapshot(project) == before
    done = hackgen("add", "model", "transformer", cwd=project)
    assert done.returncode == 0 and "merged      config.py" in done.stdout
    text = (project / "config.py").read_text(encoding="utf-8")
    assert "    seed: int = 7" in text and "class Transformer(Config)" in text
    assert (project / "models" / "transformer.py").is_file()


def test_what_cannot_be_added_removed_or_switched_is_one_line(hackgen: Run, tmp_path: Path) -> None:
    project = born(tmp_path / "p", models=("cnn",))
    before = snapshot(project)
    for words, *told in [
        (("add", "model", "lstm"), 'model "lstm" does not fit image-classification'),
        (("add", "model", "cnn"), "has the model cnn already"),
        (("add", "model"), "name the model"),
        (("add", "transformer"), 'no extra "transformer"', "model NAME"),
        (("add", "dem"), 'did you mean "demo"?'),
        (("add", "cards"), "has the extra cards already"),
        (("add", "demo", "--hours", "24"), "--hours is for the extra kickoff"),
        (("add", "kickoff", "--hours", "7"), "no hours 7"),
        (("remove", "kickoff"), "has no extra kickoff"),
        (("remove", "model", "mlp"), "has no model mlp"),
        (("remove", "model", "cnn"), "a project needs a model"),
        (("switch",), "say what to switch"),
        (("switch", "--hours", "24"), "--hours is for the extra kickoff"),
        (("switch", "--framework", "torch"), 'no framework "torch"'),
        (("switch", "--target", "x"), "--target means nothing"),
    ]:
        refused(hackgen(*words, cwd=project), 2, *told)
    refused(hackgen("switch", "--data", "missing.csv", cwd=project), 1, "missing.csv")
    other = str(OWN["tabular-classification"](tmp_path))
    fits = f"what fits: hackgen new --data {other} --task tabular-classification"
    refused(hackgen("switch", "--data", other, cwd=project), 2, fits)
    refused(hackgen("add", "demo", "--project", str(tmp_path)), 1, "no project that hackgen made")
    assert snapshot(project) == before
    table = born(tmp_path / "table", task="tabular-classification")  # whose sample has columns as well
    for words in (("--target", "x"), ("--group", "x"), ("--time", "x"), ("--no-copy",), ("--size", "30")):
        refused(hackgen("switch", *words, cwd=table), 2, words[0], "without data of your own")


def test_many_pictures_of_a_folder_are_counted_not_listed(hackgen: Run, tmp_path: Path) -> None:
    for number in range(60):
        path = tmp_path / "photos" / ("cat", "dog")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), number).save(path)
    project = born(tmp_path / "p", task="image-classification")
    done = hackgen("switch", "--data", str(tmp_path / "photos"), "--dry-run", cwd=project)
    assert re.search(r"(?m)^new +data/photos/cat/ \(30 files\)$", done.stdout) and ".png" not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("task", sorted(OWN))
def test_from_the_sample_to_own_data_and_back(task: str, hackgen: Run, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    data = str(OWN[task](tmp_path / "own"))
    project = born(tmp_path / "p", task=task)
    sample = contents(project)
    done = hackgen("switch", "--data", data, "--dry-run", cwd=project)
    assert done.returncode == 0 and "nothing was written" in done.stdout and contents(project) == sample
    done = hackgen("switch", "--data", data, cwd=project)
    assert done.returncode == 0 and "tracked, so that a clone trains" in done.stdout, done.stderr
    assert contents(project) == fresh(task=task, data=data)
    assert git(project, "diff", "--name-only") == "" and git(project, "ls-files", "--others") == ""
    git(committed(project), "clone", "--quiet", ".", str(tmp_path / "clone"))
    works(tmp_path / "clone")
    assert hackgen("update", cwd=project).stdout.startswith("nothing to do")
    done = hackgen("switch", "--data", "", cwd=project)
    assert done.returncode == 0 and "stays, though nothing reads it now" in done.stdout
    copies = {path for path in contents(project) if path not in sample}
    assert all(path.startswith("data/") for path in copies)
    assert {path: content for path, content in contents(project).items() if path not in copies} == sample


@pytest.mark.parametrize(("outside", "earlier"), [(False, ""), (True, ""), (True, "its $other place\n")])
def test_data_that_lie_here_or_stay_outside_are_never_at_risk(
    outside: bool, earlier: str, hackgen: Run, tmp_path: Path
) -> None:
    project = born(tmp_path / "p", task="tabular-classification")
    (project / "data").mkdir(exist_ok=True)
    if earlier:
        (project / "data" / "location.txt").write_text(earlier, encoding="utf-8")
    data = OWN["tabular-classification"](tmp_path if outside else project / "data")
    before = snapshot(project)
    done = hackgen("switch", "--data", str(data), *["--no-copy"] * outside, cwd=project)
    if outside:
        assert done.returncode == 0 and (project / "data/location.txt").read_text(encoding="utf-8").strip() == str(data)
        assert "location.txt" not in git(project, "ls-files")
    else:
        assert done.returncode == 0 and re.search(r"left alone +data/table.csv +.*git add it", done.stdout)
    undo = next(line for line in done.stdout.splitlines() if line.startswith("undo: "))
    subprocess.run(undo.removeprefix("undo: "), shell=True, check=True, cwd=project)
    assert snapshot(project) == before


@pytest.mark.slow
def test_another_framework_replaces_what_is_untouched_and_merges_no_code(hackgen: Run, tmp_path: Path) -> None:
    project = born(tmp_path / "p", models=("cnn", "mlp"))
    with open(project / "README.md", "a", encoding="utf-8") as file:
        file.write("\nOurs.\n")
    committed(project)
    assert hackgen("switch", "--framework", "tensorflow", cwd=project).returncode == 0
    wanted = fresh(models=("cnn", "mlp"), framework="keras", backend="tensorflow")
    wanted |= {"README.md": wanted["README.md"] + b"\nOurs.\n"}
    assert contents(project) == wanted
    works(committed(project))
    with open(project / "models" / "cnn.py", "a", encoding="utf-8") as file:
        file.write("# ours\n")
    git(project, "mv", "net.py", "network.py")
    with open(project / "network.py", "a", encoding="utf-8") as file:
        file.write("# ours\n")
    committed(project)
    before = snapshot(project)
    done = hackgen("switch", "--framework", "jax", cwd=project)
    refused(done, 1, "you changed models/cnn.py, network.py", "nothing was written")
    assert snapshot(project) == before
    line = done.stderr.strip().partition("beside it: hackgen ")[2]
    assert hackgen(*line.split(), "--yes", cwd=project).returncode == 0
    beside, wanted = contents(tmp_path / "p-jax"), fresh(models=("cnn", "mlp"), framework="jax")
    assert beside | dict.fromkeys((RECORD, ARCHIVE)) == wanted | dict.fromkeys((RECORD, ARCHIVE))


@pytest.mark.slow
def test_train_names_the_line_that_adds_a_model_and_nothing_takes_anothers_run(hackgen: Run, tmp_path: Path) -> None:
    project = born(tmp_path / "p", task="tabular-classification", models=("mlp",))
    run(project, "train.py", "--model", "transformer").refused(2, "hackgen add model transformer")
    run(project, "train.py", "--model", "transfomer").refused(2, "no model transfomer here; use mlp")
    run(project, "train.py", "--smoke", "--out", "first").ok()
    shutil.copytree(project / "runs" / "first", project / "published")
    header = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)"
    (project / "new.csv").write_text(f"{header}\n5.1,3.5,1.4,0.2\n", encoding="utf-8")
    run(project, "predict.py", "new.csv").ok()
    committed(project)
    data = OWN["tabular-classification"](tmp_path)
    assert hackgen("switch", "--data", str(data), cwd=project).returncode == 0
    for words in (("predict.py", "new.csv"), ("evaluate.py",)):
        told = "is a run of project data 'data/iris.csv'", "this project has data/", "train again"
        run(project, *words).refused(1, *told)
    run(project, "predict.py", "new.csv", "--run", "first").ok()
    committed(project)
    assert hackgen("switch", "--framework", "jax", cwd=project).returncode == 0
    shutil.rmtree(project / "runs")
    for words in (("predict.py", "new.csv"), ("evaluate.py",)):
        run(project, *words).refused(1, "published is a run of framework 'pytorch'; this project has jax")


@pytest.mark.slow
@pytest.mark.parametrize("task", [IMAGES, TEXTS])
def test_after_each_extra_and_model_the_project_works(task: str, hackgen: Run, tmp_path: Path) -> None:
    choice = choose(Answers(task=task))
    known = [model.name for model in models(choice.task, choice.framework)]
    extras = tuple(sorted(extra.name for extra in offered(choice.task["kind"], TEMPLATES)))
    project = born(tmp_path / "p", task=task, models=(known[0],), extras=())
    for extra in extras:
        done = hackgen("add", extra, cwd=project)
        assert done.returncode == 0 or "already" in done.stderr, done.stderr  # another one needs it
        committed(project)
    for last, name in pairwise(known):
        assert hackgen("add", "model", name, cwd=project).returncode == 0
        assert contents(committed(project)) == fresh(task=task, models=(last, name), extras=extras)
        assert hackgen("remove", "model", last, cwd=project).returncode == 0
        assert contents(committed(project)) == fresh(task=task, models=(name,), extras=extras)
    works(project, whole=True)
