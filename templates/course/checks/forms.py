"""Checks on drawn losses, cells and mixtures: what the student's own form asks for, by NumPy."""

from grading import Wrong, close

import numpy as np

from .networks import drawn


def scores(ask, rng, rows: int, scale: float = 2.0) -> tuple[np.ndarray, np.ndarray, dict]:
    """Raw outputs and targets of the project's kind, and meta with weights of classes."""
    _, targets = drawn(ask, rng, rows)
    meta = dict(ask.facts.meta)
    shape = {"classes": (len(meta.get("classes", "")),), "horizon": targets.shape[1:]}
    shape = next((size for kind, size in shape.items() if kind in meta), (1,))
    if "characters" in meta:
        shape = (targets.shape[1], len(meta["characters"]) + 1)
        targets[:, : targets.shape[1] // 3] = -1
    if "classes" in meta:
        meta["class_weights"] = rng.uniform(0.5, 2, len(meta["classes"])).tolist()
    return (scale * rng.normal(size=(rows, *shape))).astype(np.float32), targets, meta


def formula(form: dict, scores: np.ndarray, targets: np.ndarray, meta: dict) -> float:
    """The loss that a student's form asks for, in float64."""
    kind, given = form["form"], next(value for name, value in form.items() if name != "form")
    scores = scores.astype(float)
    if "classes" in meta or "characters" in meta:
        factor = np.array(meta.get("class_weights") or [1.0] * scores.shape[-1])
        known = targets.ravel() >= 0
        scores, right = scores.reshape(len(known), -1)[known], targets.ravel()[known]
        top, last = scores.max(1, keepdims=True), scores.shape[1] - 1
        chances = scores - top - np.log(np.exp(scores - top).sum(1, keepdims=True))
        hit = chances[np.arange(len(right)), right]
        rows = {
            "smoothing": lambda: -hit + given * (hit - chances.mean(1)),
            "focal": lambda: -hit * ((1 - np.exp(hit)) * (last + 1) / last) ** given,
            "sloped": lambda: -hit * (1 - given + 2 * given * right / last),
        }[kind]()
        return float((rows * factor[right]).mean())
    gap = (scores if "horizon" in meta else scores[:, 0]) - targets
    rows = {
        "huber": lambda: np.minimum(abs(gap), given) * (abs(gap) - np.minimum(abs(gap), given) / 2),
        "pinball": lambda: (abs(gap) + (1 - 2 * given) * gap) / 2,
        "logcosh": lambda: (np.logaddexp(given * gap, -given * gap) - np.log(2)) / given,
    }[kind]()
    return float(rows.mean())


def the_loss(ask, rng) -> None:
    """The mean of the form that spec.json names, on random raw outputs."""
    for rows in (7, 2):
        raw, targets, meta = scores(ask, rng, rows)
        got = ask("model.losses", meta=meta, scores=raw, targets=targets)
        want = formula(ask.spec["loss"], raw, targets, meta)
        if np.shape(got) != () or not abs(float(got) - want) <= 1e-4 * abs(want) + 1e-6:
            raise Wrong(f"on {rows} random rows the loss is not what the form of ASSIGNMENT.md gives")


def judged(ask, rng, rows: int) -> tuple[dict, np.ndarray, np.ndarray]:
    """Real and made pictures, the weights of a linear judge, and its raw scores of both."""
    shape = (rows, *ask.facts.meta["shape"])
    real, made = (np.tanh(rng.normal(size=shape)).astype(np.float32) for _ in range(2))
    weights = (rng.normal(size=real[0].size) * 2 / np.sqrt(real[0].size)).astype(np.float32)
    given = {"real": real, "made": made, "weights": weights}
    return given, *(images.reshape(rows, -1).astype(float) @ weights for images in (real, made))


def tell_apart(ask, rng, penalty: float = 0.0, rows: int = 9, rtol: float = 1e-3) -> None:
    """The discriminator's loss in the student's form."""
    for _ in range(2):
        given, real, made = judged(ask, rng, rows)
        form = ask.spec["judge"]
        if form["form"] == "hinge":
            want = np.maximum(0, form["margin"] - real).mean() + np.maximum(0, form["margin"] + made).mean()
        else:
            want = ((real - form["label"]) ** 2).mean() + (made**2).mean()
        want += penalty * (given["weights"].astype(float) ** 2).sum() / 2
        got = ask("model.player", which="tell_apart", penalty=penalty, **given)
        if np.shape(got) != () or not abs(float(got) - want) <= rtol * abs(want):
            raise Wrong("tell_apart is not what the form of ASSIGNMENT.md gives for a judge linear in the pixels")


def fool(ask, rng) -> None:
    """The generator's loss in the student's form."""
    for rows in (9, 1):
        given, _, made = judged(ask, rng, rows)
        form = ask.spec["maker"]
        want = -made.mean() if form["form"] == "hinge" else ((made - form["label"]) ** 2).mean()
        got = ask("model.player", which="fool", penalty=0.0, **given)
        if np.shape(got) != () or not abs(float(got) - want) <= 1e-3 * abs(want) + 1e-5:
            raise Wrong("fool is not what the form of ASSIGNMENT.md gives for a judge linear in the pixels")


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def the_cell(ask, rng) -> None:
    """One step of the cell in the student's form, on random sums and memories."""
    width = int(rng.integers(3, 9))
    sums, memory = (rng.normal(size=(5, n)).astype(np.float32) for n in (4 * width, width))
    form, gates = ask.spec["cell"], sums.astype(float).reshape(5, 4, width)
    most = form.get("cap", np.inf)
    left = memory * form.get("keep", 1.0) * sigmoid(gates[:, 1] + form.get("shift", 0.0))
    want = np.clip(left + sigmoid(gates[:, 0]) * np.tanh(gates[:, 2]), -most, most)
    got = ask("model.cell", sums=sums, memory=memory)
    close(got["memory"], want, rtol=1e-4, atol=1e-5)
    close(got["shown"], sigmoid(gates[:, 3]) * np.tanh(want), rtol=1e-4, atol=1e-5)


def cell_of_framework(ask, rng) -> None:
    """From an empty memory every form is the framework's own cell, where no cap cuts it."""
    width = int(rng.integers(3, 9))
    sums = (0.5 * rng.normal(size=(20, 4 * width))).astype(np.float32)
    got = ask("model.cell", sums=sums, memory=np.zeros((20, width), np.float32))
    own = ask("model.framework_cell", sums=sums)
    gates = sums.astype(float).reshape(20, 4, width)
    want = {"memory": sigmoid(gates[:, 0]) * np.tanh(gates[:, 2])}
    want["shown"] = sigmoid(gates[:, 3]) * np.tanh(want["memory"])
    free = np.abs(want["memory"]) < ask.spec["cell"].get("cap", np.inf)
    for name in ("memory", "shown"):
        close(own[name], want[name], rtol=1e-4, atol=1e-5, name="the framework's own cell, which nothing may change,")
        close(np.where(free, got[name], 0.0), np.where(free, want[name], 0.0), rtol=1e-4, atol=1e-5)


def mixture(ask, rng) -> None:
    """What all models are made to say is mixed in the student's form, however many rows are read at once."""
    meta, form, rows = ask.facts.meta, ask.spec["answers"], 30
    inputs, _ = drawn(ask, rng, rows)
    inputs[:, 0] = np.arange(rows)
    classes = len(meta.get("classes", ""))
    known = np.arange(classes > 2, classes)  # of three and more train lacks the first
    said = rng.dirichlet(np.ones(len(known)), (4, rows)) if classes else rng.normal(scale=0.2, size=(4, rows))
    said, shares = 0.5 * (said + said.mean(0)), rng.dirichlet(np.ones(4))  # some are near one another
    gap = np.ptp(said, 0).reshape(rows, -1).max(1)
    mean = (shares.reshape(4, *[1] * (said.ndim - 1)) * said).sum(0)
    of_trees = [1.0 if one > form.get("gap", 9) else form.get("share", 0.0) for one in gap]
    want = np.stack([part * one + (1 - part) * two for part, one, two in zip(of_trees, said[0], mean, strict=True)])
    want = np.pad(want, ((0, 0), (classes - len(known), 0))) if classes else want * meta["deviation"] + meta["mean"]
    batch = int(rng.integers(4, rows))
    got = ask("model.mixed", meta=meta, inputs=inputs, said=said, shares=shares, known=known, batch=batch)
    close(got, want.astype(np.float32))
