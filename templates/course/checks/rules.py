"""Checks on plain functions: what they must give, by NumPy and by properties, on random input."""

from grading import Wrong, close

import numpy as np


def rows_in_groups(rng: np.random.Generator, classes: int, groups: int, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Keys and labels of rows: each group is of one class and holds 1 to `most` rows, in mixed order."""
    label_of = np.arange(groups) % classes
    sizes = rng.integers(1, most + 1, groups)
    names = rng.permutation(10 * groups)[:groups]
    keys, labels = np.repeat(names, sizes), np.repeat(label_of, sizes)
    order = rng.permutation(len(keys))
    return keys[order], labels[order]


def split(ask, rng) -> None:
    """No key in two splits, every class in all three, shares as asked for, and the seed decides."""
    keys, labels = rows_in_groups(rng, int(rng.integers(2, 5)), int(rng.integers(120, 200)), 4)
    knobs = {"split_seed": int(rng.integers(1000)), "valid_share": 0.2, "test_share": 0.25}
    got = part_of(ask, keys, labels, **knobs)
    torn = [key for key in np.unique(keys) if len(np.unique(got[keys == key])) > 1]
    if torn:
        raise Wrong(f"{len(torn)} keys have rows in several splits: the test set leaks into training")
    for number, share in ((1, 0.2), (2, 0.25)):
        found = (got == number).mean()
        if not 0.6 * share < found < 1.5 * share:
            raise Wrong(f"split {number} holds {found:.0%} of the rows; {share:.0%} were asked for")
    if not np.array_equal(got, part_of(ask, keys, labels, **knobs)):
        raise Wrong("the same seed gives another split")
    if np.array_equal(got, part_of(ask, keys, labels, **{**knobs, "split_seed": knobs["split_seed"] + 1})):
        raise Wrong("another split_seed gives the same split")


def part_of(ask, keys, labels, **knobs) -> np.ndarray:
    got = np.asarray(ask("rules.divide", config=ask.facts.config, keys=keys, labels=labels, **knobs))
    if got.shape != keys.shape or not np.isin(got, [-1, 0, 1, 2]).all():
        raise Wrong("divide returns one of -1, 0, 1 and 2 for each row")
    return got


def schedule(ask, rng) -> None:
    """A linear warm-up from 5 % of the peak, then half a cosine to zero."""
    peak, warmup = float(rng.uniform(0.001, 0.1)), float(rng.uniform(0.05, 0.5))
    shares = np.append(rng.uniform(0, 1, 20), [0.0, warmup, 1.0])
    got = ask("rules.rates", config=ask.facts.config, shares=shares, learning_rate=peak, warmup=warmup)
    cosine = 0.5 + 0.5 * np.cos(np.pi * (shares - warmup) / (1 - warmup))
    close(got, peak * np.where(shares < warmup, 0.05 + 0.95 * shares / warmup, cosine), rtol=1e-6, atol=1e-9)


def stopping(ask, rng, minutes: float = 0.0) -> None:
    """Over after the last epoch, or when the best is longer ago than the patience."""
    epochs, patience = int(rng.integers(10, 40)), int(rng.integers(2, 8))
    epoch = rng.integers(1, epochs + 4, 40)
    best = np.minimum(rng.integers(0, epochs, 40), epoch - 1)
    epoch[:3], best[:3] = [epochs + 1, patience + 3, patience + 4], [epochs, 3, 3]
    states = np.stack([epoch, best, rng.uniform(0, 200, 40)], 1)
    knobs = {"epochs": epochs, "patience": patience, "minutes": minutes}
    got = ask("rules.over", config=ask.facts.config, states=states, **knobs)
    want = (epoch > epochs) | ((best > 0) & (epoch > best + patience))
    if minutes:
        want = states[:, 2] >= 60 * minutes
    if np.shape(got) != (40,) or not np.array_equal(np.asarray(got) > 0.5, want):
        raise Wrong("training ends too early or too late in some of 40 random states")


def sheet(ask, rng, rows: int) -> tuple[dict, np.ndarray, np.ndarray]:
    """Meta, truth and answers of the project's kind, on which a model is neither right nor wrong."""
    meta = dict(ask.facts.meta)
    if "classes" in meta:
        count = len(meta["classes"])
        target = rng.integers(0, count, rows)
        output = rng.dirichlet(np.ones(count), rows)
        output[np.arange(rows), target] += rng.uniform(0, 0.6, rows)
        return meta | {"metric": "accuracy"}, target, output / output.sum(1, keepdims=True)
    if "characters" in meta:
        return meta, rng.integers(0, len(meta["characters"]) + 1, rows), rng.gamma(2, 1, rows)
    if "horizon" in meta:
        meta["horizon"], ahead = 2, rng.normal(size=(rows, 2))
        series = np.sort(rng.integers(0, 3, rows) ** 2)
        return meta, np.column_stack([series, ahead]), ahead + rng.normal(size=ahead.shape)
    if "latent" in meta:
        mixed = rng.normal(size=(4, 4))
        made = rng.normal(size=(rows, 3 if rows < 100 else 40, 4)) * 1.3 + rng.normal(size=4)
        return meta, rng.normal(size=(rows, 4)) @ mixed, made
    target = rng.normal(3, 20, rows)
    return meta, target, target + rng.normal(0, 5, rows)


def the_score(meta: dict, target: np.ndarray, output: np.ndarray, weight: np.ndarray | None = None) -> float:
    """The project's score, in plain NumPy."""
    if "classes" in meta:
        said, weight = output.argmax(1), np.ones(len(target)) if weight is None else weight
        if meta["metric"] == "accuracy":
            return float(weight[said == target].sum() / weight.sum())
        both = [
            (weight[target == k].sum() + weight[said == k].sum(), weight[(said == k) & (target == k)].sum())
            for k in range(output.shape[1])
        ]
        return float(np.mean([2 * hit / all_ for all_, hit in both if all_]))
    if "characters" in meta:
        return float(output.mean())
    if "horizon" in meta:
        error = np.abs(output - target[:, 1:])
        return float(np.mean([error[target[:, 0] == one].mean() for one in np.unique(target[:, 0])]))
    if "latent" in meta:
        found = []
        for made in output.swapaxes(0, 1):
            one, other = np.cov(target.T), np.cov(made.T)
            values, vectors = np.linalg.eigh(one)
            root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
            shared = np.sqrt(np.linalg.eigvalsh(root @ other @ root).clip(0)).sum()
            gap = ((target.mean(0) - made.mean(0)) ** 2).sum()
            found.append(gap + np.trace(one) + np.trace(other) - 2 * shared)
        return float(np.mean(found))
    return float(np.sqrt(((output - target) ** 2).mean()))


def score(ask, rng) -> None:
    """The score of random answers, against plain NumPy."""
    for rows in (int(rng.integers(40, 90)), 30):
        meta, target, output = sheet(ask, rng, rows)
        got = ask("rules.score", meta=meta, target=target, output=output)
        close(got, the_score(meta, target, output), rtol=1e-5, atol=0, name="the score of random answers")


def interval(ask, rng) -> None:
    """An interval holds the score, and is narrower for more rows."""
    widths = []
    for rows in (40, 2000):
        meta, target, output = sheet(ask, rng, rows)
        meta |= {"context": 2} if "characters" in meta else {}
        got = np.asarray(ask("rules.interval", meta=meta, target=target, output=output), float)
        if got.shape != (2,) or not got[0] < the_score(meta, target, output) < got[1]:
            raise Wrong("the interval must be [low, high] around the score")
        widths.append(got[1] - got[0])
    if not widths[1] < 0.5 * widths[0]:
        raise Wrong("fifty times as many rows must give a much narrower interval")


def stretches(ask, rng) -> None:
    """Train, valid and test cover the text once, test is its end, and valid lies all along the rest."""
    length = int(rng.integers(60_000, 90_000))
    knobs = {"valid_share": 0.1, "test_share": float(rng.uniform(0.1, 0.3))}
    got = np.asarray(ask("rules.stretches", config=ask.facts.config, length=length, **knobs))
    if got.ndim != 2 or got.shape[1] != 3:
        raise Wrong("divide returns (begin, end) of the stretches of train, valid and test")
    got = got[got[:, 1].argsort()]
    if got[0, 1] not in (0, 1) or got[-1, 2] != length or not np.array_equal(got[1:, 1], got[:-1, 2]):
        raise Wrong("the stretches must cover the text without gaps, and none twice")
    size = [(got[got[:, 0] == part, 2] - got[got[:, 0] == part, 1]).sum() / length for part in range(3)]
    if got[-1, 0] != 2 or (got[:, 0] == 2).sum() != 1 or abs(size[2] - knobs["test_share"]) > 0.01:
        raise Wrong("test is the end of the text, of the share that was asked for")
    if (got[:, 0] == 1).sum() < 5 or abs(size[1] - 0.1) > 0.01:
        raise Wrong("valid is five stretches all along the rest, of the share that was asked for together")


def scales(ask, rng) -> None:
    """Mean, and the mean error of the seasonal naive forecast, of each series."""
    season, steps = int(rng.integers(2, 7)), int(rng.integers(50, 80))
    table = rng.normal(size=(steps, 3)).cumsum(0) * rng.uniform(0.1, 50, 3)
    units = np.abs(table[season:] - table[:-season]).mean(0)
    got = ask("rules.scales", table=table, season=season)
    close(got, np.stack([table.mean(0), units], 1), rtol=1e-6, atol=1e-9)


def windows(ask, rng) -> None:
    """Each window sees what came before it, and no step that is forecast lies outside the split."""
    meta, steps = ask.facts.meta, int(rng.integers(150, 200))
    context, horizon = meta["context"], meta["horizon"]
    steps += context + 3 * horizon
    values = rng.normal(size=(2, steps)).astype(np.float32)
    first = int(context + rng.integers(5, 40))
    end = first + horizon + int(rng.integers(5, 40))
    for start, stop in ((0, first), (first, end), (end, steps)):
        got = ask("rules.windows", meta=meta, values=values, first=start, end=stop)
        series, step = np.divmod(np.asarray(got["ids"]), steps)
        if not len(step) and stop - max(start, context) >= horizon:
            raise Wrong("a split that has room for windows has none")
        if (step < max(start, context)).any() or (step + horizon > stop).any():
            raise Wrong("a forecast lies outside the steps of its split: the future leaks")
        if len(step) and not (np.isin([0, 1], series).all() and step.max() == stop - horizon):
            raise Wrong("each series has windows up to the end of the split")
        if start == 0 and len(step) and len(step) != 2 * (stop - horizon - context + 1):
            raise Wrong("train has a window at every step")
        for row in range(0, len(step), 7):
            seen = values[series[row], step[row] - context : step[row]]
            ahead = values[series[row], step[row] : step[row] + horizon]
            if not np.array_equal(got["inputs"][row], seen) or not np.array_equal(got["targets"][row], ahead):
                raise Wrong("a window must hold the context before its first forecast, then the horizon")
