"""The parent's half of checks on networks: what their answers, losses and training must be, on random input."""

from grading import Wrong, close

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


def small_pictures(ask, rng) -> None:
    """The same for pictures with so few pixels a side."""
    same_answers(ask, rng, int(rng.integers(20, 60)))


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


def mixture(ask, rng) -> None:
    """What trees and a network are made to say is mixed in the student's form, however many rows are read at once."""
    meta, form, rows = ask.facts.meta, ask.spec["answers"], 30
    inputs, _ = drawn(ask, rng, rows)
    inputs[:, 0] = np.arange(rows)
    classes = len(meta.get("classes", ""))
    known = np.arange(classes > 2, classes)  # of three and more train lacks the first
    said = rng.dirichlet(np.ones(len(known)), (2, rows)) if classes else rng.normal(scale=0.2, size=(2, rows))
    gap = np.abs(said[0] - said[1]).reshape(rows, -1).max(1)
    of_trees = [1.0 if one > form.get("gap", 9) else form.get("share", 0.5) for one in gap]
    want = np.stack([part * one + (1 - part) * two for part, one, two in zip(of_trees, *said, strict=True)])
    want = np.pad(want, ((0, 0), (classes - len(known), 0))) if classes else want * meta["deviation"] + meta["mean"]
    batch = int(rng.integers(4, rows))
    close(ask("model.mixed", meta=meta, inputs=inputs, said=said, known=known, batch=batch), want.astype(np.float32))


def trees_learn(ask, rng) -> None:
    """Each epoch adds trees, and the loss falls where a column tells the targets."""
    inputs, targets = drawn(ask, rng, 60)
    told = inputs[:, 0] > 0 if "classes" in ask.facts.meta else inputs[:, 0]
    targets, seed = told.reshape(targets.shape).astype(targets.dtype), int(rng.integers(1 << 30))
    got, few = (run(ask, ask, inputs, targets, seed, epochs=epochs, learning_rate=0.1) for epochs in (4, 1))
    grown = len(got["after"]) - len(few["after"])  # numbers in nodes
    if not got["losses"][-1] < got["losses"][0] or grown < 30:
        raise Wrong("four epochs should have several times the trees of one, and a lower loss")


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


def extreme_loss(ask, rng) -> None:
    """The same for outputs that are far off, and for a single row."""
    for rows, scale in ((5, 30.0), (1, 1.0)):
        raw, targets, meta = scores(ask, rng, rows, scale)
        got = ask("model.losses", meta=meta, scores=raw, targets=targets)
        want = formula(ask.spec["loss"], raw, targets, meta)
        if np.shape(got) != () or not abs(float(got) - want) <= 2e-4 * abs(want) + 1e-6:
            raise Wrong("the loss is not right for a single row, or for outputs that are far off")


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


def steepness(ask, rng) -> None:
    """Steep slopes beside real pictures cost, times the penalty, on top of the form."""
    tell_apart(ask, rng)
    tell_apart(ask, rng, float(rng.uniform(3, 8)), 1500, 0.12)


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
