"""What a framework must provide: the table in templates/README.md holds for all, and is enough for a new one."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hackgen.making.choice import choices
from hackgen.parts import TEMPLATES, Part, tasks, tomllib
from PIL import Image
from projects import generate, run

FRAMEWORKS = sorted(folder.name for folder in (TEMPLATES / "frameworks").iterdir())
TOY = Path(__file__).parent / "toy_framework"


def contract(root: Path) -> list[tuple[str, list[str]]]:
    """The rows of README's table: a file, and the names that it must define."""
    recipe = (root / "README.md").read_text(encoding="utf-8").split("## How to add a framework")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \|", recipe, re.MULTILINE)
    return [(file, re.findall("`([^`]+)`", names)) for file, names in rows]


def defined(file: Path) -> set[str]:
    """The names that a file defines: keys of a card, or functions and constants of a module."""
    if file.suffix == ".toml":
        card = tomllib.loads(file.read_text(encoding="utf-8"))
        return set(card) | {f"config.{name}" for name in card.get("config", {})}
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):  # also of several at once
            found = [name for target in node.targets for name in ast.walk(target)]
            names |= {name.id for name in found if isinstance(name, ast.Name)}
    return names


def lacks(root: Path, framework: str) -> list[str]:
    """Each piece of the table that a framework has neither itself nor from the one it builds on."""
    below = Part(root / "frameworks" / framework).card.get("models_from", framework)
    targets = {task["kind"].partition("-to-")[2] for task in tasks(root)}
    cards = [Part(card.parent) for card in sorted(root.glob("models/*/*/part.toml"))]
    models = [part.folder.relative_to(root).as_posix() for part in cards if "optional" not in part.card]
    missing = []
    for row, names in contract(root):
        files = [row.replace("<target>", target) for target in sorted(targets)] if "<target>" in row else [row]
        if row.startswith("models/"):
            files = [f"{model}/with_<f>.py" for model in models if not (root / model / "with_any.py").is_file()]
        for file in files:
            places = [root / file.replace("<f>", name) for name in dict.fromkeys((framework, below))]
            found = [defined(place) for place in places if place.is_file()]
            known = set().union(*found) if file.endswith(".toml") else set(found[0] if found else ())
            if not found:
                missing.append(file.replace("<f>", framework))
            else:
                missing += [f"{name} of {file.replace('<f>', framework)}" for name in names if name not in known]
    return missing


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_no_framework_lacks_a_piece(framework: str) -> None:
    assert not lacks(TEMPLATES, framework)


def test_the_table_has_all_that_others_call() -> None:
    """What base, tasks and extras call in a framework's files stands in the table."""
    listed = {(Path(file).stem, name.partition(".")[0]) for file, names in contract(TEMPLATES) for name in names}
    called = set()
    for folder in ("base", "shared", "tasks", "extras"):
        for file in (TEMPLATES / folder).rglob("*.py"):
            code = file.read_text(encoding="utf-8")
            imported = set(re.findall(r"^\s*import (net|train|loss)$", code, re.MULTILINE))
            calls = re.findall(r"(?<![\w.])(net|train|loss)\.([A-Za-z]\w*)", code)
            called |= {(module, name) for module, name in calls if module in imported and name != "py"}
            for module, names in re.findall(r"^\s*from (net|train|loss) import ([^#\n]+)", code, re.MULTILINE):
                called |= {(module, name) for name in names.strip().split(", ")}
    assert {("net", "outputs"), ("train", "fit"), ("loss", "continue_text")} <= called <= listed


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(TEMPLATES, tmp_path_factory.mktemp("copied") / "templates")


@pytest.mark.parametrize(
    ("framework", "file", "old", "named"),
    [
        ("jax", "frameworks/jax/base/net.py", "parameter_count(", "parameter_count of frameworks/jax/base/net.py"),
        ("keras", "frameworks/keras/base/train.py", "def fresh(", "fresh of frameworks/keras/base/train.py"),
        ("lightning", "frameworks/pytorch/base/net.py", "BEST, LAST =", "LAST of frameworks/lightning/base/net.py"),
        ("pytorch", "frameworks/pytorch/part.toml", "precision = ", "config.precision of frameworks/pytorch"),
        (
            "keras",
            "frameworks/keras/targets/tokens/loss.py",
            "def continue_text(",
            "continue_text of frameworks/keras/targets/tokens/loss.py",
        ),
        ("lightning", "frameworks/pytorch/targets/class/loss.py", "", "frameworks/lightning/targets/class/loss.py"),
        ("jax", "frameworks/jax/targets/image/train.py", "", "frameworks/jax/targets/image/train.py"),
        ("jax", "models/image-to-class/cnn/with_jax.py", "", "models/image-to-class/cnn/with_jax.py"),
    ],
)
def test_a_piece_that_is_taken_away_is_named(copied: Path, framework: str, file: str, old: str, named: str) -> None:
    path = copied / file
    text = path.read_text(encoding="utf-8")
    if old:
        assert text.count(old) == 1
        path.write_text(text.replace(old, re.sub(r"(\w+)(\W*)$", r"un\1\2", old)), encoding="utf-8")
    else:
        path.unlink()
    found = lacks(copied, framework)
    path.write_text(text, encoding="utf-8")
    assert len(found) == 1 and found[0].startswith(named)


@pytest.mark.slow
def test_the_table_is_enough_for_a_new_framework(tmp_path: Path) -> None:
    root = tmp_path / "templates"
    shutil.copytree(TEMPLATES, root)
    before = {choice.label for choice in choices(root)}
    shutil.copytree(TOY, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("ruff.toml"))
    assert {choice.label for choice in choices(root)} - before == {
        "image-classification/numpy/linear",
        "tabular-classification/numpy/boosting",  # which any framework has
    }
    assert {Path(piece).name for piece in lacks(root, "numpy")} == {"loss.py", "train.py", "with_numpy.py"}
    project = generate(tmp_path / "p", root, framework="numpy")
    run(project, "train.py", "--smoke", "--out", "smoke").ok()
    run(project, "train.py", "--epochs", "2", "--out", "full").ok()
    run(project, "train.py", "--resume", "full", "--epochs", "3").ok()
    run(project, "evaluate.py", "--publish").ok()
    Image.new("L", (20, 30), 99).save(tmp_path / "grey.png")
    run(project, "predict.py", str(tmp_path / "grey.png")).ok()
    run(project, "check.py").ok()
    run(project, "train.py", "--device", "gpu").refused(2, "--device gpu")
    for words in (["pytest", "-q"], ["ruff", "check", "--quiet", "."]):
        done = subprocess.run([sys.executable, "-m", *words], cwd=project, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("framework", "least"), [("pytorch", "3.10"), ("keras", "3.10"), ("jax", "3.11")])
def test_pyproject_and_readme_name_the_python_that_is_needed(tmp_path: Path, framework: str, least: str) -> None:
    project = generate(tmp_path / "p", framework=framework)
    pyproject = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    assert pyproject["project"]["requires-python"] == f">={least}"
    assert f"Python {least} or newer" in (project / "README.md").read_text(encoding="utf-8")


COMMANDS = ("train.py", "evaluate.py one", "predict.py --run one 5.1,3.5,1.4,0.2", "check.py")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("framework", "package", "commands"),
    [
        ("pytorch", "torch", COMMANDS),
        ("lightning", "lightning", ("train.py",)),  # what answers is plain PyTorch
        ("jax", "jax", COMMANDS),
        ("pytorch", "numpy", ("evaluate.py one",)),
    ],
)
def test_a_missing_package_is_one_line_that_names_the_remedy(
    tmp_path: Path, framework: str, package: str, commands: tuple[str, ...]
) -> None:
    project = generate(tmp_path / "p", task="tabular-classification", framework=framework)
    run(project, "train.py", "--smoke", "--out", "one").ok()
    (tmp_path / "without").mkdir()
    code = f"raise ModuleNotFoundError('No module named {package}', name='{package}')\n"
    (tmp_path / "without" / f"{package}.py").write_text(code, encoding="utf-8")
    for command in commands:
        environment = os.environ | {"PYTHONPATH": str(tmp_path / "without")}
        words = [sys.executable, *command.split()]
        done = subprocess.run(words, cwd=project, env=environment, capture_output=True, text=True)
        assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
        assert f"{package} is missing" in done.stderr and "pip install -e ." in done.stderr


# Makes a best checkpoint of weights that are no numbers, as a run leaves that went wrong after its last loss.
WITHOUT_NUMBERS = """
import numpy as np, runs, net
from config import FRAMEWORK
run, config, meta, _ = runs.find("one")
model = net.restore(run, config, meta)
if FRAMEWORK == "keras":
    model.set_weights([np.full_like(weight, np.nan) for weight in model.get_weights()])
    net.save_best(run, model, config)
elif FRAMEWORK == "jax":
    net.save(run / net.BEST, config, {name: value * np.nan for name, value in net.named(model).items()})
else:
    net.save(run / net.BEST, config, weights={name: value * np.nan for name, value in model.state_dict().items()})
"""
AS_TRANSFORMER = """
import common, dataclasses
from config import MODELS
path = common.RUNS / "one" / "config.json"
settings = dataclasses.asdict(MODELS["transformer"](epochs=1, batch_size=16, precision="float32"))
common.write_json(path, common.read_json(path) | settings)
"""


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_what_another_model_framework_or_version_left_is_refused(tmp_path: Path, framework: str) -> None:
    project = generate(
        tmp_path / "p", task="tabular-classification", framework=framework, models=("mlp", "transformer")
    )
    run(project, "train.py", "--smoke", "--epochs", "1", "--out", "one").ok()
    assert "one is done" in run(project, "train.py", "--resume", "one").ok().out  # nothing is left to do
    (project / "runs" / "one" / "history.csv").unlink()  # as if it was killed after its last save
    assert "one is done" in run(project, "train.py", "--resume", "one").ok().out
    config = project / "runs" / "one" / "config.json"
    settings = json.loads(config.read_text(encoding="utf-8"))

    run(project, "-c", AS_TRANSFORMER).ok()
    run(project, "evaluate.py", "one").refused(1, "best.", f"{framework}, mlp", "not of this run")
    run(project, "train.py", "--resume", "one").refused(1, "last.", f"{framework}, mlp", "not of this run")
    config.write_text(json.dumps(settings | {"framework": "abacus"}), encoding="utf-8")
    run(project, "evaluate.py", "one").refused(1, "framework 'abacus'", f"has {framework}")
    run(project, "train.py", "--resume", "one").refused(1, "framework 'abacus'", f"has {framework}")
    config.write_text(json.dumps(settings | {"model": "oracle"}), encoding="utf-8")
    run(project, "evaluate.py", "one").refused(1, "'oracle'", "mlp, transformer")
    config.write_text(json.dumps({k: v for k, v in settings.items() if k != "warmup"}), encoding="utf-8")
    run(project, "evaluate.py", "one").refused(1, "warmup", "another config.py")
    config.write_text(json.dumps(settings), encoding="utf-8")
    run(project, "evaluate.py", "one").ok()
    for kind, words in (("best.*", ("evaluate.py", "one")), ("last.*", ("train.py", "--resume", "one"))):
        (file,) = config.parent.glob(kind)
        whole = file.read_bytes()
        for size in (0, len(whole) // 2, len(whole) - 9):  # what a full disk or a broken copy leaves
            file.write_bytes(whole[:size])
            run(project, *words).refused(1, file.name, "damaged")
        file.write_bytes(whole)
    run(project, "-c", WITHOUT_NUMBERS).ok()
    for words in (("evaluate.py", "one"), ("predict.py", "5.1,3.5,1.4,0.2")):
        run(project, *words).refused(1, "best.", "no numbers", "--learning-rate")
