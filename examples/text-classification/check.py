"""Sanity checks on this project's real data and model, after Karpathy's recipe for training: `python check.py`.

All that is trained here is trained by train.fit: checks/parts.py looks at what that does, checks/training.py at short
runs, checks/scores.py and checks/answers.py at what this project's own commands report and answer.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import inspect
import io
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import common
from common import Problem

import numpy as np

os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // 2)))  # two processes share the cores
BROKEN = None  # what one of the project's own files raises, and which keeps the others from being imported
try:
    import checks.answers
    import checks.parts
    import checks.reading
    import checks.scores
    import checks.training
    import data as data_module
    import net
    import runs
    import train
    from data import Split
except (SyntaxError, NameError, AttributeError, TypeError) as error:
    BROKEN = error

OF_TASK = common.ROOT / "checks/task.py"  # what this task alone needs or is asked
ROWS, STEPS, QUICK = 512, 60, 9.0  # enough to tell a healthy model; seconds after which --quick begins no check
BESIDE = "overfit_one_batch", "places"  # parts that need no model of others: for the process that has less to do


class Bench:
    """The data, some rows of them, and a model that train.fit trained on those for a moment."""

    def __init__(self, given: dict[str, Any], folder: Path, quick: bool = False) -> None:
        self.given, self.folder, self.until = given, folder, QUICK if quick else 1e9
        config = common.configured(given)
        kit = common.kit(config)  # a model without gradients stands in for train.py and net.py
        self.net, self.trainer = (kit, kit) if hasattr(kit, "fit") else (net, train)
        self.data = data_module.load(config)
        self.meta = self.data.meta
        rows = self.own("ROWS", ROWS)
        self.train = runs.fewer(self.data.train, rows)
        self.valid = runs.fewer(self.data.valid, rows)
        config = replace(config, **{"depth": 1} if quick and hasattr(config, "depth") else {})
        plain = replace(config, device="cpu", precision="float32", minutes=0.0, epochs=0, passes=0)
        few = replace(plain, steps=self.own("STEPS", STEPS)).resolved(len(self.train.ids))
        self.config = replace(few, patience=10_000)
        self.shallow = min(2, getattr(config, "depth", 1))  # layers: more of the same are long in being traced

    def own(self, name: str, default: Any) -> Any:
        """What checks/task.py has by this name."""
        return getattr(importlib.import_module("checks.task") if OF_TASK.is_file() else None, name, default)

    @cached_property
    def brief(self) -> tuple[Any, list[float]]:
        """A model that was trained for a moment, without decay, as that moves what learns nothing; and its losses."""
        return self.trained(self.train, weight_decay=0.0)

    @cached_property
    def once(self) -> Any:
        """A model after one epoch, as training leaves it."""
        return self.trained(self.train, weight_decay=0.0, epochs=1)[0]

    def fresh(self, **knobs: Any) -> Any:
        """A model that knows nothing yet; `used` are its settings, changed by the knobs that it has."""
        self.used = replace(self.config, **{name: some for name, some in knobs.items() if hasattr(self.config, name)})
        return self.trainer.fresh(self.meta, self.used)

    def trained(
        self, split: Split, run: Path | None = None, pressed: Sequence = (), others: dict | None = None, **knobs: Any
    ) -> tuple[Any, list[float]]:
        """A fresh model after train.fit on the rows of `split`, and its mean loss in each epoch.

        `run` is one to go on with, `pressed` stands for Ctrl-C, `others` are valid and test; depth=1 is the quickest.
        """
        self.run = run or Path(tempfile.mkdtemp(dir=self.folder))
        model = self.fresh(**knobs)
        if not others:
            valid = self.valid if self.own("PARTS", 0) else runs.fewer(split, 16)  # noise is each split's own
            others = {"valid": valid}
            self.outputs(runs.fewer(self.valid, 2), model)  # as train.main() does, so that `fit` has to begin training
        data = self.data._replace(train=split, **others)
        lend = getattr(checks.optimiser, "lend", lambda *_: contextlib.nullcontext(model))  # where graphs take long
        with contextlib.redirect_stdout(io.StringIO()), lend(self, model, len(split.ids)) as trains:
            history = self.trainer.fit(trains, data, self.used, self.run, pressed)
        return model, [row[runs.HISTORY.index("train_loss")] for row in history]

    def outputs(self, split: Split, model: Any = None, *batch: int) -> np.ndarray:
        """What the briefly trained model, or another one, answers for every row of a split."""
        return self.net.outputs(model or self.brief[0], split.inputs, split.targets, self.meta, "float32", *batch)

    def at_start(self, split: Split) -> tuple[float, float]:
        """The loss of a model that knows nothing, and how far fresh weights may be from it."""
        return importlib.import_module("checks.start").loss_of_knowing_nothing(split, self.meta)

    def each(self, split: Split, others: Sequence[np.ndarray]) -> list[np.ndarray]:
        """What it answers where others are the inputs, again and again: to many rows in a call, as calls take long."""
        rows = split._replace(inputs=np.concatenate(others), targets=np.concatenate([split.targets] * len(others)))
        some = len(split.ids) * max(1, ROWS // len(split.ids))
        return np.split(self.outputs(rows, None, some), len(others))


def examined(bench: Any, name: str, check: Callable[[Any], checks.parts.Result | None]) -> dict[str, Any] | None:
    """What a check says, None where there is nothing to check; code that breaks fails its check, no more."""
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # notes on the data have been said
            late = time.process_time() > getattr(bench, "until", 1e9)
            if (said := (None, "left out", "time for it: python check.py") if late else check(bench)) is None:
                return None
        passed, found, expected = said
    except Exception as error:
        passed = None if isinstance(error, NotImplementedError) else False  # a model may have no such thing
        inside = [at for at in traceback.extract_tb(error.__traceback__) if common.ROOT in Path(at.filename).parents]
        places = [f" ({Path(at.filename).name}:{at.lineno})" for at in inside]
        found, expected = f"{type(error).__name__}: {error}{places[-1] if places else ''}", "no error"

    def place(name: re.Match) -> str:  # `train.fit()`, and where it begins
        module = {"train": "trainer", "net": "net"}.get(name[1], "")  # for which others stand in
        if not (function := getattr(getattr(bench, module, sys.modules.get(name[1])), name[2], None)):
            return name[0]
        code = inspect.unwrap(function).__code__
        return f"{name[0]} ({Path(code.co_filename).name}:{code.co_firstlineno})"

    title, _, advice = " ".join((check.__doc__ or "").split()).partition(": ")
    passed, advice = None if passed is None else bool(passed), re.sub(r"(\w+)\.(\w+)\(\)", place, advice)
    return {"id": name, "title": title, "passed": passed, "found": found, "expected": expected, "advice": advice}


def chosen(bench: Bench) -> tuple[list[Callable], list[Callable]]:
    """The checks for this task and model: of parts, and of runs."""
    parts = bench.own("PARTS", checks.parts.CHECKS + checks.answers.ONE_MODEL) + bench.own("CHECKS", [])
    of_runs = checks.reading.CHECKS + checks.training.CHECKS + checks.answers.CHECKS + checks.scores.CHECKS
    steps = [*checks.parts.STEPS, checks.training.each_row_once] * (bench.trainer is not train)  # it takes all at once
    parts = sorted(parts, key=lambda check: check.__name__ in BESIDE)
    return tuple([check for check in some if check not in steps] for some in (parts, of_runs + bench.own("RUNS", [])))


def beside(process: subprocess.Popen) -> Iterator[dict[str, Any]]:
    """What another process says, which was asked for --json."""
    said, told = process.communicate()
    if not said:
        raise Problem(f"checks of runs ended ({process.returncode} {told[-200:]}); --alone takes less memory")
    yield from json.loads(said)


def readable(error: Exception) -> None:
    """Files and data of the project can be read: mend what is named, or data.load()"""
    raise error


def main() -> int:
    parser = common.Parser(__doc__, knobs=True)
    parser.add_argument("--only", metavar="IDS", help="run these alone, by the names that --json gives them: rate,sees")
    parser.add_argument("--quick", action="store_true", help="those of parts alone that fit into 15 s, of one layer")
    parser.add_argument(
        "--alone", action="store_true", help="in one process, as always where data are larger than memory"
    )
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    args, given = parser.parse()
    results, in_two = [], not (args.only or args.alone or (common.ROOT / "prepare.py").is_file())
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as ends:
        try:
            if BROKEN:
                raise BROKEN
            bench = Bench(given, Path(folder), args.quick)
            gc.freeze()  # libraries are not looked through again and again while graphs are built
            parts, of_runs = ({check.__name__.replace("_", "-"): check for check in some} for some in chosen(bench))
        except (Problem, OSError):
            raise
        except Exception as error:
            bench, parts, of_runs, args.only, in_two = error, {"readable": readable}, {}, None, False
        known = parts | of_runs
        wanted = args.only.split(",") if args.only else [*(parts if args.quick else known)]
        if unknown := [name for name in wanted if name not in known]:
            raise Problem(f"no check {unknown[0]}; there are {', '.join(known)}", 2)
        others = [name for name in wanted if in_two and (name in of_runs or known[name].__name__ in BESIDE)]
        found = (examined(bench, name, known[name]) for name in known if name in wanted and name not in others)
        if others:
            os.environ[checks.reading.SPLITS] = checks.reading.fingerprint(bench)
            command = [sys.executable, "-X", "utf8", __file__, *sys.argv[1:], "--json", "--only", ",".join(others)]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
            ends.callback(process.kill)
            found = itertools.chain(found, beside(process))
        for result in filter(None, found):
            results.append(result)
            if not args.json:
                word = {True: "ok", False: "FAILED", None: "-"}[result["passed"]]
                print(f"{word:6}  {result['title']:47}  {result['found']}; expected {result['expected']}", flush=True)
                print(f"        {result['advice']}\n" * (word == "FAILED"), end="", flush=True)
    if args.json:
        print(json.dumps(results, indent=1, ensure_ascii=False))
    return int(any(result["passed"] is False for result in results))


if __name__ == "__main__":
    common.run(main)
