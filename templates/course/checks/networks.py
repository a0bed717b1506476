"""Checks on what networks answer, on random input with unusual weights. Public, as all that a public test leads to."""

from grading import Wrong

import numpy as np

ROWS = 6


def about(ask) -> dict:
    """What a probe builds a model from."""
    return {"meta": ask.facts.meta, "config": ask.facts.config}


def drawn(ask, rng: np.random.Generator, rows: int = ROWS) -> tuple[np.ndarray, np.ndarray | None]:
    """Random inputs and targets of the project's kind; no targets for pictures that are made of noise."""
    meta = ask.facts.meta
    inputs, targets = ask.facts.inputs, ask.facts.targets
    shape = (rows, *inputs.shape[1:])
    if "vocabulary" in meta:
        width = min(meta["length"], 11)
        words = rng.integers(3, len(meta["vocabulary"]), (rows, 1 + width))
        words[:, 0] = inputs[0, 0]
        ends = np.append(width, rng.integers(1, width, rows - 1))
        inputs = np.where(np.arange(1 + width) <= ends[:, None], words, 0).astype(inputs.dtype)
    elif "characters" in meta:
        inputs = rng.integers(0, len(meta["characters"]) + 1, shape).astype(inputs.dtype)
    elif "numbers" in meta:
        codes = [rng.integers(0, size, (rows, 1)) for size in meta["categories"]]
        inputs = np.hstack([rng.normal(size=(rows, meta["numbers"])), *codes]).astype(inputs.dtype)
    else:
        inputs = rng.normal(size=shape).astype(inputs.dtype)
        inputs = inputs.cumsum(1, dtype=inputs.dtype) if "horizon" in meta else inputs
    if "classes" in meta:
        wanted = rng.integers(0, len(meta["classes"]), rows)
    elif "characters" in meta:
        wanted = rng.integers(0, len(meta["characters"]) + 1, shape)
    else:
        wanted = np.tanh(rng.normal(size=(rows, *targets.shape[1:])))
    return inputs, wanted.astype(targets.dtype)


def answers(ask, inputs: np.ndarray, targets: np.ndarray, seed: int, of=None) -> np.ndarray:
    """What the model says of each row, (rows, …)."""
    known = targets if "characters" in ask.facts.meta else None
    got = np.asarray((of or ask)("model.outputs", **about(ask), inputs=inputs, targets=known, seed=seed))
    meta = ask.facts.meta
    each = {"classes": len(meta.get("classes", "")), "horizon": meta.get("horizon"), "latent": None}
    shape = next(((size,) for kind, size in each.items() if kind in meta and size), ())
    shape = tuple(meta["shape"]) if "latent" in meta else inputs.shape[1:] if "characters" in meta else shape
    if got.size != len(inputs) * int(np.prod(shape)):
        raise Wrong(f"{len(inputs)} rows give answers of shape {got.shape}; expected {(len(inputs), *shape)}")
    if not np.isfinite(got).all():
        raise Wrong("some answers are no finite numbers")
    return got.reshape(len(inputs), *shape)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """The largest difference, relative to how much values differ at all."""
    return float(np.abs(one - other).max() / (np.abs(one - one.mean(0)).max() + 1e-6))


def shapes_and_rows(ask, rng) -> None:
    """One answer a row, of the right shape; a row's answer depends on that row, and on no other."""
    inputs, targets = drawn(ask, rng)
    seed = int(rng.integers(1 << 30))
    whole = answers(ask, inputs, targets, seed)
    order = rng.permutation(len(inputs))
    if apart(whole[order], answers(ask, inputs[order], targets[order], seed)) > 1e-3:
        raise Wrong("in another order, rows get other answers: something mixes the rows of a batch")
    if apart(whole, np.concatenate([answers(ask, inputs[:1], targets[:1], seed), whole[1:]])) > 1e-3:
        raise Wrong("a row alone gets another answer than in a batch")
    if np.abs(whole - whole[:1]).max() < 1e-6 * np.abs(whole).max():
        raise Wrong("all rows get the same answer: the input is not used")
    if np.allclose(whole, answers(ask, inputs, targets, seed + 1), rtol=1e-3):
        raise Wrong("other weights give the same answers: the weights are not used")


def every_weight(ask, rng) -> float:
    """Each array of weights has an influence; the share of those that have."""
    inputs, targets = drawn(ask, rng)
    known = targets if "characters" in ask.facts.meta else None
    got = ask("model.changes", **about(ask), inputs=inputs, targets=known, seed=int(rng.integers(1 << 30)))
    got = np.asarray(got, float).reshape(len(got), -1)
    if not np.isfinite(got).all() or np.ptp(got[0]) == 0:
        raise Wrong("the answers are no finite numbers, or all are equal")
    if np.abs(got[-1] - got[0]).max() > 1e-3 * np.ptp(got[0]):
        raise Wrong("the same weights and rows give other answers when asked again")
    moved = np.abs(got[1:-1] - got[0]).max(1) > 1e-6 * np.abs(got[0]).max()
    if not moved.all():
        raise Wrong(f"{(~moved).sum()} of {len(moved)} arrays of weights change no answer: a layer is left out")
    return 1.0


def rows_and_weights(ask, rng) -> None:
    """Both, for a piece without which the rest of a model still answers each row by itself."""
    shapes_and_rows(ask, rng)
    every_weight(ask, rng)


def hiding(ask, rng, rate: float) -> dict:
    """What a probe builds a model from in which dropout hides this share of features; no picture is varied."""
    knobs = {"dropout": rate, "augment": "off"}
    config = ask.facts.config | {name: knobs[name] for name in knobs if name in ask.facts.config}
    return {"meta": ask.facts.meta, "config": config, "seed": int(rng.integers(1 << 30))}


def dropout(ask, rng) -> None:
    """Equal rows get different answers while training, where chance hides features, and equal ones after it."""
    given = hiding(ask, rng, 0.5)
    given["inputs"], targets = (np.tile(some, (4, *[1] * (some.ndim - 1))) for some in drawn(ask, rng))
    during, after = ask("chance.answers", **given), ask("model.outputs", **given, targets=targets)
    during, after = (np.asarray(some, float).reshape(4, ROWS, -1) for some in (during, after))
    if not (np.ptp(during, 0).max(1) > 1e-4 * np.abs(during).max((0, 2))).all():
        raise Wrong("while training, equal rows get equal answers: dropout is left out, or hides the same of all")
    if not (np.ptp(after, 0).max(1) < 1e-4 * np.abs(after).max((0, 2))).all():
        raise Wrong("after training, equal rows get different answers: dropout goes on")


def causal(ask, rng) -> None:
    """What follows a character changes no answer before it, and what came before changes those after it."""
    inputs, targets = drawn(ask, rng)
    seed, half = int(rng.integers(1 << 30)), inputs.shape[1] // 2
    other = rng.permutation(inputs.ravel()).reshape(inputs.shape)
    later, earlier = (
        np.where(np.arange(inputs.shape[1]) >= half, *some) for some in ((other, inputs), (inputs, other))
    )
    one, two, three = (answers(ask, some, targets, seed) for some in (inputs, later, earlier))
    if apart(one[:, :half], two[:, :half]) > 1e-3:
        raise Wrong("the answers for the first half change with the second half: a position sees what follows it")
    if apart(one[:, half:], two[:, half:]) < 1e-3:
        raise Wrong("the answers for the second half do not depend on it")
    if apart(one[:, half:], three[:, half:]) < 1e-3:
        raise Wrong("the answers for the second half do not depend on what came before")


def order_counts(ask, rng) -> None:
    """In a single block, the last answer depends on the order of what came before."""
    inputs, targets = drawn(ask, rng)
    given = {"meta": ask.facts.meta, "config": ask.facts.config | {"depth": 1}, "seed": int(rng.integers(1 << 30))}
    turned = np.concatenate([inputs[:, -2::-1], inputs[:, -1:]], 1)
    asked = (ask("model.outputs", inputs=some, targets=targets, **given) for some in (inputs, turned))
    one, two = (np.asarray(some, float).reshape(inputs.shape)[:, -1] for some in asked)
    if not apart(one, two) > 1e-3:
        raise Wrong("the last answer is the same when the characters before it are turned around")


def padding(ask, rng) -> None:
    """Padding changes no score: a short text has the same answer alone and beside a long one."""
    inputs, targets = drawn(ask, rng)
    seed = int(rng.integers(1 << 30))
    whole = answers(ask, inputs, targets, seed)
    if np.abs(whole - whole[:1]).max() < 1e-6:
        raise Wrong("all texts get the same answer")
    for row in range(1, 4):
        alone = inputs[row : row + 1, : np.flatnonzero(inputs[row])[-1] + 1]
        got = answers(ask, alone, targets[row : row + 1], seed)
        if np.abs(got - whole[row]).max() > 1e-3 * np.abs(whole - whole[:1]).max():
            raise Wrong("a text beside a longer one gets another answer than alone: padding is not left out")


def padding_and_weights(ask, rng) -> None:
    """Both, for a piece without which the rest of a model still leaves padding out."""
    padding(ask, rng)
    every_weight(ask, rng)
