"""This project's own tests: splits and one tiny run of each model, in seconds: `python -m pytest`."""

import shutil
import subprocess
import sys

import common
from config import MODELS
from data import load

import numpy as np
import pytest


def test_no_example_is_in_two_splits_and_those_are_the_same_every_time() -> None:
    data, again = (load(common.configured({})) for _ in range(2))
    keys = [set(np.ravel(split.keys).tolist()) for split in data[:3]]
    assert all(keys) and len(set.union(*keys)) == sum(map(len, keys))
    assert np.array_equal(data.test.ids, again.test.ids) and data.meta == again.meta


@pytest.mark.parametrize("name", MODELS)
def test_one_tiny_run_trains_and_is_scored(name: str) -> None:
    run = common.RUNS / f"test-{name}"
    shutil.rmtree(run, ignore_errors=True)
    training = ["train.py", "--smoke", "--model", name, "--epochs", "1", "--out", run.name]
    for words in (training, ["evaluate.py", run.name]):
        done = subprocess.run([sys.executable, *words], cwd=common.ROOT, capture_output=True, encoding="utf-8")
        assert "Traceback" not in done.stderr, done.stderr
    report = common.read_json(run / "report.json")
    assert report["smoke"] and report["model"] == name and np.isfinite(report["score"])
    shutil.rmtree(run)  # of what failed it stays, to be looked at
