"""Masters of every choice: they can be read, their handouts are short, and the code that is drawn is clean."""

import subprocess
import sys
from pathlib import Path

import pytest
from hackgen.course import assignment, build
from hackgen.course.archives import lay
from hackgen.course.new import LEVELS, answers_for, master, with_function
from hackgen.errors import Misuse
from hackgen.making.choice import Choice, choices

EVERY = {f"{one.task.name}-{one.framework.name}-{one.models[0].name}": one for one in choices()}
FEW = [name for name in EVERY if name.startswith("image-") and "pytorch" in name]


def made(folder: Path, choice: Choice, level: str) -> assignment.Assignment:
    chosen = {"task": choice.task.name, "framework": choice.framework.name, "backend": choice.backend}
    lay(folder, master(answers_for("hw", **chosen, model=choice.models[0].name), level))
    return assignment.read(folder)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", [n if n in FEW else pytest.param(n, marks=pytest.mark.slow) for n in EVERY])
def test_a_master_of_every_choice(name: str, level: str, tmp_path: Path) -> None:
    found = made(tmp_path, EVERY[name], level)
    files = build.starter(found)
    assert len(files["ASSIGNMENT.md"].split()) <= 900 and b"{" not in files["ASSIGNMENT.md"]
    assert len(found.parts) >= 3 and len({part.file for part in found.parts}) <= 4
    hidden = [path for path in files if "hackgen" in path or path.startswith(("assignment", ".hackgen"))]
    assert not hidden and "test_project.py" not in files
    lay(tmp_path / "students", files)
    lay(tmp_path / "solved", build.starter(found, solved=[part.id for part in found.parts]))
    for folder, rules in (("students", ["--select=E"]), ("solved", [])):  # a stub leaves imports and names unused
        ruff = [sys.executable, "-m", "ruff", "check", "--quiet", *rules, *found.submit]
        done = subprocess.run(ruff, cwd=tmp_path / folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


LOSS = """import torch
from torch.nn import functional as F


def loss(x):
    return F.relu(x)


def other(x):
    return torch.exp(x)
"""
DRAWN = """from spec import SPEC

import math


def half(x):
    return x / 2


def loss(x):
    return half(x) * math.e * SPEC["loss"]
"""
BOTH = """import math

from spec import SPEC

import torch


def half(x):
    return x / 2


def loss(x):
    return half(x) * math.e * SPEC["loss"]


def other(x):
    return torch.exp(x)
"""


def test_a_drawn_function_brings_its_imports_and_takes_those_away_that_nobody_needs() -> None:
    assert with_function(LOSS, DRAWN, "loss") == BOTH


def test_no_such_level() -> None:
    with pytest.raises(Misuse, match="there is: intro, core, advanced"):
        master(answers_for("hw"), "easy")
