"""Code that is drawn, laid into a project's file."""

from hackgen.course.new import with_function

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
