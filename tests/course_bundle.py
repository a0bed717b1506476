"""A bundle made by hand: a NumPy project of two files with three parts, for tests of the grader alone."""

import hashlib
import json
from pathlib import Path

import numpy as np

MODEL = '''"""A linear model."""

import numpy as np


class Linear:
    def __init__(self, weights):
        self.weights = weights

    def forward(self, inputs):
        return inputs @ self.weights

    def scaled(self, inputs):
        low, high = inputs.min(0), inputs.max(0)
        return (inputs - low) / (high - low)
'''
LOSS = '''"""The loss."""

import numpy as np


def loss(outputs, targets):
    return float(np.mean((outputs - targets) ** 2))
'''
REFERENCE = {"models/linear.py": MODEL, "models/__init__.py": "", "loss.py": LOSS, "other.py": "VALUE = 1\n"}
BODIES = {
    "forward": "return inputs @ self.weights\n",
    "scaled": "low, high = inputs.min(0), inputs.max(0)\n        return (inputs - low) / (high - low)\n",
    "loss": "return float(np.mean((outputs - targets) ** 2))\n",
}
PROBES = """from loss import loss as project_loss
from models.linear import Linear


def forward(inputs, weights):
    return Linear(weights).forward(inputs)


def scaled(inputs, weights):
    return Linear(weights).scaled(inputs)


def loss(outputs, targets):
    return project_loss(outputs, targets)
"""
CHECKS = """import numpy as np

from grading import Wrong, close


def same_answers(ask, rng):
    inputs, weights = rng.normal(size=(5, 3)), rng.normal(size=(3, 2))
    close(ask("linear.forward", inputs=inputs, weights=weights),
          ask.reference("linear.forward", inputs=inputs, weights=weights))


def rows_are_independent(ask, rng):
    inputs, weights = rng.normal(size=(5, 3)), rng.normal(size=(3, 2))
    before = ask("linear.forward", inputs=inputs, weights=weights)
    inputs[1] += 1
    after = ask("linear.forward", inputs=inputs, weights=weights)
    close(np.delete(after, 1, 0), np.delete(before, 1, 0))
    close(after[1] - before[1], weights.sum(0))


def scales(ask, rng):
    inputs = rng.normal(size=(6, 3))
    got = ask("linear.scaled", inputs=inputs, weights=inputs)
    close(got, (inputs - inputs.min(0)) / np.ptp(inputs, axis=0))


def mean_square(ask, rng):
    outputs, targets = rng.normal(size=(2, 7))
    close(ask("linear.loss", outputs=outputs, targets=targets), np.mean((outputs - targets) ** 2))


def half(ask, rng):
    outputs, targets = rng.normal(size=(2, 7))
    got = ask("linear.loss", outputs=outputs, targets=targets)
    return 1.0 if np.isclose(got, np.mean((outputs - targets) ** 2)) else 0.5 if got > 0 else 0.0
"""
TOTAL = 10


def blank(source: str, ids: tuple[str, ...] = ("forward", "scaled", "loss")) -> str:
    for id in ids:
        source = source.replace(BODIES[id], f'raise NotImplementedError("{id}")\n')
    return source


def test(name: str, run: str, points: int, visibility: str, timeout: float = 2) -> dict:
    return {"name": name, "run": f"linear.py:{run}", "points": points, "visibility": visibility, "timeout": timeout}


PARTS = [
    {
        "id": "forward", "file": "models/linear.py", "function": "Linear.forward", "points": 5, "hint": "multiply",
        "tests": [test("rows", "rows_are_independent", 2, "public"), test("answers", "same_answers", 3, "hidden")],
    },
    {
        "id": "scaled", "file": "models/linear.py", "function": "Linear.scaled", "points": 2, "hint": "each column",
        "tests": [test("scaled", "scales", 2, "public")],
    },
    {
        "id": "loss", "file": "loss.py", "function": "loss", "points": 3, "hint": "a mean",
        "tests": [test("mean", "mean_square", 1, "public"), test("half", "half", 2, "hidden")],
    },
]  # fmt: skip


def bundle(folder: Path, secret: bool = True, framework: str = "numpy") -> Path:
    """Write the bundle; without a reference it has the public tests alone."""
    parts = [
        {**part, "tests": [one for one in part["tests"] if secret or one["visibility"] == "public"]} for part in PARTS
    ]
    texts = {"checks/linear.py": CHECKS, "probes/linear.py": PROBES}
    manifest = {
        "assignment": "tiny", "title": "Tiny", "framework": framework, "backend": "", "secret": secret,
        "total": sum(one["points"] for part in parts for one in part["tests"]),
        "submit": ["models/linear.py", "loss.py"], "parts": parts,
        "sha256": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()},
    }  # fmt: skip
    if secret:
        texts |= {f"reference/{name}": text for name, text in REFERENCE.items()}
    texts |= {f"starter/{name}": blank(text) for name, text in REFERENCE.items()}
    texts |= {"manifest.json": json.dumps(manifest), "facts.json": json.dumps({"meta": {}, "config": {}})}
    laid(folder, texts)
    rng = np.random.default_rng(0)
    np.savez(folder / "facts.npz", inputs=rng.normal(size=(16, 3)), targets=rng.normal(size=(16, 2)))
    return folder


def submission(folder: Path, files: dict[str, str | bytes] | None = None) -> Path:
    """A submission in a folder: the solution, with some files replaced."""
    return laid(folder, {name: REFERENCE[name] for name in ("models/linear.py", "loss.py")} | (files or {}))


def laid(folder: Path, files: dict[str, str | bytes]) -> Path:
    """The folder, with these files in it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def enter(folder: Path) -> None:
    """Let any user into a folder of a test's, and so into those above it."""
    for path in (folder, *folder.parents):
        if not path.stat().st_mode & 1:
            path.chmod(0o755)
        if path.name.startswith("pytest-of-"):
            break
