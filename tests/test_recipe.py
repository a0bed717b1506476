"""templates/README.md says how to add parts: each recipe, followed to the letter, gives a project that works."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hackgen.errors import Misuse
from hackgen.making.choice import Answers, choices, choose, settled
from hackgen.making.compose import plan
from hackgen.making.extras import extras
from hackgen.parts import TEMPLATES
from projects import generate, run

FRAMEWORKS = ("pytorch", "lightning", "jax", "keras")
HACKGEN = Path(__file__).parent.parent / "generator"


def followed(what: str, root: Path) -> list[str]:
    """Write the files of a recipe, "How to add <what>", into a copy of the templates at `root`; returns their paths."""
    shutil.copytree(TEMPLATES, root)
    readme = (root / "README.md").read_text(encoding="utf-8")
    recipe = readme.split(f"## How to add {what}\n")[1].split("\n## How to")[0]
    files = re.findall(r"^`(\S+/[^`]+)`\n\n```\w+\n(.*?)^```", recipe, re.MULTILINE | re.DOTALL)
    for path, content in files:
        assert not (root / path).exists()
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return [path for path, _ in files]


def is_clean(project: Path) -> bool:
    commands = (["check", "--quiet"], ["format", "--check", "--quiet"])
    done = [subprocess.run([sys.executable, "-m", "ruff", *words, "."], cwd=project) for words in commands]
    return not any(command.returncode for command in done)


@pytest.mark.slow
def test_the_recipe_for_a_model_works(tmp_path: Path) -> None:
    root = tmp_path / "templates"
    before = {choice.label for choice in choices()}
    assert len(followed("a model", root)) == 2
    added = {choice.label for choice in choices(root)} - before
    assert added == {f"image-classification/{framework}/linear" for framework in ("pytorch", "lightning")}
    project = generate(tmp_path / "p", root, task="image-classification", models=("linear",))
    run(project, "train.py", "--smoke").ok()
    run(project, "evaluate.py").ok()
    run(project, "check.py").ok()
    assert is_clean(project)


@pytest.mark.slow
def test_the_recipe_for_a_task_works(tmp_path: Path) -> None:
    root = tmp_path / "templates"
    assert len(followed("a task", root)) == 5
    fitting = {choice.framework.name for choice in choices(root) if choice.task.name == "signal-regression"}
    assert fitting == set(FRAMEWORKS)
    project = generate(tmp_path / "p", root, task="signal-regression", event="E")
    run(project, "train.py", "--smoke", "--out", "smoke").ok()
    run(project, "train.py", "--out", "full").ok()
    assert "beaten by the model" in run(project, "evaluate.py", "--publish").ok().out
    run(project, "check.py").ok()
    (tmp_path / "new.csv").write_text(",".join(["0.5"] * 64) + "\n", encoding="utf-8")
    assert "signal 1" in run(project, "predict.py", str(tmp_path / "new.csv")).ok().out
    (tmp_path / "short.csv").write_text("1,2\n", encoding="utf-8")
    run(project, "predict.py", str(tmp_path / "short.csv")).refused(1, "64 steps")
    rows = "".join(",".join(str(row + step) for step in range(65)) + "\n" for row in range(60))
    (tmp_path / "own.csv").write_text(rows, encoding="utf-8")
    run(project, "train.py", "--smoke", "--data", str(tmp_path / "own.csv")).ok()
    assert is_clean(project)


def test_an_extra_says_that_it_has_nothing_for_a_new_kind_of_task(tmp_path: Path) -> None:
    root = tmp_path / "templates"
    followed("a task", root)
    for extra in extras(root):
        serves = "kinds" not in extra.card
        if not serves:
            with pytest.raises(Misuse, match=f"{extra.name} has nothing for signal-to-number yet"):
                choose(Answers(task="signal-regression", extras=(extra.name,)), root)
        names = [part.name for part in choose(Answers(task="signal-regression", event="E"), root).extras]
        assert (extra.name in names) == serves


@pytest.fixture
def own_hackgen(tmp_path: Path):
    """A hackgen with templates of its own, as a function of words for the command line."""
    shutil.copytree(HACKGEN, tmp_path / "lib" / "hackgen", ignore=shutil.ignore_patterns("__pycache__"))

    def called(*words: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(tmp_path / "lib"), "PYTHONUTF8": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "hackgen", *words], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return called


@pytest.mark.slow  # four processes of a hackgen of its own
def test_data_of_ones_own_meet_a_new_task_without_a_traceback(tmp_path: Path, own_hackgen) -> None:
    """A new task reads nothing that hackgen brings; a copy of one under another name reads what the original does."""
    templates = tmp_path / "lib" / "templates"
    followed("a task", templates)
    shutil.copytree(templates / "tasks" / "tabular-regression", templates / "tasks" / "house-prices")
    rows = "".join(f"{row % 7},{row * 3 % 11},{row * 1.5 + 0.25}\n" for row in range(80))
    (tmp_path / "homes.csv").write_text("rooms,floor,price\n" + rows, encoding="utf-8")
    new = ("new", "p", "--yes", "--no-git", "--data", "homes.csv")

    assert "signal-regression" in own_hackgen("list").stdout
    assert own_hackgen("inspect", "homes.csv").returncode == 0
    done = own_hackgen(*new, "--task", "signal-regression")
    assert done.returncode == 2 and "signal-regression" in done.stderr and "leave out --data" in done.stderr
    done = own_hackgen(*new, "--task", "house-prices", "--target", "price")
    assert done.returncode == 0, done.stderr
    schema = (tmp_path / "p" / "data" / "schema.toml").read_text(encoding="utf-8")
    assert 'target = "price"' in schema and (tmp_path / "p" / "data" / "homes.csv").is_file()


@pytest.mark.slow
def test_the_recipe_for_an_extra_works(tmp_path: Path) -> None:
    root = tmp_path / "templates"
    assert len(followed("an extra", root)) == 3
    project = generate(tmp_path / "p", root, event="E")
    assert "## Stopwatch" in (project / "README.md").read_text(encoding="utf-8")
    assert "00:00" in run(project, "stopwatch.py", "0.001").ok().out
    run(project, "stopwatch.py", "soon").refused(2, "minutes")
    assert is_clean(project)


def test_the_recipe_for_a_language_works(tmp_path: Path) -> None:
    root = tmp_path / "templates"
    assert len(followed("a language", root)) == 1
    answers = Answers(title="A test", lang="de")
    choice = choose(answers, root)
    readme = plan(choice, settled(answers, choice))["README.md"].decode()
    assert "## Lizenz" in readme and "## Results" in readme
