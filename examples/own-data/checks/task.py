"""What check.py examines in tables alone: a column that tells all, and what its short runs change and ask for."""

import importlib
from pathlib import Path
from typing import Any

import columns
import common
import data
import explain
import metrics
import predict
import runs
import table
from checks.parts import Result, alike
from config import Config

import numpy as np
import pandas as pd

CLOSE = 1e-3  # deviations
MOST_ROWS = 20_000  # of which numbers are measured
FAR = 9.0  # deviations, at which encode() may have cut a number
HEAD = 1 << 16  # bytes of a table, in which its columns are named


def disturbed(cells: pd.DataFrame | pd.Series, rows: np.ndarray) -> pd.DataFrame | pd.Series:
    """Typed cells with other values in some rows, equal ones still equal, for check.py.

    A lone column stays, as it may be what rows are divided by.
    """
    if isinstance(cells, pd.DataFrame):
        lone = cells.shape[1] == 1
        return cells if lone else cells.apply(lambda column: disturbed(column, rows))
    some, kind = cells.loc[rows], cells.dtype.kind
    other = some + pd.Timedelta(days=999) if kind == "M" else -2 * some if kind == "f" else some + "~"
    return pd.concat([cells.drop(rows), other])[cells.index]


SOURCES = {"columns.typed": disturbed, "data.numbers_of": disturbed}  # what data are read by, if there are such


def misplaced(config: Config, split: data.Split, meta: dict) -> int | None:
    """How many rows of a split are not what the table, read anew, says; None where it is large."""
    if not hasattr(data, "keys_of"):
        return None
    found, classes = table.opened(config), meta.get("classes")
    inputs = columns.encode(columns.typed(found.frame.loc[split.ids], found.features), meta)
    other = np.abs(inputs - split.inputs).max(1) > CLOSE
    if classes:
        said = data.labels_of(found, config.data).loc[split.ids].to_numpy()
        return int((other | (said != np.array(classes, object)[split.targets])).sum())
    name = meta["target"]  # in the table's own unit, so that a logarithm, say, is to be taken back
    cells = columns.known_cells(found.frame[name].loc[split.ids], found.entries[name])
    said = columns.read(cells, found.entries[name] | {"role": "number"}).to_numpy()
    return int((other | (np.abs(metrics.truth(split, meta) - said) > CLOSE * max(meta["deviation"], said.std()))).sum())


def as_files(config: Config, rows: np.ndarray, path: Path) -> range:
    """Write rows without their target, as predict.py takes them; which of its answers is whose. For check.py."""
    found = table.opened(config)
    found.frame.loc[rows].drop(columns=found.meta["target"]).to_csv(path, index=False)
    return range(len(rows))


def lone_column(bench: Any) -> Result:
    """No column alone tells the target: if it is not known in time, give it the role "skip" in data/schema.toml"""
    found, expected = explain.alone(bench.data), "less than all, or others do too"
    source = common.located(bench.config.data)
    head = source.read_bytes()[:HEAD] if source.suffix in (".csv", ".tsv", ".txt") else b""
    for name, used in explain.places(bench.meta).items():
        if head and name.encode() not in head and is_count(bench.train.inputs[:, used], bench.train.ids):
            return False, f"column {name!r} counts the rows of the file, which does not have it", "a fact of each row"
    if found is None:
        return None, "too few rows, or a single column", f"{explain.FEWEST} rows and two columns"
    whole = rounded(found.whole)
    if found.asked:
        scores = {name: rounded(score) for name, score in found.asked.items()}
        said = "; ".join(f"column {name!r} alone scores {score} of {whole}" for name, score in scores.items())
        return None, f"{said}: would you know it when you predict?", expected
    best = (max if metrics.HIGHER_IS_BETTER else min)(found.scores, key=found.scores.__getitem__)
    return True, f"the best, {best!r}, scores {rounded(found.scores[best])} of {whole}", expected


def rounded(value: float) -> str:
    """A score with three digits, as people write it: 27,400, not 2.74e+04."""
    return f"{float(f'{value:.3g}'):,.12g}"


def is_count(values: np.ndarray, ids: np.ndarray) -> bool:
    """Whether values, (rows, places), are one number that grows by the same from each row of the file to the next."""
    few = len(ids) < 20 or np.ptp(values) == 0
    return not few and values.shape[1] == 1 and abs(np.corrcoef(values[:, 0], ids)[0, 1]) > 1 - 1e-9


def equal_rows(bench: Any) -> Result:
    """Rows that belong together stand in one split: equal ones and those of a group, for which keys_of() in data.py has
    one key, that common.divide() gets; data.load() leaves out none"""
    found, meta = table.opened(bench.config), bench.meta
    cells = columns.typed(found.frame, found.features)
    same = pd.Series(pd.factorize(pd.util.hash_pandas_object(cells, index=False))[0], cells.index)
    part = pd.concat([pd.Series(number, split.ids) for number, split in enumerate(bench.data[:3])])
    said = (data.labels_of if "classes" in meta else data.numbers_of)(found, bench.config.data)
    if "classes" in meta:  # one that the first of equal rows has less than three times is left out
        first = said.groupby(same).transform("first")
        said = said[same[said.index].groupby(first).transform("nunique") > 2]
    if left_out := int((~said.index.isin(part.index)).sum()):
        return False, f"{left_out} rows that have a target are in no split", "none"

    def torn(keys: pd.Series) -> int:
        """How many rows have one of the same key in another split."""
        return int((part.groupby(keys[part.index]).transform("nunique") > 1).sum())

    if meta["group"] and (apart := torn(columns.known_cells(found.frame[meta["group"]], {}))):
        return False, f"{apart} rows have one of the same {meta['group']!r} in another split", "none"
    apart, tied = torn(same), meta["group"] or same.value_counts().max() > data.TIED * len(same)
    return None if apart and tied else apart == 0, f"{apart} rows have an equal one in another split", "none"


def newest_test(bench: Any) -> Result | None:
    """The newest rows are test, where a column says when they are: see data.by_time()"""
    if not (name := bench.meta["time"]):
        return None
    found = table.opened(bench.config)
    about = found.entries[name]
    if about["role"] == "skip":  # it teaches nothing, but it orders rows
        about = columns.role_of(found.frame[name])
    times = columns.typed(found.frame[[name]], {name: about})[name]
    keys = pd.concat([pd.Series(split.keys, split.ids) for split in bench.data[:3]])
    newest = times.fillna(times.min())[keys.index].groupby(keys).transform("max")  # rows of one key are as new as it
    older = int((newest[bench.data.test.ids] < newest[bench.data.train.ids].max()).sum())
    return older == 0, f"{older} rows of test are older than one of train, by {name!r}", "none"


def one_scale(bench: Any) -> Result:
    """Numbers enter at one scale: columns.fit() measures a standard deviation, columns.encode() divides by it"""
    rows = runs.fewer(bench.data.train, MOST_ROWS)
    numbers = [column for column in rows.inputs[:, : bench.meta["numbers"]].T if len(np.unique(column)) > 2]
    least = [0.0 if np.abs(column).max() > FAR else 0.8 for column in numbers]  # where what lies far is cut off
    off = sum(not low < column.std() < 1.2 for low, column in zip(least, numbers, strict=True))
    return off == 0, f"{off} of {len(numbers)} columns of numbers have another deviation", "about 1 in each"


def of_one_column(bench: Any) -> tuple[str, explain.Ask, np.ndarray]:
    """The first column's name, what a model would say that asks how far one place of it is from its typical value, and
    a typical row, (1, numbers + categories)."""
    meta, inputs = bench.meta, bench.train.inputs
    first, used = next(iter(explain.places(meta).items()))
    place = max(used, key=lambda place: len(np.unique(inputs[:, place])))  # most are not "missing"
    typical = np.array([[0.0] * meta["numbers"] + meta["usual"]])

    def ask(inputs: np.ndarray) -> np.ndarray:
        away = inputs[:, place] - typical[0, place]
        chance = 1 / (1 + np.exp(0.5 - np.abs(away) if place >= meta["numbers"] else -away))  # codes have no order
        if "classes" not in meta:
            return chance
        return np.stack([chance, 1 - chance], axis=1) @ np.eye(2, len(meta["classes"]))

    return first, ask, typical


def moved_by(bench: Any) -> Result:
    """A column moves an answer as is explained: explain.moved() is the answer less what it is with a typical value
    there, and with all others as they were"""
    meta = bench.meta
    first, ask, typical = of_one_column(bench)
    inputs, off = bench.valid.inputs[:20], 0.0
    output = ask(inputs)
    gap = output - ask(typical)
    gap = gap[np.arange(len(gap)), output.argmax(1)] if "classes" in meta else gap
    for row, added in enumerate(explain.moved(inputs, output, meta, ask)):
        wanted = {name: gap[row] * (name == first) for name in added}
        off = max(off, *(abs(added[name] - wanted[name]) for name in added))
    return off < 0.01, f"what is said of one that asks for {first!r} alone is off by {off:.2f}", "0.00"


def importance(bench: Any) -> Result | None:
    """A column is worth what the score loses without it: explain.importance() deals the cells of one column at a time,
    and more is lost where a score is lower, or an error higher"""
    meta, some = bench.meta, bench.train
    first, ask, _ = of_one_column(bench)
    said = ask(some.inputs)  # as if it were always right
    right = said.argmax(1) if "classes" in meta else (said - meta["mean"]) / meta["deviation"]
    if np.unique(right, return_counts=True)[1].max() > 0.9 * len(right):
        return None  # nearly all rows have one value there, so that dealing its cells may change none
    lost = explain.importance(bench.data._replace(valid=some._replace(targets=right)), ask)
    others = max((abs(value) for name, value in lost.items() if name != first), default=0.0)
    found = f"to one that asks for {first!r} alone it is worth {rounded(lost[first])}, the others {rounded(others)}"
    return lost[first] > 0 and others < 1e-3 * lost[first], found, "above 0, and 0"


def contest(bench: Any) -> Result | None:
    """A contest's file has what it asks for: predict.chances() gives each column the chance of its class, and a single
    one that of the second class of two"""
    if not (classes := bench.meta.get("classes")):
        return None
    names = [f"chance of {label}" for label in classes] if len(classes) > 2 else ["chance"]
    output = np.random.default_rng(0).dirichlet(np.ones(len(classes)), 3)
    sample = bench.folder / "sample_submission.csv"
    pd.DataFrame(0.5, range(len(output)), ["id", *names]).to_csv(sample, index=False)
    said = predict.chances(sample, output, classes)
    wrong = [name for name, column in zip(names, output.T[-len(names) :], strict=True) if not alike(said[name], column)]
    return not wrong, f"{len(wrong)} of {len(names)} columns have the chance of another class", "none"


CHECKS = [lone_column, one_scale, moved_by, importance, contest]
CHECKS += [equal_rows, newest_test] * hasattr(data, "keys_of")  # which large tables lack
if (common.ROOT / "checks/boosting.py").is_file():
    CHECKS += importlib.import_module("checks.boosting").CHECKS
