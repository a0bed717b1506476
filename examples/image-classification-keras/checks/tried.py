"""What can only be tried: the checks of check.py, a fresh clone, the checkpoint, and how fast it answers."""

import dataclasses
import json
import math
import shutil
import tempfile
from pathlib import Path
from typing import Any

import runs
from checks import evidence, git, running
from checks.item import AUTO, HUMAN, Found, Item
from checks.repository import listed
from config import MODELS
from scoring.evidence import checkpoint
from support.wording import words

HANGS, LONG = 300, 900  # seconds: by then what is fast has not been slow but hangs; what a slow item may take
CLOSE = 1e-3  # relative: processors add in other orders
LATENCY = """
import json, os, time
import numpy as np
import data, runs
from engine import checkpoint, inference
from splits import subset
config, _ = runs.read_config(runs.PUBLISHED)
split = data.load(runs.located(config)).valid
meta = runs.read_json(runs.PUBLISHED / "meta.json")
model = checkpoint.restore(runs.PUBLISHED, config, meta, "cpu")
seconds = []
for turn in range(33):
    begin = time.perf_counter()
    inference.outputs(model, subset(split, np.array([turn % len(split)])), meta)
    seconds.append(time.perf_counter() - begin)
print(json.dumps([float(np.percentile(seconds[3:], part)) for part in (50, 95)]))
"""


def flags() -> list[str]:
    """The published run's model and settings as flags, so that its splits and its model are what is checked."""
    config, _ = runs.read_config(runs.PUBLISHED)
    usual = MODELS[config.model]()
    found = ["--model", config.model]
    for name, value in dataclasses.asdict(config).items():
        if name != "model" and value != getattr(usual, name):
            flag = name.replace("_", "-")
            found += [f"--{flag}" if value else f"--no-{flag}"] if isinstance(value, bool) else [f"--{flag}={value}"]
    return found


def checked(*arguments: str, seconds: float) -> list[dict[str, Any]]:
    """What check.py says."""
    return json.loads(running.python("check.py", *arguments, *flags(), "--json", seconds=seconds, codes=(0, 1)) or "[]")


def splits_disjoint() -> Found:
    evidence.sheet()
    (result,) = checked("--only", "splits-disjoint", seconds=HANGS)
    return result["passed"], result["found"] if result["passed"] is not None else result["expected"]


def sanity() -> Found:
    evidence.sheet()
    results = checked(seconds=LONG)
    failed = [result["id"] for result in results if result["passed"] is False]
    return not failed and bool(results), listed(failed)


def reproduces() -> Found:
    """The published checkpoint, scored again in a copy of its folder, has the published score."""
    said = evidence.sheet()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "published"
        shutil.copytree(runs.PUBLISHED, copy)
        running.python("evaluate.py", str(copy), seconds=LONG)
        again = runs.read_json(copy / "report.json")
    same = math.isclose(again["score"], said["score"], rel_tol=CLOSE, abs_tol=CLOSE * 0.1)
    counted = again["n_test"] == said["n_test"]
    return same and counted, words("found_again", said=f"{said['score']:.6g}", again=f"{again['score']:.6g}")


def fresh_clone() -> Found:
    """A clone of what is committed trains and scores the published run; the packages are this machine's."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        inside = git.git("rev-parse", "--show-prefix").strip()
        top = git.git("rev-parse", "--show-toplevel").strip()
        git.git("clone", "--quiet", "--no-hardlinks", top, str(Path(folder) / "clone"))
        clone = Path(folder) / "clone" / inside
        outside = runs.ROOT / "data" / "location.txt"  # where data lie that are not in the repository
        if outside.is_file():
            (clone / "data").mkdir(exist_ok=True)
            shutil.copyfile(outside, clone / "data" / "location.txt")
        running.python("train.py", "--smoke", "--out", "fresh", seconds=LONG, place=clone)
        running.python("evaluate.py", "published", seconds=LONG, place=clone)
    return True, words("found_cloned")


def latency() -> Found:
    evidence.sheet()
    half, most = json.loads(running.python("-c", LATENCY, seconds=LONG).splitlines()[-1])
    megabytes = checkpoint(runs.PUBLISHED).stat().st_size / 1e6
    return True, words("found_latency", half=f"{1e3 * half:.3g}", most=f"{1e3 * most:.3g}", size=f"{megabytes:.3g}")


ITEMS = [
    Item("fresh-clone", "repository", AUTO, True, fresh_clone, slow=True),
    Item("other-laptop", "repository", HUMAN, False),
    Item("splits", "evidence", AUTO, True, splits_disjoint),
    Item("sanity", "evidence", AUTO, True, sanity, slow=True),
    Item("reproduces", "evidence", AUTO, True, reproduces, slow=True),
    Item("latency", "evidence", AUTO, False, latency, slow=True),
]
