"""Runs: a folder each, with its settings, and where its training stands."""

import argparse
import csv
import dataclasses
import io
import json
import re
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import metrics
from common import PUBLISHED, ROOT, RUNS, Problem, configured, read_json, write, write_json
from config import BACKEND, FRAMEWORK, MODELS, TASK, Config
from data import Data

import numpy as np

HISTORY = ["epoch", "step", "train_loss", "valid_loss", "valid_score", "learning_rate", "seconds", "kept"]


def new(name: str | None, config: Config, meta: dict[str, Any], smoke: bool) -> Path:
    """A folder for a run, named or `<time>-<model>`, with config.json and meta.json."""
    folder = RUNS / (name or f"{time.strftime('%Y%m%d-%H%M%S')}-{config.model}")
    if not re.fullmatch(r"\w[\w.\- ]*(?<![. ])", folder.name) or folder.name in ("latest", "published"):
        raise Problem(f"--out {folder.name!r} does not work everywhere; use letters, digits, '-' and '_'", 2)
    if (folder / "config.json").exists() and not name:
        folder = folder.with_name(f"{folder.name}-{time.time_ns() % 10**9}")  # another one began this very second
    if (folder / "config.json").exists():
        raise Problem(f"{folder} exists; choose another --out, or go on with --resume {folder.name}")
    write_json(folder / "meta.json", meta)
    facts = {"contract": 1, "task": TASK, "framework": FRAMEWORK, "backend": BACKEND, "smoke": smoke}
    write_json(folder / "config.json", facts | dataclasses.asdict(config))  # last: with it, the folder is a run
    return folder


def find(name: str | None) -> tuple[Path, Config, dict[str, Any], bool]:
    """A run by its name or folder, else the newest, else the published one: folder, config, meta, smoke."""
    newest = (RUNS / "latest").read_text(encoding="utf-8").strip() if (RUNS / "latest").is_file() else ""
    places = [RUNS / name, Path(name), ROOT / name] if name else [RUNS / (newest or "none"), PUBLISHED]
    folder = next((place.resolve() for place in places if (place / "config.json").is_file()), None)
    if not folder:
        there = ", ".join(sorted(path.parent.name for path in RUNS.glob("*/config.json"))[-5:])
        raise Problem(f"no run {name or ''}; there is: {there or 'none yet (python train.py makes one)'}")
    facts, meta = read_json(folder / "config.json"), read_json(folder / "meta.json")
    for what, here in (("task", TASK), ("framework", FRAMEWORK)):
        if facts.get(what) != here:
            raise Problem(f"{folder} is a run of {what} {facts.get(what)!r}; this project's {what} is {here!r}")
    if facts.get("model") not in MODELS:
        raise Problem(f"{folder} trained the model {facts.get('model')!r}; this project has {', '.join(MODELS)}")
    names = {field.name for field in dataclasses.fields(MODELS[facts["model"]])}
    if missing := names - facts.keys():
        raise Problem(f"{folder} lacks {', '.join(sorted(missing))}; it is from another config.py: train again")
    return folder, configured({name: facts[name] for name in names}), meta, bool(facts["smoke"])


def resumed(args: argparse.Namespace, given: dict[str, Any]) -> tuple[Path, Config, bool]:
    """A run to go on with: folder, config, smoke. Its settings stay, but data may move, and training may last longer.

    The learning rate then follows the new length from where the run stands, as if that had been asked for at first.
    """
    if fixed := [*(given.keys() - {"data", "epochs", "minutes"}), *(n for n in ("out", "smoke") if getattr(args, n))]:
        raise Problem(f"a resumed run keeps its settings; leave out --{fixed[0].replace('_', '-')}", 2)
    run, config, _, smoke = find(args.resume)
    if "epochs" in given:
        given |= {"minutes": 0.0}
    config = dataclasses.replace(config, **given)
    write_json(run / "config.json", read_json(run / "config.json") | dataclasses.asdict(config))
    for draft in run.glob("*.tmp"):  # what a kill left
        draft.unlink()
    return run, config, smoke


def check_same(run: Path, trained: dict[str, Any], now: dict[str, Any]) -> None:
    """A `Problem` unless data with the meta `now` are those a run was trained on, and are read as then."""
    if trained["data"]["sha256"] != now["data"]["sha256"]:
        name = now["data"]["path"] or now["data"]["name"]
        raise Problem(f"{name} is not what {run.name} was trained on; name the old data with --data, or train again")
    for name in trained.keys() & now.keys() - {"data"}:
        if rounded(trained[name]) != rounded(now[name]):
            raise Problem(f"{run.name} read these data in another way (other {name}); undo what changed or train again")


def rounded(value: Any) -> str:
    """JSON with four digits of each number: other machines add up in another order, so the last ones may differ."""
    text = json.dumps(value, sort_keys=True)
    return re.sub(r"-?\d+\.\d+(e[+-]?\d+)?", lambda number: f"{float(number[0]):.4g}", text)


@dataclass
class State:
    """Where training stands; saved with `last`, so that a resumed run ends with equal numbers."""

    epoch: int = 1  # the one that runs
    step: int = 0  # done in this epoch
    steps: int = 0  # done in all
    seconds: float = 0.0  # spent training
    rate: float = 0.0  # of the last step
    loss_sum: float = 0.0  # over the steps of this epoch
    best: list[float] = field(default_factory=list)  # score to be raised, -loss, epoch
    history: list[list[float]] = field(default_factory=list)  # the rows of history.csv

    def share_done(self, config: Config, steps_an_epoch: int) -> float:
        """How much of training is over, by the clock or by steps."""
        if config.minutes:
            return self.seconds / (60 * config.minutes)
        return self.steps / (config.epochs * steps_an_epoch)

    def over(self, config: Config) -> bool:
        """Whether the minutes or the epochs are over, or valid stopped improving; the clock always runs to its end."""
        if config.minutes:
            return self.seconds >= 60 * config.minutes
        tired = bool(self.best) and self.epoch > self.best[2] + config.patience
        return tired or self.epoch > config.epochs

    def end_epoch(self, train_loss: float, output: np.ndarray, data: Data) -> bool:
        """Score the answers for valid, note and show the epoch; whether it is the best so far."""
        truth = metrics.truth(data.valid, data.meta)
        score, loss = metrics.score(truth, output, data.meta), metrics.loss(truth, output, data.meta)
        merit = [score if metrics.HIGHER_IS_BETTER else -score, -loss]  # of equal scores, the lower loss
        kept = merit > self.best[:2]
        if kept:
            self.best = [*merit, self.epoch]
        row = [self.epoch, self.steps, train_loss, loss, score, self.rate, self.seconds, kept]
        print("{:5} {:8} {:11.4f} {:11.4f} {:20.4f} {:14.6f} {:8.1f}".format(*row), "*" * kept, flush=True)
        self.history.append(row)
        self.epoch, self.step, self.loss_sum = self.epoch + 1, 0, 0.0
        return kept


def watch_ctrl_c() -> list[int]:
    """Fills when Ctrl-C is pressed, so that the step that runs ends and is saved; a second one stops at once."""
    pressed: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: signal.default_int_handler(*_) if pressed else pressed.append(1))
    return pressed


def mark_latest(run: Path) -> None:
    """From now on this run is the newest one; a text file, because links do not exist everywhere."""
    if run.parent == RUNS:
        write(RUNS / "latest", run.name + "\n")


def stop_if(pressed: Sequence[int], run: Path) -> None:
    """Leave after Ctrl-C; all is saved."""
    if pressed:
        raise Problem(f"interrupted and saved; go on with: python train.py --resume {run.name}", 130)


def end(run: Path, smoke: bool, before: float, after: float) -> None:
    """Say that a run is done, and what to do next; a smoke run is one only if the loss on fixed rows fell."""
    if smoke and not after < before:
        raise Problem(f"smoke run: the loss on fixed rows did not fall ({before:.4f} to {after:.4f})")
    history = read_history(run)
    epochs = len(history["epoch"])
    if history["kept"][-1] and not smoke and epochs > 1:
        more = f"python train.py --resume {run.name} --epochs {2 * epochs}"
        print(f"the last epoch was the best: more may help, with {more}")
    print(f"run {run.name} is done{' (smoke run passed)' * smoke}; next: python evaluate.py")


def write_history(run: Path, rows: list[list[float]]) -> None:
    """Write history.csv whole, so that a resumed run leaves no rows of a time that did not happen."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HISTORY, *([f"{value:.10g}" for value in row] for row in rows)])
    write(run / "history.csv", text.getvalue())


def read_history(run: Path) -> dict[str, list[float]]:
    """The columns of history.csv."""
    try:
        rows = list(csv.DictReader((run / "history.csv").read_text(encoding="utf-8").splitlines()))
        found = {name: [float(row[name]) for row in rows] for name in HISTORY}
    except FileNotFoundError:
        found = {"kept": []}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Problem(f"{run / 'history.csv'} cannot be read ({error}); train again") from None
    if not any(found["kept"]):
        raise Problem(f"{run.name} has no finished epoch yet; go on with: python train.py --resume {run.name}")
    return found


def kept_epochs(history: dict[str, list[float]]) -> list[float]:
    """The epochs that were the best so far; the last of them is the run's."""
    return [epoch for epoch, kept in zip(history["epoch"], history["kept"], strict=True) if kept]
