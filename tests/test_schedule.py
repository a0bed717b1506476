"""How long training lasts and how its rate runs: settled by rows, or by the clock where --minutes is given."""

import csv
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hackgen.making.choice import Answers
from hackgen.making.compose import planned
from projects import generate, generate_own, run
from selection import EVERYTHING

FRAMEWORKS = ("pytorch", "lightning", "jax", "keras")
GAN = ["pytorch"] if not EVERYTHING else FRAMEWORKS


def settings(folder: Path, task: str, model: str) -> ModuleType:
    """config.py of a project, as a module."""
    path = folder / "config.py"
    path.write_bytes(planned(Answers(task=task, models=(model,), title="T"))["config.py"])
    spec = importlib.util.spec_from_file_location("settings", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("task", "model", "rows", "least", "most"),  # steps in all
    [
        ("tabular-classification", "mlp", 100, 950, 1050),  # the sample keeps its seconds
        ("tabular-regression", "mlp", 6_000, 5_000, 6_000),  # sixty passes
        ("tabular-regression", "mlp", 28_500, 13_000, 14_000),
        ("tabular-regression", "mlp", 99_000, 19_500, 20_500),  # the budget, of half a minute
        ("tabular-regression", "mlp", 400_000, 39_000, 41_000),  # … and of a whole one
        ("tabular-regression", "transformer", 99_000, 3_500, 5_000),
        ("image-classification", "cnn", 50_000, 580, 600),  # MNIST's
        ("text-generation", "transformer", 17_000, 1_000, 1_100),  # one pass, that is less than `steps` for no data
        ("time-series-forecasting", "mixer", 200_000, 2_300, 2_400),
    ],
)
def test_epochs_follow_from_rows_alone(tmp_path: Path, task: str, model: str, rows: int, least: int, most: int) -> None:
    config = settings(tmp_path, task, model).MODELS[model]().resolved(rows)
    assert least <= config.epochs * -(-rows // config.batch_size) <= most
    assert config == config.resolved(rows) and config.patience >= 5  # a resumed run keeps what was settled


@pytest.mark.parametrize("task", ["image-classification", "text-generation"])
def test_a_width_must_suit_the_heads_where_there_are_such(tmp_path: Path, task: str) -> None:
    transformer = settings(tmp_path, task, "transformer").MODELS["transformer"]
    with pytest.raises(ValueError, match="--width 30 must be a multiple of twice --heads"):
        transformer(width=30, heads=4)
    assert transformer(width=32, heads=4).width == 32
    assert b"twice --heads" not in planned(Answers(task="image-classification", title="T"))["config.py"]


def test_the_rate_warms_up_and_then_falls_to_zero(tmp_path: Path) -> None:
    config = settings(tmp_path, "tabular-classification", "mlp").MODELS["mlp"]()
    rates = [config.rate(share / 1000) for share in range(1101)]
    peak = rates.index(max(rates))
    assert rates[:peak] == sorted(rates[:peak]) and rates[peak:] == sorted(rates[peak:], reverse=True)
    assert max(rates) == config.learning_rate and rates[1000:] == [0.0] * 101 and rates[0] > 0


BY_THE_CLOCK = """
import time, runs
from common import configured
now = 0.0
time.monotonic = lambda: now
config = configured({"minutes": 1.0, "patience": 1, "epochs": 1})
state, rates = runs.State(), []
late = 40  # the first step compiles
while not state.over(config):
    for _ in range(50):
        if (done := state.share_done(config, 50)) >= 1:
            break
        rates.append(config.rate(done))
        now, late = now + 0.1 + late, 0
        state.end_step()
    now += 0.4  # to score
    state.seconds, state.epoch, state.step = now - state.began, state.epoch + 1, 0
    state.best = state.best or [1.0, 0.0, 1]  # no later epoch is better
print(len(rates), max(rates) > 0.99 * config.learning_rate, rates[-1] / config.learning_rate)
"""


def test_minutes_let_the_rate_fall_to_its_end_although_nothing_improves(tmp_path: Path) -> None:
    project = generate(tmp_path / "p", task="tabular-classification")
    steps, peak, last = run(project, "-c", BY_THE_CLOCK).ok().out.split()
    assert int(steps) > 500 and peak == "True" and float(last) < 0.01


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "framework"),
    [*(("tabular-classification", name) for name in FRAMEWORKS), *(("image-generation", name) for name in GAN)],
)
def test_minutes_are_used_to_their_end_in_every_framework(tmp_path: Path, task: str, framework: str) -> None:
    """Also where the first epoch is the best; the rate at which training ends is next to nothing."""
    project = generate(tmp_path / "p", task=task, framework=framework)
    run(project, "train.py", "--minutes", "0.1", "--patience", "1", "--epochs", "1", "--out", "timed").ok()
    rows = list(csv.DictReader((project / "runs" / "timed" / "history.csv").open(encoding="utf-8")))
    rates = [float(row["learning_rate"]) for row in rows]
    assert len(rows) > 1 and float(rows[-1]["seconds"]) >= 6 and rates[-1] < 0.2 * max(rates)


@pytest.mark.slow
def test_boosting_takes_its_minutes_and_says_how_to_go_on(tmp_path: Path) -> None:
    cells = np.random.default_rng(0).normal(size=(400, 6)).round(3)
    rows = ["a,b,c,d,e,f,y", *(",".join(map(str, [*row, round(row[:3].sum() * row[3:].sum(), 3)])) for row in cells)]
    (tmp_path / "waves.csv").write_text("\n".join(rows), encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "waves.csv", task="tabular-regression", models=("boosting",))
    run(project, "train.py", "--minutes", "0.05", "--patience", "1", "--out", "timed").ok()
    rows = list(csv.DictReader((project / "runs" / "timed" / "history.csv").open(encoding="utf-8")))
    assert len(rows) > 2 and float(rows[-1]["seconds"]) >= 3
    done = run(project, "train.py", "--epochs", "2", "--out", "short").ok()
    assert "python train.py --resume short --epochs 4" in done.out
