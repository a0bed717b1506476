"""What the checklist says of demo and deck: a project where all is ready, and for each item a change that fails it."""

import json
import shutil
from pathlib import Path

import pytest
from projects import generate, run
from test_checklist import commit, edit, git, only, written

EXTRAS = ("cards", "checklist", "compare", "demo", "kickoff", "slides")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ready(tmp_path_factory) -> Path:
    """A published run and its answers recorded, all committed."""
    folder = tmp_path_factory.mktemp("stage") / "ready"
    generate(folder, task="tabular-classification", event="E", team=("Ada", "Bo"), author="A", extras=EXTRAS)
    git(folder, "init", "--quiet", "--initial-branch=main")
    run(folder, "train.py", "--out", "one").ok()
    run(folder, "evaluate.py", "--publish").ok()
    run(folder, "demo.py", "--run", "published", "--record").ok()
    written(folder)
    commit(folder)
    return folder


def recorded(project: Path) -> dict:
    return json.loads((project / "demo/recorded.json").read_text(encoding="utf-8"))


def rerecorded(project: Path, **changed: object) -> None:
    (project / "demo/recorded.json").write_text(json.dumps(recorded(project) | changed), encoding="utf-8")
    commit(project)


def other_answer(project: Path) -> None:
    examples = recorded(project)["examples"]
    examples[0]["answer"] = {"other": 1}
    rerecorded(project, examples=examples)


def calls_elsewhere(project: Path) -> None:
    edit(project / "page/server.py", 'else b"")', """else b'<script src="https://cdn.example.org/x.js"></script>')""")


def nothing_to_show(project: Path) -> None:
    shutil.rmtree(project / "published")
    shutil.rmtree(project / "runs")
    shutil.rmtree(project / "demo")


STAGE = [
    ("demo-recorded", lambda p: rerecorded(p, checkpoint_sha256="0"), "another checkpoint"),
    ("demo-recorded", lambda p: rerecorded(p, examples=recorded(p)["examples"][:4]), "4 examples"),
    ("demo-recorded", lambda p: shutil.rmtree(p / "demo"), "not there"),
    ("demo-recorded", lambda p: (p / "demo/recorded.json").write_text("{", encoding="utf-8"), "damaged"),
    ("demo-answers", other_answer, "5 of 6"),
    ("demo-offline", calls_elsewhere, "//cdn.example.org"),
    ("demo-offline", nothing_to_show, "python train.py"),
]


@pytest.mark.parametrize(("item", "spoil", "word"), STAGE, ids=[f"{n}-{name}" for n, (name, *_) in enumerate(STAGE)])
def test_one_change_opens_an_item(ready, tmp_path, item, spoil, word):
    project = shutil.copytree(ready, tmp_path / "project")
    spoil(project)
    found = only(project, item)
    assert found["state"] == "open" and word in found["found"], found


@pytest.mark.parametrize("item", dict.fromkeys(name for name, *_ in STAGE))
def test_they_were_done_before(ready, item):
    assert only(ready, item)["state"] == "done"
