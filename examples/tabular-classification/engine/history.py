"""The training log: a table on the screen, a row per epoch, and the same in history.csv."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import metrics
import runs
from cli import Fault
from engine import watch
from engine.progress import Progress
from splits import Data

COLUMNS = ["epoch", "step", "train_loss", "valid_loss", "valid_score", "learning_rate", "seconds", "kept"]


def read(run: Path) -> list[dict[str, float]]:
    """The rows of history.csv as numbers."""
    try:
        with (run / "history.csv").open(encoding="utf-8", newline="") as file:
            rows = [{name: float(row[name]) for name in COLUMNS} for row in csv.DictReader(file)]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Fault(f"{run / 'history.csv'} cannot be read ({error}); train again") from None
    if not any(row["kept"] for row in rows):
        raise Fault(f"{run} has no finished epoch yet; go on with: python train.py --resume {run.name}")
    return rows


def write(run: Path, rows: Sequence[dict[str, float]]) -> None:
    """Write history.csv whole, so that a resumed run cannot leave rows of a time that did not happen."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: f"{value:.10g}" for name, value in row.items()} for row in rows)
    runs.write(run / "history.csv", text.getvalue())


class Log:
    """The log of one training: scores each epoch on valid, notes it and shows it."""

    def __init__(self, run: Path, data: Data, progress: Progress) -> None:
        self.run, self.data = run, data
        self.truth = metrics.truth(data.valid, data.meta)
        # a row beyond the checkpoint that training goes on from is of a time that will be repeated
        self.rows = read(run)[: progress.epoch - 1] if progress.epoch > 1 else []
        print(header(data.meta.get("metric", metrics.NAME)))

    def epoch(self, progress: Progress, output: np.ndarray, model: Any) -> bool:
        """Take note of a finished epoch, whose answers for valid are `output`; True if it is the best so far."""
        score = metrics.score(self.truth, output, self.data.meta)
        valid_loss = metrics.loss(self.truth, output, self.data.meta)
        kept = progress.take(score, valid_loss)
        losses = progress.loss, valid_loss, score
        figures = progress.epoch, progress.steps, *losses, progress.rate, round(progress.seconds, 3), kept
        self.rows.append(dict(zip(COLUMNS, map(float, figures), strict=True)))
        write(self.run, self.rows)
        print(line(self.rows[-1]), flush=True)
        if hasattr(watch, "after_epoch"):
            watch.after_epoch(model, self.run, self.data, progress.epoch)
        return kept


def header(metric: str) -> str:
    """The heads of the log's columns; `*` will mark the epochs that were the best so far."""
    return f"epoch     step  train loss  valid loss  valid {metric:<14}  learning rate  seconds"


def line(row: dict[str, float]) -> str:
    """One epoch of the log."""
    return (
        f"{row['epoch']:5.0f} {row['step']:8.0f}  {row['train_loss']:10.4f}  {row['valid_loss']:10.4f}  "
        f"{row['valid_score']:20.4f}  {row['learning_rate']:13.6f}  {row['seconds']:7.1f}{' *' if row['kept'] else ''}"
    )
