"""What check.py examines in boosting alone: what each of its models learns from, and what it is asked."""

import contextlib
import copy
from collections.abc import Callable
from typing import Any
from unittest import mock

from checks.parts import Result, different, picked
from data import Split
from models import boosting

import numpy as np

ROWS = 200  # enough to tell
TRIED, MOST = 50, 1.5  # rows that tell whether their order counts, and how much it may
ASKED = "predict", "predict_proba"


def stacked(bench: Any) -> Result | None:
    """What another model says of a row is unseen: with_linear() in models/boosting.py asks linear models of other
    folds, drawn from all rows (shuffle=True), as trees would trust one too much that has learnt from the row"""
    if bench.trainer is not boosting:
        return None

    def said(rows: Split) -> np.ndarray:
        return boosting.with_linear(bench.fresh()["linear"], rows, bench.meta)[:, : bench.meta["outputs"]]

    rows, others = bench.train, np.array(bench.train.targets)
    others[0] = others[(others != others[0]).argmax()]
    moved = np.abs(said(rows) - said(rows._replace(targets=others))).max(1)
    wrong, order = [], np.argsort(rows.targets, kind="stable")  # of rows in a sorted file, and in no order
    for some in (order, np.random.default_rng(0).permutation(order)):
        part = picked(rows, some)
        right = np.eye(bench.meta["outputs"])[part.targets] if "classes" in bench.meta else part.targets[:, None]
        wrong.append(float(((said(part) - right) ** 2).mean()))
    times = wrong[0] / wrong[1] if len(order) >= TRIED else 1.0
    found = f"its own target moves what is said of a row by {moved[0]:.1g}, of others by {moved[1:].max():.1g}"
    passed = moved[0] <= 1e-9 < moved[1:].max() and times < MOST
    return passed, f"{found}; of sorted rows it is {times:.2f} times as wrong", f"0; less than {MOST:g} times"


def taught(bench: Any) -> Result | None:
    """Trees and network are asked for what they were taught: fit() in models/boosting.py gives each of them rows with
    their own target, trees all of them, by the weight of their class, which would else count twice; and answers() asks
    for columns in the order that they have in fit()"""
    if bench.trainer is not boosting:
        return None
    rows, model, given = different(bench, ROWS), bench.fresh(), []
    bench, weights = copy.copy(bench), np.linspace(1, 2, bench.meta["outputs"])
    if "classes" in bench.meta:
        bench.meta = bench.meta | {"class_weights": weights.tolist()}
        bench.data = bench.data._replace(meta=bench.meta)
    with contextlib.ExitStack() as changed:
        asked, trees = ASKED["classes" in bench.meta], {type(model[part]) for part in ("trees", "plain", "forest")}
        kinds = [(kind, name) for kind in trees for name in ("fit", asked)]
        for kind, name in (*kinds, (type(model["network"]), "partial_fit")):
            rule = getattr(kind, name)

            def noted(self: Any, *some: Any, name: str = name, rule: Callable = rule, **more: Any) -> Any:
                given.append((name, *some))
                return rule(self, *some, **more)

            changed.enter_context(mock.patch.object(kind, name, noted))
        bench.trained(rows, others={"valid": rows}, epochs=1)
    wrong = []
    for name, inputs, *targets in given:
        known = boosting.spread(rows.inputs, bench.meta) if name == "partial_fit" else rows.inputs
        own = {row.tobytes(): target for row, target in zip(known, rows.targets, strict=True)}
        found = [own.get(row.tobytes()) for row in inputs[:, -known.shape[1] :].astype(known.dtype)]
        strays = sum(target is None for target in found)
        missing = len(own) - len({row.tobytes() for row in inputs}) if name == "fit" else 0
        others = sum(a is not None and a != b for some in targets[:1] for a, b in zip(found, some, strict=True))
        if strays + others + missing:
            wrong.append(f"{name}() gets {strays} rows that train lacks, {others} with another's target, not {missing}")
        if name == "fit" and "classes" in bench.meta and not np.allclose(targets[1], weights[targets[0]]):
            wrong.append("fit() gets other weights than those of classes")
    return not wrong, "; ".join(wrong) or f"{len(rows.ids)} rows, each with its own target", "each with its own"


CHECKS = [stacked, taught]
