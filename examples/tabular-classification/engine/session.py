"""How every training begins and ends: the command line, the data, the folder of the run. It knows no framework."""

import argparse
import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

import cli
import data as data_module
import runs
from config import Config
from engine import inference, schedule, watch
from splits import Data, subset

SMOKE_ROWS, SMOKE_STEPS = 64, 40  # few enough to be learnt by heart: the loss falls even where data tell nothing


class Session:
    """One call of train.py: what was asked for, the data, and the run they lead to.

    config  every knob; complete after `start`
    data    the three splits, with --smoke only a few rows of them
    run     the run's folder, after `start`
    """

    def __init__(self, description: str | None) -> None:
        parser = cli.Parser(description or "")
        parser.add_argument("--out", metavar="RUN", help="name of the run [<time>-<model>]")
        parser.add_argument("--resume", metavar="RUN", help="go on with a run that was interrupted")
        parser.add_argument("--smoke", action="store_true", help="a few seconds on few rows: does everything work?")
        self.args, self.config = cli.parse_with_knobs(parser)
        self.smoke = self.args.smoke
        self.resumes = bool(self.args.resume)
        if self.resumes:
            self.run = runs.find(self.args.resume)
            self.config, facts = resumed(self.run, self.args, self.config)
            self.smoke = facts["smoke"]
        self.data: Data = data_module.load(runs.located(self.config))
        if self.resumes:
            runs.trained_meta(self.run, self.data.meta)
        if self.smoke:
            self.data = fewer_rows(self.data)
            if not (self.resumes or self.config.epochs):
                self.config = dataclasses.replace(self.config, steps=SMOKE_STEPS)

    def settle(self, **settled: Any) -> None:
        """Complete the config of a new run: what follows from the rows, and the knobs `settled` as they turned out."""
        if not self.resumes:
            self.config = dataclasses.replace(schedule.resolve(self.config, len(self.data.train)), **settled)

    def start(self, **settled: Any) -> Path:
        """The run's folder; a new one gets config.json, settled, and meta.json."""
        self.settle(**settled)
        if not self.resumes:
            self.run = runs.start(self.config, self.args.out)
            runs.write_json(self.run / "meta.json", self.data.meta)
            runs.save_config(self.run, self.config, smoke=self.smoke)
        return self.run

    def announce(self, parameters: int, where: str) -> None:
        """Say what is about to be trained, on which device (`where`)."""
        config = self.config
        print(
            f"{config.model} with {parameters:,} parameters on {where} in {config.precision}; "
            f"{len(self.data.train)} train and {len(self.data.valid)} valid rows, batch size {config.batch_size}, "
            + (f"{config.minutes:g} minutes" if config.minutes else f"{config.epochs} epochs")
        )

    def yardstick(self, model: Any) -> float:
        """What must fall in a smoke run: the loss on fixed rows spread over train, or what the task watches instead."""
        if not self.smoke:
            return 0.0  # nothing has to be proved
        if hasattr(watch, "yardstick"):
            return watch.yardstick(model, self.data)
        return inference.mean_loss(model, self.data.train, spread(len(self.data.train), SMOKE_ROWS), self.data.meta)

    def end(self, before: float, model: Any) -> None:
        """Say that the run is done; a smoke run is one only if its yardstick fell below what it was `before`."""
        if self.smoke:
            after = self.yardstick(model)
            if not after < before:
                raise cli.Fault(f"smoke run: the loss on fixed rows did not fall ({before:.4f} to {after:.4f})")
            print(f"smoke run passed: {before:.4f} fell to {after:.4f}")
        print(f"run {self.run.name} is done; next: python evaluate.py")

    def out_of_memory(self) -> cli.Fault:
        """What to do about a batch that does not fit."""
        size = self.config.batch_size
        return cli.Fault(f"out of memory with batch size {size}; try --batch-size {max(1, size // 2)}")


def resumed(run: Path, args: argparse.Namespace, default: Config) -> tuple[Config, dict[str, Any]]:
    """The config of the run to go on with; its knobs are fixed, only the data may have moved."""
    config, facts = runs.read_config(run)
    knobs = (field.name for field in dataclasses.fields(default) if field.name != "data")
    given = [name for name in knobs if getattr(args, name, None) is not None]
    if given or args.out or args.smoke:
        raise cli.Misuse(f"a resumed run keeps its settings; leave out --{(given or ['out or --smoke'])[0]}")
    return (dataclasses.replace(config, data=args.data) if args.data else config), facts


def fewer_rows(data: Data) -> Data:
    """At most SMOKE_ROWS rows of train and valid; test stays closed."""
    few = [subset(split, spread(len(split), SMOKE_ROWS)) for split in (data.train, data.valid)]
    return dataclasses.replace(data, train=few[0], valid=few[1])


def spread(rows: int, most: int) -> np.ndarray:
    """At most `most` row numbers, evenly spread over all rows."""
    return np.unique(np.linspace(0, rows - 1, most).astype(int))
