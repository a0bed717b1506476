"""This project's own tests: shapes, splits and one tiny run, in seconds: `python -m pytest`."""

import json
import shutil
import subprocess
import sys

import common
import data as data_module
import metrics
import net
from config import MODELS
from data import Data, Split

import numpy as np
import pytest


@pytest.fixture(scope="module")
def data() -> Data:
    return data_module.load(common.configured({}))


@pytest.mark.parametrize("name", MODELS)
def test_a_fresh_model_answers_every_row(data: Data, name: str) -> None:
    some = Split(*(array[np.arange(min(3, len(data.valid.ids)))] for array in data.valid))
    model = net.build(data.meta, MODELS[name]())
    output = net.outputs(model, some.inputs, some.targets, data.meta, "float32")
    assert len(output) == len(metrics.truth(some, data.meta))
    assert np.isfinite(output).all()


def test_no_example_is_in_two_splits(data: Data) -> None:
    keys = [set(np.asarray(split.keys).ravel().tolist()) for split in data[:3]]
    assert all(keys)
    assert not keys[0] & keys[1] and not keys[0] & keys[2] and not keys[1] & keys[2]


def test_the_split_is_the_same_every_time(data: Data) -> None:
    again = data_module.load(common.configured({}))
    assert np.array_equal(data.test.ids, again.test.ids) and data.meta == again.meta


@pytest.mark.parametrize("name", MODELS)
def test_one_tiny_run_trains_and_is_scored(name: str) -> None:
    run = common.RUNS / f"test-{name}"
    shutil.rmtree(run, ignore_errors=True)
    training = ["train.py", "--smoke", "--model", name, "--epochs", "1", "--out", run.name]
    try:
        for words in (training, ["evaluate.py", run.name]):
            command = [sys.executable, *words]
            done = subprocess.run(command, cwd=common.ROOT, capture_output=True, text=True, encoding="utf-8")
            assert "Traceback" not in done.stderr, done.stderr
        report = json.loads((run / "report.json").read_text(encoding="utf-8"))
        assert report["smoke"] and report["model"] == name and np.isfinite(report["score"])
    finally:
        shutil.rmtree(run, ignore_errors=True)
