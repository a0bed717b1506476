"""A small master written by hand, in NumPy alone, for tests of what is built from one."""

from pathlib import Path

from course_bundle import laid

MODEL = '''"""A linear model."""

import numpy as np


class Linear:
    """Weights (inputs, outputs) and a bias."""

    def __init__(self, weights, bias):
        self.weights, self.bias = np.asarray(weights), np.asarray(bias)

    def forward(self, inputs):
        """Answers, (rows, outputs)."""
        # >>> part forward points=5 hint="a product of matrices, then the bias"
        products = np.einsum("ri,io->ro", inputs, self.weights)
        shifted = products + self.bias[None, :]
        return np.ascontiguousarray(shifted)
        # <<< part forward
'''
LOSS = '''"""The loss."""


def loss(outputs, targets):
    """The mean square."""
    # >>> part loss points=2
    differences = outputs - targets
    return float((differences**2).mean())
    # <<< part loss
'''
CHECKS = '''"""What answers and losses must be."""

import math

import numpy as np

from grading import Wrong

from .sizes import ROWS


def shapes(ask, rng):
    """A row counts for itself, and the input matters."""
    inputs, weights, bias = drawn(rng)
    got = np.asarray(ask("linear.forward", inputs=inputs, weights=weights, bias=bias))
    if got.shape != (ROWS, 2) or np.allclose(got[0], got[1]):
        raise Wrong("one answer a row, and another for another row")


def drawn(rng):
    return rng.normal(size=(ROWS, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)


def mean_square(ask, rng):
    outputs, targets = rng.normal(size=(2, 7))
    got = ask("linear.loss", outputs=outputs, targets=targets)
    if not math.isclose(got, sum((a - b) ** 2 for a, b in zip(outputs, targets)) / 7):
        raise Wrong("not the mean of the squares")
'''
HIDDEN = '''"""Nobody who is graded may read this."""

import numpy as np

from grading import close

from .linear import drawn


def same_answers(ask, rng):
    inputs, weights, bias = drawn(rng)
    want = expected_of_hidden(inputs, weights, bias)
    close(ask("linear.forward", inputs=inputs, weights=weights, bias=bias), want)


def expected_of_hidden(inputs, weights, bias):
    columns = [sum(inputs[:, i] * weights[i, o] for i in range(3)) for o in range(2)]
    return np.stack(columns, 1) + bias
'''
PROBES = '''"""Calls what is graded."""

import linear
import loss as objective


def forward(inputs, weights, bias):
    return linear.Linear(weights, bias).forward(inputs)


def loss(outputs, targets):
    return objective.loss(outputs, targets)
'''
CARD = """name = "tiny"
title = "Tiny"
deadline = "1 May, noon, UTC"
ai_use = "none"
include = ["linear.py", "loss.py", "other.py", "ASSIGNMENT.md", "notes/*"]

[[part]]
id = "forward"
goal = "A product of matrices."

[[part.test]]
name = "shapes"
run = "linear.py:shapes"
points = 2
timeout = 200
visibility = "public"

[[part.test]]
name = "answers"
run = "hidden.py:same_answers"
points = 3
timeout = 200

[[part.mutant]]
find = "+ self.bias"
replace = "- self.bias"
why = "the bias with the wrong sign"

[[part]]
id = "loss"
goal = "The mean of squares."

[[part.test]]
name = "mean"
run = "linear.py:mean_square"
points = 2
timeout = 200
visibility = "public"
"""
MASTER = {
    "linear.py": MODEL,
    "loss.py": LOSS,
    "other.py": "VALUE = 1\n",
    "notes/read.md": "Nothing yet.\n",
    "private.py": "TOKEN = 'mine'\n",
    "ASSIGNMENT.md": "# {title}\n\n{total} points, {public} public, by {deadline}; AI: {ai_use}\n\n{parts}\n",
    "assignment.toml": CARD,
    "assignment/checks/linear.py": CHECKS,
    "assignment/checks/hidden.py": HIDDEN,
    "assignment/checks/sizes.py": "ROWS = 5  # of what is drawn\n",
    "assignment/checks/unused.py": "HERE = 'hidden from all'\n",
    "assignment/probes/linear.py": PROBES,
}


def master(folder: Path, **changed: str) -> Path:
    """Write it; a file may be changed or added, its path with `__` for `/` and `_dot_` for `.`."""
    files = MASTER | {name.replace("__", "/").replace("_dot_", "."): text for name, text in changed.items()}
    return laid(folder, files)
