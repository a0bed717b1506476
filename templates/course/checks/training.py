"""Checks on what training does to a model, on random rows."""

from grading import Wrong

import numpy as np

from .networks import apart, drawn


def training(ask, rng, of=None, **knobs) -> tuple[dict, np.ndarray, np.ndarray]:
    """What train.fit makes of 16 random rows, and these."""
    inputs, targets = drawn(ask, rng, 16)
    return run(ask, of or ask, inputs, targets, int(rng.integers(1 << 30)), **knobs), inputs, targets


def run(ask, of, inputs, targets, weights: int, **knobs) -> dict:
    usual = {"epochs": 3, "batch_size": 4, "minutes": 0.0, "patience": 1000, "clip": 0.3}
    usual |= {"dropout": 0.0, "frozen_share": 0.0}
    config = ask.facts.config | {name: value for name, value in (usual | knobs).items() if name in ask.facts.config}
    got = of("model.trained", meta=ask.facts.meta, config=config, inputs=inputs, targets=targets, seed=weights)
    if not isinstance(got, dict) or not all(np.isfinite(got.get(name, np.nan)).all() for name in ("losses", "after")):
        raise Wrong("train.fit leaves losses or weights that are no finite numbers")
    return got


def learns(ask, rng) -> None:
    """Training moves the weights, no further than the rate allows, and its loss falls."""
    got, *_ = training(ask, rng, epochs=12, batch_size=8, clip=1.0, weight_decay=0.0)
    within(ask, got, 24)
    if not got["losses"][-3:].mean() < got["losses"][0]:
        raise Wrong("the loss on 16 rows did not fall in 24 steps")


def within(ask, got: dict, steps: int) -> None:
    """Refuse weights that stand still, or that moved further than Adam moves them."""
    if not (np.asarray(got["moved"]) > 0).mean() > 0.9:
        raise Wrong("some arrays of weights are as before: no step was made for them")
    if np.max(got["moved"]) > 5 * steps * ask.facts.config["learning_rate"]:
        raise Wrong("weights moved further than the learning rate allows")


def both_move(ask, rng) -> None:
    """Generator and discriminator learn, and other pictures lead elsewhere."""
    one, *_ = training(ask, rng, epochs=2, batch_size=8)
    two, *_ = training(ask, rng, epochs=2, batch_size=8)
    for got in (one, two):
        within(ask, got, 4)
    if np.allclose(one["losses"], two["losses"], rtol=1e-4):
        raise Wrong("other pictures and weights give the same losses")


def average_moves(ask, rng) -> None:
    """What is drawn after training, by the running average, follows the training."""
    inputs, targets = drawn(ask, rng, 16)
    seed = int(rng.integers(1 << 30))
    few, more = (np.asarray(run(ask, ask, inputs, targets, seed, epochs=epochs)["outputs"], float) for epochs in (1, 3))
    if few.shape != more.shape or not np.isfinite(more).all() or apart(few, more) < 1e-4:
        raise Wrong("the average draws the same after one epoch and after three")


def trees_learn(ask, rng) -> None:
    """Each epoch adds trees, and the loss falls where a column tells the targets."""
    inputs, targets = drawn(ask, rng, 60)
    told = inputs[:, 0] > 0 if "classes" in ask.facts.meta else inputs[:, 0]
    targets, seed = told.reshape(targets.shape).astype(targets.dtype), int(rng.integers(1 << 30))
    got, few = (run(ask, ask, inputs, targets, seed, epochs=epochs, learning_rate=0.1) for epochs in (4, 1))
    grown = len(got["after"]) - len(few["after"])  # numbers in nodes
    if not got["losses"][-1] < got["losses"][0] or grown < 30:
        raise Wrong("four epochs should have several times the trees of one, and a lower loss")
