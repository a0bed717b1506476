"""This project's own tests: shapes, splits and one tiny run, in seconds: `python -m pytest`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import data as data_module
import metrics
import models
import runs
from config import MODELS
from engine import inference
from splits import Data, subset

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def data() -> Data:
    return data_module.load(runs.located(next(iter(MODELS.values()))()))


@pytest.mark.parametrize("name", MODELS)
def test_a_fresh_model_answers_every_row(data: Data, name: str) -> None:
    rows = subset(data.valid, np.arange(min(3, len(data.valid))))
    output = inference.outputs(models.build(data.meta, MODELS[name]()), rows, data.meta)
    assert len(output) == len(metrics.truth(rows, data.meta))
    assert np.isfinite(output).all()


def test_no_example_is_in_two_splits(data: Data) -> None:
    keys = [set(data_module.example_keys(split).tolist()) for split in (data.train, data.valid, data.test)]
    assert all(keys)
    assert not keys[0] & keys[1] and not keys[0] & keys[2] and not keys[1] & keys[2]


def test_the_split_is_the_same_every_time(data: Data) -> None:
    again = data_module.load(runs.located(next(iter(MODELS.values()))()))
    assert np.array_equal(data.test.ids, again.test.ids) and data.meta == again.meta


@pytest.mark.parametrize("name", MODELS)
def test_one_tiny_epoch_trains_and_is_scored(name: str) -> None:
    run = HERE / "runs" / f"test-{name}"
    shutil.rmtree(run, ignore_errors=True)
    try:
        for words in (
            ["train.py", "--smoke", "--model", name, "--epochs", "1", "--out", run.name],
            ["evaluate.py", run.name],
        ):
            done = subprocess.run([sys.executable, *words], cwd=HERE, capture_output=True, text=True, encoding="utf-8")
            assert "Traceback" not in done.stderr, done.stderr
        report = json.loads((run / "report.json").read_text(encoding="utf-8"))
        assert report["smoke"] and report["model"] == name and np.isfinite(report["score"])
    finally:
        shutil.rmtree(run, ignore_errors=True)
