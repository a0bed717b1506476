"""Runs: what train.py is asked for, a folder for each run, and where its training stands."""

import argparse
import json
import math
import os
import re
import shutil
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import common
import metrics
from common import PUBLISHED, ROOT, RUNS, Problem, read_json, write, write_json
from config import BACKEND, FRAMEWORK, MODELS, TASK, Config
from data import Data, Split, load

import numpy as np

SMOKE_ROWS, SMOKE_STEPS = 64, 40  # few enough to be learnt by heart: the loss falls even where data tell nothing
PROJECT_DATA = Config.data or "the sample"
HISTORY = "epoch step train_loss valid_loss valid_score learning_rate seconds kept".split()
HEAD = "epoch    step train loss valid loss {:>18} on valid learning rate seconds"
ROW = "{:5} {:7} {:10.4f} {:10.4f} {:27.4f} {:13.6f} {:7.1f} {}"


def begin(description: str) -> tuple[argparse.Namespace, Path | None, Config, Data]:
    """What train.py is asked for: its flags, the run to go on with or None, the settings, and the data.

    A run that goes on keeps its settings, but data may move, and its rate follows a new length as if asked at first.
    """
    parser = common.Parser(description, knobs=True)
    parser.add_argument("--out", metavar="RUN", help="name of the run [<time>-<model>]")
    parser.add_argument("--resume", metavar="RUN", help="go on with a run; with --epochs or --minutes for longer")
    parser.add_argument("--smoke", action="store_true", help="a few seconds on few rows: does everything work?")
    args, given = parser.parse()
    for draft in list(RUNS.rglob("*.tmp")):  # of killed processes: nobody has written to them for a minute
        if draft.exists() and draft.stat().st_mtime < time.time() - 60:
            shutil.rmtree(draft) if draft.is_dir() else draft.unlink()
    run, before = None, {}
    if args.resume:
        fixed = [name for name in given if name not in ("data", "epochs", "minutes")]
        if fixed or args.out or args.smoke:
            raise Problem(f"a resumed run keeps its settings; leave out --{[*fixed, 'out or --smoke'][0]}", 2)
        run, config, _, args.smoke = find(args.resume)
        before = asdict(config) | ({"minutes": 0.0} if "epochs" in given else {})
    config = common.configured(before | given)
    data = load(config)
    if args.smoke:
        data = data._replace(train=fewer(data.train), valid=fewer(data.valid))  # test stays closed
        config.steps, config.passes = SMOKE_STEPS, 0
    if run:
        check_same(run, data.meta)
        if run == PUBLISHED:
            raise Problem("published holds what answers, not what training goes on with (last); train again")
        write_json(run / "config.json", read_json(run / "config.json") | asdict(config))
    config = config.resolved(len(data.train.ids))
    if hasattr(common.kit(config), "main"):  # of a model without gradients, which trains by itself
        common.kit(config).main(args, run, config, data)
        raise SystemExit(0)
    return args, run, config, data


def fewer(split: Split, most: int = SMOKE_ROWS) -> Split:
    """At most so many rows of a split, spread over all of them."""
    rows = np.unique(np.linspace(0, len(split.ids) - 1, most).astype(int))
    return Split(*(array[rows] for array in split))


def new(name: str | None, config: Config, meta: dict, smoke: bool) -> Path:
    """A folder for a run, named or `<time>-<model>`, with config.json and meta.json."""
    folder = RUNS / (name or f"{time.strftime('%Y%m%d-%H%M%S')}-{config.model}")
    if not re.fullmatch(r"(?!(?i:con|prn|aux|nul|com\d|lpt\d)(\.|$))\w([\w.\- ]*[\w-])?", folder.name):
        raise Problem(f"--out {folder.name!r} does not work everywhere; use letters, digits, '-' and '_'", 2)
    if name and folder.exists():
        raise Problem(f"{folder} exists; choose another --out, or go on with --resume {folder.name}")
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    write_json(draft / "meta.json", meta)
    facts = {"contract": 1, "task": TASK, "framework": FRAMEWORK, "backend": BACKEND, "smoke": smoke}
    write_json(draft / "config.json", facts | {"project_data": PROJECT_DATA} | asdict(config))
    return draft.rename(f"{folder}-{os.getpid()}" if folder.exists() else folder)  # another may have begun just now


def find(name: str | None) -> tuple[Path, Config, dict, bool]:
    """A run by its name or folder, else the newest, else the published one: folder, config, meta, smoke."""
    places = [RUNS / name, Path(name), ROOT / name] if name else [PUBLISHED]
    if not name and (RUNS / "latest").is_file():
        places.insert(0, RUNS / (RUNS / "latest").read_text("utf-8", "replace").strip())
    folder = next((place.resolve() for place in places if (place / "config.json").is_file()), None)
    if not folder:
        there = ", ".join(sorted(path.parent.name for path in RUNS.glob("*/config.json"))[-5:])
        raise Problem(f"no run {name or 'yet'}; there is: {there or 'none'} (python train.py makes one)")
    facts = {"project_data": PROJECT_DATA} | read_json(folder / "config.json")
    here = {"task": [TASK], "framework": [FRAMEWORK], "model": list(MODELS)}
    here |= {} if name else {"project_data": [PROJECT_DATA]}  # of other data only where it is named
    for what, known in here.items():
        if facts.get(what) not in known:
            made_by, mine = f"{what.replace('_', ' ')} {facts.get(what)!r}", ", ".join(known)
            raise Problem(f"{folder} is a run of {made_by}; this project has {mine}: train again, or name a run")
    names = [knob.name for knob in fields(MODELS[facts["model"]])]
    if missing := [name for name in names if name not in facts]:
        raise Problem(f"{folder} lacks {', '.join(missing)}; it is from another config.py: train again")
    config = common.configured({name: facts[name] for name in names})
    return folder, config, read_json(folder / "meta.json"), facts["smoke"]


def check_same(run: Path, now: dict) -> None:
    """A `Problem` unless data with the meta `now` are those that a run was trained on, and are read as then."""

    def known(meta: dict) -> dict:  # other machines add up in another order, so last digits may differ
        text = json.dumps(meta | {"data": meta["data"]["sha256"]})
        return json.loads(text, parse_float=lambda number: f"{float(number):.4g}")

    if known(read_json(run / "meta.json")) != known(now):
        name = now["data"]["path"] or now["data"]["name"]
        remedy = "name the old data with --data, undo what changed since, or train again"
        raise Problem(f"{name} is not what {run.name} was trained on, or is read in another way; {remedy}")


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

    def __post_init__(self) -> None:
        self.saved_at, self.began = time.monotonic(), 0.0  # the clock begins with end_step

    def share_done(self, config: Config, steps_an_epoch: int) -> float:
        """How much of training is over, by the clock or by steps."""
        if config.minutes:
            return self.seconds / (60 * config.minutes)
        return self.steps / (config.epochs * steps_an_epoch)

    def end_step(self, steps: int = 1) -> None:
        """Count steps; the clock runs from the end of the first, which compiles, or all --minutes might go there."""
        self.step += steps
        self.steps += steps
        self.began = self.began or time.monotonic() - self.seconds
        self.seconds = time.monotonic() - self.began

    def over(self, config: Config) -> bool:
        """Whether the minutes or the epochs are over, or valid stopped improving; the clock always runs to its end."""
        if config.minutes:
            return self.seconds >= 60 * config.minutes
        tired = bool(self.best) and self.epoch > self.best[2] + config.patience
        return tired or self.epoch > config.epochs

    def end_epoch(self, train_loss: float, output: np.ndarray, data: Data, config: Config) -> bool:
        """Score the answers for valid, note and show the epoch; whether it is the best so far."""
        if not (math.isfinite(train_loss) and np.isfinite(output).all()):
            raise Problem(f"the loss is no number any more; try --learning-rate {config.learning_rate / 10:g}")
        self.seconds = time.monotonic() - self.began
        truth = metrics.truth(data.valid, data.meta)
        score = metrics.score(truth, output, data.meta)
        valid_loss = metrics.loss(truth, output, data.meta)
        merit = [score if metrics.HIGHER_IS_BETTER else -score, -valid_loss]  # of equal scores, the lower loss
        kept = merit > self.best[:2]
        self.best = [*merit, self.epoch] if kept else self.best
        row = [self.epoch, self.steps, train_loss, valid_loss, score, self.rate, self.seconds]
        print(ROW.format(*row, "*" * kept), flush=True)
        self.history.append([*row, kept])
        self.epoch, self.step, self.loss_sum = self.epoch + 1, 0, 0.0
        return kept

    def to_be_saved(self, pressed: Sequence[int], seconds: float = 1.0) -> bool:
        """Whether Ctrl-C was pressed, or `last` is older than so many seconds."""
        return bool(pressed) or time.monotonic() - self.saved_at > seconds

    def saved(self, run: Path, config: Config, pressed: Sequence[int]) -> None:
        """After the checkpoints: write history.csv whole, call the run the newest, and leave if Ctrl-C was pressed."""
        self.saved_at = time.monotonic()
        table = {"fmt": "%.10g", "delimiter": ",", "header": ",".join(HISTORY), "comments": ""}
        write(run / "history.csv", lambda file: np.savetxt(file, self.history, **table))
        if self.best and run.parent == RUNS:
            write(RUNS / "latest", run.name + "\n")  # no link: these do not exist everywhere
        if pressed and not self.over(config):
            raise Problem(f"interrupted and saved; go on with: python train.py --resume {run.name}", 130)


def read_history(run: Path) -> np.ndarray:
    """history.csv as a structured array: history["epoch"] is a column, history[-1] the last epoch."""
    try:
        history = np.atleast_1d(np.genfromtxt(run / "history.csv", delimiter=",", names=True))
        if history["kept"].any():
            return history
    except (OSError, ValueError, IndexError):
        pass
    raise Problem(f"{run.name} has no finished epoch; go on with: python train.py --resume {run.name}")


def watch_ctrl_c() -> list[int]:
    """Fills when Ctrl-C is pressed, so that the step that runs ends and is saved; a second one stops at once."""
    pressed: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: signal.default_int_handler(*_) if pressed else pressed.append(1))
    return pressed


def end(run: Path, smoke: bool, before: float, after: float) -> None:
    """Say that a run is done, and what to do next; a smoke run is one only if the loss on fixed rows fell."""
    if smoke and not after < before:
        raise Problem(f"smoke run: the loss on fixed rows did not fall ({before:.4f} to {after:.4f})")
    history = read_history(run)
    scores = [0.0, *history["valid_score"][history["kept"] == 1]]
    if history["kept"][-1] and not smoke and not math.isclose(*scores[-2:], rel_tol=0.01):  # a gain worth naming
        print(f"the last epoch was the best; for more: python train.py --resume {run.name} --epochs {2 * len(history)}")
    print(f"run {run.name} is done{' (smoke run passed)' * smoke}; next: python evaluate.py")
