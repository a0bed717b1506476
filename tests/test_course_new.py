"""Code that is drawn, laid into a project's file, and what is said of a part in one framework alone."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from hackgen.cli import cli
from hackgen.course.master.assignment import TEST, read
from hackgen.course.master.new import bank, master, with_function
from hackgen.making.choice import Answers, choose
from hackgen.parts import TEMPLATES, read_toml

LOSS = """import torch
from torch.nn import functional as F


def loss(x):
    return F.relu(x)


def other(x):
    return torch.exp(x)
"""
DRAWN = """import math

from spec import SPEC

import torch
from torch.nn import functional as F


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


KNOWN = {"id", "file", "function", "first", "last", "points", "levels", "goal", "hint", "drawn"}
KNOWN |= {"test", "mutant", "alternative"}


def test_the_bank_says_nothing_unknown_of_its_parts() -> None:
    for card in TEMPLATES.glob("*/**/assignment.toml"):
        for part in read_toml(card)["part"]:
            assert part.keys() <= KNOWN and "id" in part, (card, part.keys() - KNOWN)
            assert all(test.keys() <= TEST.keys() | {"framework", "levels"} for test in part.get("test", []))


def test_a_drawn_function_brings_its_head_without_what_nobody_needs() -> None:
    assert with_function(LOSS, DRAWN, "loss", {"spec"}) == BOTH


def test_students_learn_from_a_table_of_the_instructors_own(tmp_path: Path) -> None:
    table = tmp_path / "harvest.csv"
    rows = [f"{weight},{weight % 7},{'good' if weight % 3 else 'ripe'}" for weight in range(100, 160)]
    table.write_text("\n".join(["weight,sugar,grade", *rows, ""]), encoding="utf-8")
    words = ["assignment", "new", str(tmp_path / "hw"), "--data", str(table), "--target", "grade"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0 and "models/mlp.py:MLP.forward" in done.output, done.output
    given = read(tmp_path / "hw").files()
    assert {"data/harvest.csv", "data/schema.toml"} <= {*given} and "data/iris.csv" not in given


def test_what_an_instructor_reads_of_code_has_lines(tmp_path: Path) -> None:
    choice = Answers(task="image-classification", framework="pytorch", models=("cnn",), title="", author="")
    card = master(choice, "core")["assignment.toml"].decode()
    assert r"\u000a" not in card and r"set_to_none=True)\n" in card


@pytest.mark.parametrize("framework", ["pytorch", "lightning", "keras", "jax"])
def test_a_goal_speaks_of_its_own_framework_alone(framework: str) -> None:
    goals = {}
    for task, model in (("text-classification", "lstm"), ("tabular-regression", "transformer")):
        choice = choose(Answers(task=task, framework=framework, models=(model,)))
        goals[task] = " ".join(part["goal"] for part in bank(choice, "advanced"))
        assert "[pytorch" not in goals[task] and "[keras" not in goals[task] and "Keras" not in goals[task]
    assert ("By a loop" in goals["text-classification"]) == (framework in ("pytorch", "lightning"))
    assert ("The answer's token first" in goals["tabular-regression"]) == (framework != "keras")
