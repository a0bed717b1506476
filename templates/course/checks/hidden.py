"""Checks that no student reads: equal to the reference, and what is rare or extreme."""

from grading import Wrong, close

import numpy as np

from .forms import formula, scores, tell_apart
from .networks import answers, apart, drawn, hiding
from .rules import part_of, rows_in_groups, sheet, stopping, the_score
from .training import run


def same_answers(ask, rng, side: int = 0) -> None:
    """Equal to the reference, with unusual weights and on random input."""
    for _ in range(2):
        inputs, targets = drawn(ask, rng)
        inputs = inputs[:, :side, :side] if side else inputs
        seed = int(rng.integers(1 << 30))
        want = answers(ask, inputs, targets, seed, ask.reference)
        got = answers(ask, inputs, targets, seed)
        if apart(want, got) > 2e-3:
            raise Wrong("with unusual weights and random rows the answers differ from those of a right solution")


def same_dropout(ask, rng) -> None:
    """While training, answers to equal rows are spread by chance as the reference's are."""
    inputs, _ = drawn(ask, rng, 8)
    inputs = inputs[:, :12] if "characters" in ask.facts.meta else inputs
    inputs = np.tile(inputs, (400, *[1] * (inputs.ndim - 1)))
    # With small weights some pieces hardly count, with large ones others.
    for rate, scale in ((0.3, 3.0), (0.6, 1.0), (0.6, 0.3)):
        given = hiding(ask, rng, rate) | {"inputs": inputs, "scale": scale}
        got, want = (np.sort(np.reshape(of("chance.answers", **given), (400, 8, -1)), 0) for of in (ask, ask.reference))
        unit = want.std(0) + 1e-4 * np.abs(want).max()
        if not (np.abs(got - want).mean(0) / unit).mean() < 0.16:  # where both are right, 0.09, and 0.11 by chance
            raise Wrong("while training, answers vary otherwise than those of a right solution: look at dropout")


def small_pictures(ask, rng) -> None:
    """The same for pictures with so few pixels a side."""
    same_answers(ask, rng, int(rng.integers(20, 60)))


def same_run(ask, rng, **knobs) -> None:
    """Three short epochs end with the losses and weights of the reference."""
    inputs, targets = drawn(ask, rng, 16)
    seed = int(rng.integers(1 << 30))
    want = run(ask, ask.reference, inputs, targets, seed, **knobs)
    got = run(ask, ask, inputs, targets, seed, **knobs)
    close(got["losses"], want["losses"], rtol=2e-3, atol=1e-6)
    if got["after"].shape != want["after"].shape:
        raise Wrong("the model has other weights")
    if np.linalg.norm(got["after"] - want["after"]) > 0.05 * np.linalg.norm(want["after"] - want["before"]):
        raise Wrong("after twelve steps the weights are not those of a right solution")


def same_run_unclipped(ask, rng) -> None:
    """The same where no gradient is cut: what clipped ones leave behind would be too small to be seen."""
    same_run(ask, rng, clip=1e6)


def frozen_at_first(ask, rng) -> None:
    """The same where what was learnt before stands still for half of twelve steps."""
    same_run(ask, rng, steps=12, frozen_share=0.5, top_share=0.9)


def trained_by(ask, rng) -> None:
    """train.fit reports this loss, and follows its gradient: its values while weights stand still, then a short run."""
    inputs, targets = drawn(ask, rng, 16)
    alone = np.unique(targets[targets >= 0])[[0, -1]] if targets.dtype.kind in "iu" else [targets]
    for some in alone:  # one class, then another: of many, and now and then of one, other losses are alike on average
        still = inputs, np.full_like(targets, some), int(rng.integers(1 << 30))
        got, want = (run(ask, of, *still, learning_rate=1e-7) for of in (ask, ask.reference))
        close(got["losses"], want["losses"], rtol=3e-4, atol=1e-6)
    same_run(ask, rng)


def same_drawing(ask, rng) -> None:
    """After twelve steps the running average draws as the reference's does."""
    inputs, targets = drawn(ask, rng, 16)
    seed = int(rng.integers(1 << 30))
    got, want = (np.asarray(run(ask, of, inputs, targets, seed)["outputs"]) for of in (ask, ask.reference))
    if got.shape != want.shape or not apart(want, got) < 0.05:
        raise Wrong("after twelve steps the average draws other pictures than that of a right solution")


def same_trees(ask, rng) -> None:
    """Three epochs of trees on random rows answer as the reference's do, also for a class that train lacks."""
    inputs, targets = drawn(ask, rng, 60)
    if len(ask.facts.meta.get("classes", "")) > 2:
        targets = np.maximum(targets, 1)
    seed = int(rng.integers(1 << 30))
    for knobs in ({"seed": 1}, {"seed": seed % 1000, "learning_rate": 0.3}):
        got, want = (run(ask, of, inputs, targets, seed, **knobs) for of in (ask, ask.reference))
        close(got["outputs"], want["outputs"], rtol=1e-3, atol=1e-4)
        close(got["losses"], want["losses"], rtol=1e-3, atol=1e-5)


def extreme_loss(ask, rng) -> None:
    """The same for outputs that are far off, and for a single row."""
    for rows, scale in ((5, 30.0), (1, 1.0)):
        raw, targets, meta = scores(ask, rng, rows, scale)
        got = ask("model.losses", meta=meta, scores=raw, targets=targets)
        want = formula(ask.spec["loss"], raw, targets, meta)
        if np.shape(got) != () or not abs(float(got) - want) <= 2e-4 * abs(want) + 1e-6:
            raise Wrong("the loss is not right for a single row, or for outputs that are far off")


def steepness(ask, rng) -> None:
    """Steep slopes beside real pictures cost, times the penalty, on top of the form."""
    tell_apart(ask, rng)
    tell_apart(ask, rng, float(rng.uniform(3, 8)), 1500, 0.12)


def split_of_rare_classes(ask, rng) -> None:
    """A class of three groups is in all splits, each class has its share, and one of two groups is left out."""
    keys, labels = rows_in_groups(rng, 3, 90, 3)
    base = keys.max() + 1
    keys = np.append(keys, base + np.array([0, 0, 1, 2, 2, 3, 3, 4]))
    labels = np.append(labels, [7, 7, 7, 7, 7, 9, 9, 9])
    order = rng.permutation(len(keys))
    keys, labels = keys[order], labels[order]
    got = part_of(ask, keys, labels, split_seed=int(rng.integers(1000)), valid_share=0.2, test_share=0.2)
    for label in (0, 1, 2, 7):
        if len(np.unique(got[labels == label])) != 3 or (got[labels == label] < 0).any():
            raise Wrong("a class with three or more groups must be in train, valid and test")
    if (got[labels == 9] != -1).any():
        raise Wrong("a class with two groups cannot be in three splits: its rows get -1")
    for label in range(3):
        if not 0.1 < (got[labels == label] == 2).mean() < 0.33:
            raise Wrong("each class should have its share of test: divide class by class")


def schedule_at_its_ends(ask, rng) -> None:
    """Also without warm-up, with nothing but warm-up, and when training runs longer than planned."""
    peak = float(rng.uniform(0.001, 0.1))
    shares = np.append(rng.uniform(1, 2, 3), rng.uniform(0, 1, 4))
    got = ask("rules.rates", config=ask.facts.config, shares=shares, learning_rate=peak, warmup=0.0)
    close(got, peak * (0.5 + 0.5 * np.cos(np.pi * shares.clip(0, 1))), rtol=1e-6, atol=1e-9)
    shares = rng.uniform(0, 1, 5)
    got = ask("rules.rates", config=ask.facts.config, shares=shares, learning_rate=peak, warmup=1.0)
    close(got, peak * (0.05 + 0.95 * shares), rtol=1e-6, atol=1e-9)


def stopping_by_the_clock(ask, rng) -> None:
    """With minutes, the clock alone decides."""
    stopping(ask, rng, float(rng.uniform(0.5, 2.5)))


def score_of_rare_classes(ask, rng) -> None:
    """Macro F1 where classes are missing from truth, answers or both, and rows that count several times."""
    meta, target, output = ask.facts.meta, rng.integers(0, 5, 60), rng.dirichlet(np.ones(5), 60)
    target[(target == 1) | (target == 2)] = 0
    output[:, [1, 3]] = 0  # class 1 occurs in neither, 2 is only said, 3 only true
    weight = rng.integers(0, 4, 60).astype(float)
    for metric in ("macro F1", "accuracy"):
        for times in (None, weight):
            known = meta | {"metric": metric}
            want = the_score(known, target, output, times)
            got = ask("rules.score", meta=known, target=target, output=output, weight=times)
            close(
                got, want, rtol=0, atol=1e-6, name="the score with missing classes, or rows that count several times,"
            )


def same_interval(ask, rng) -> None:
    """As wide and where the reference's is, up to the chance of drawing; none where rows are too few."""
    for rows in (5, 25, 300):
        meta, target, output = sheet(ask, rng, rows)
        meta |= {"context": 2} if "characters" in meta else {}
        got, want = (
            np.asarray(of("rules.interval", meta=meta, target=target, output=output), float)
            for of in (ask, ask.reference)
        )
        if got.shape != want.shape or not np.abs(got - want).max(initial=0) <= 0.2 * np.diff(want).sum():
            raise Wrong(f"for {rows} random rows the ends of the interval are not where they belong")


def scales_of_odd_series(ask, rng) -> None:
    """A series that repeats itself exactly takes the error of the last value; a constant one the unit 1."""
    season = int(rng.integers(2, 7))
    wave = np.tile(rng.normal(size=season), 10)
    table = np.stack([wave, np.full(len(wave), rng.normal())], 1)
    got = ask("rules.scales", table=table, season=season)
    want = [[wave.mean(), np.abs(np.diff(wave)).mean()], [table[0, 1], 1.0]]
    close(got, np.array(want), rtol=1e-6, atol=1e-9)
