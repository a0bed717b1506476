"""Every project that hackgen offers is generated, linted, trained and evaluated."""

import json
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from extras_at_work import ABOUT, try_extras
from hackgen.making.choice import Choice, choices
from projects import files_of, generate, run
from selection import EVERYTHING, is_default, selected, thorough

EVERY = choices()
TRAINED = selected()
THOROUGH = thorough(TRAINED)
FIRST = {(choice.task.name, choice.framework.name): choice for choice in reversed(EVERY) if is_default(choice)}
TASKS = sorted({choice.task.name for choice in EVERY})
CONTRACT = """task framework backend model metric higher_is_better score ci95 baseline reference valid_score n_test
parameters train_seconds seed split_seed smoke checkpoint_sha256 data other_metrics""".split()
# What predict takes, by task: words for the command line, and standard input.
INPUTS = {
    "image-classification": ["{picture}"],
    "image-generation": ["4"],
    "tabular-classification": ["5.1,3.5,1.4,0.2"],
    "tabular-regression": ["59,2,32.1,101,157,93.2,38,4,4.8598,87"],
    "text-classification": ["what a wonderful way to spend an evening"],
    "text-generation": ["def main(", "--length", "40"],
    "time-series-forecasting": ["12"],
}


def name(choice: Choice) -> str:
    return choice.label.replace("/", "-").replace(":", "-")


def has_extras(choice: Choice) -> bool:
    """Whether all extras are tried: outside PyTorch, in which they have tests of their own."""
    return choice.framework.name != "pytorch" and choice in THOROUGH


def answers(choice: Choice) -> dict[str, object]:
    """What a project of the choice is made from."""
    named = {"task": choice.task.name, "framework": choice.framework.name, "backend": choice.backend}
    return named | {"models": (choice.models[0].name,)} | (ABOUT if has_extras(choice) else {})


def size(choice: Choice, offered: bool) -> list[str]:
    """Words for a smaller network and less to score, where the size that is offered takes minutes on text."""
    whole = offered or EVERYTHING or choice.task.name != "text-generation"
    few = ["--width", "32", "--depth", "1", "--context", "32"]  # compiled anew for each of the checks' networks
    few = ["--width", "128"] if choice.models[0].name == "lstm" else few  # a narrow one learns too little by heart
    return [] if whole else [*few, "--test-share", "0.02"]


def test_every_project_is_lint_and_format_clean(tmp_path: Path) -> None:
    """Each file where it stands in a project: most are the same bytes in many, and are looked at in the first."""
    first: dict[tuple[str, bytes], str] = {}
    for choice in EVERY:
        for path, content in files_of(**answers(choice)).items():
            if path.endswith((".py", "pyproject.toml")):
                place = tmp_path / name(choice) / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
                first.setdefault((path, content), str(place))
    assert len(first) > 2 * len(EVERY)  # at least config.py and pyproject.toml of each
    for words in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *words, "--no-cache", *first.values()]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_table_of_inputs_names_every_task() -> None:
    assert sorted(INPUTS) == TASKS


@pytest.mark.slow
@pytest.mark.parametrize("choice", TRAINED, ids=name)
def test_it_trains_evaluates_and_predicts_and_its_extras_work(tmp_path: Path, choice: Choice) -> None:
    project = generate(tmp_path / "p", **answers(choice))
    words = size(choice, offered=choice.framework.name == "pytorch")
    run(project, "train.py", "--smoke", "--out", "smoke", *words).ok()
    run(project, "evaluate.py").ok()
    folder = project / "runs" / "smoke"
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert set(CONTRACT) <= report.keys()
    assert (report["task"], report["model"], report["smoke"]) == (choice.task.name, choice.models[0].name, True)
    assert (report["framework"], report["backend"]) == (choice.framework.name, choice.backend)
    assert report["metric"] == choice.task["metric"] and math.isfinite(report["score"])
    assert report["data"].keys() == {"name", "path", "sha256", "rows"}
    predictions = np.load(folder / "predictions.npz", allow_pickle=False)
    assert {"id", "target", "output", "baseline", "reference"} <= set(predictions.files)
    assert np.isfinite(predictions["output"]).all()
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "data:image/png;base64," in page
    words = re.sub(r"data:image/png;base64,[^\"']+", "", page)  # its letters spell anything, by chance
    assert "http" not in words.replace('http-equiv="', "")
    assert len(list((folder / "figures").glob("*.png"))) >= 3
    assert (project / "runs" / "latest").read_text(encoding="utf-8").strip() == "smoke"
    if choice == FIRST[choice.task.name, choice.framework.name]:
        predicts(project, choice)
    if has_extras(choice):
        try_extras(project, "smoke")


def predicts(project: Path, choice: Choice) -> None:
    """It answers, to machines as well, and its own tests pass."""
    from PIL import Image

    picture = project.parent / "a picture.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (20, 30, 3)).astype(np.uint8)).save(picture)
    words = [word.format(picture=picture) for word in INPUTS[choice.task.name]]
    assert json.loads(run(project, "predict.py", *words, "--json").ok().out)
    if choice.framework.name == "pytorch":  # predict.py knows no framework, nor do the own tests
        assert run(project, "predict.py", *words).ok().out.strip()
    if choice.framework.name == "pytorch" or choice.task.name == TASKS[0]:
        done = subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=project, capture_output=True, text=True)
        assert done.returncode == 0, f"cd {project} && python -m pytest\n{done.stdout[-3000:]}"


@pytest.mark.slow
@pytest.mark.parametrize("choice", THOROUGH, ids=name)
def test_its_checks_pass_over_seeds(tmp_path: Path, choice: Choice) -> None:
    project = generate(tmp_path / "p", **answers(choice))
    default = choice.framework.name == "pytorch" and choice.models[0].name == choice.task.card["default_model"]
    for seed in (0, 1) if EVERYTHING else (int(default),):  # by turns; benchmarks/false_alarms.py draws many
        words = size(choice, offered=default)
        done = run(project, "check.py", "--json", "--seed", str(seed), *words).ok()
        results = json.loads(done.out)
        assert {"id", "title", "passed", "found", "expected", "advice"} == results[0].keys()
        assert all(result["passed"] in (True, None) for result in results)
        unsure = [result for result in results if result["passed"] is None]
        assert len(unsure) <= 2 and all(result["expected"] for result in unsure)
