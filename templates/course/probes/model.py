"""The child's half of checks on networks: builds, asks and trains them by train.py and net.py, and judges nothing."""

import contextlib
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import common
import config as knobs
import data as data_module
import loss as objective
import train

import numpy as np

TORCH = knobs.FRAMEWORK in ("pytorch", "lightning")


def made(meta: dict, config: dict, seed: int) -> tuple[Any, Any, Any]:
    """A fresh model with weights that `seed` draws, its settings, and what trains it."""
    settings = common.configured({**config, "device": "cpu", "precision": "float32"})
    if "frozen_share" in config:
        import backbone

        backbone.load = small_body
    own = common.kit(settings)
    trainer = own if hasattr(own, "fit") else train
    model = trainer.fresh(meta, settings)
    if trainer is train:
        draw(model, meta, seed)
    return model, settings, trainer


def small_body(_: str) -> tuple:
    """Instead of a network that was trained before: any weights tell pictures apart, and none need be there."""
    from torch import nn

    layers = nn.Conv2d(3, 6, 5, 4), nn.Tanh(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(24, 12)
    return nn.Sequential(*layers), (0.4, 0.5, 0.6), (0.2, 0.3, 0.25)


def variables(model: Any) -> list[tuple[str, np.ndarray, Callable[[np.ndarray], Any]]]:
    """Name, value and setter of all that training changes, averages of batches included."""
    if TORCH:
        import torch

        state = [(name, value) for name, value in model.state_dict().items() if value.is_floating_point()]
        return [(n, v.numpy().copy(), lambda new, v=v: v.copy_(torch.from_numpy(new))) for n, v in state if v.ndim]
    if knobs.FRAMEWORK == "keras":
        return [(weight.path, np.array(weight), weight.assign) for weight in model.weights if len(weight.shape)]
    from flax import nnx

    found = []
    for path, variable in nnx.iter_graph(model):
        if isinstance(variable, nnx.Variable) and type(variable) is not nnx.Variable and variable[...].ndim:

            def put(new: np.ndarray, variable: Any = variable) -> None:
                variable[...] = np.asarray(new)

            found.append(("/".join(map(str, path)), np.array(variable[...]), put))
    return sorted(found, key=lambda one: one[0])


def draw(model: Any, meta: dict, seed: int) -> None:
    """Unusual weights, no zeros and ones: the n-th array of a shape gets the same values in every framework's order."""
    seen: dict[tuple[int, ...], int] = {}
    for name, value, put in variables(model):
        number = seen[value.shape] = seen.get(value.shape, -1) + 1
        rng = np.random.default_rng([seed, number, *value.shape])
        new = rng.normal(size=value.shape) * (max(0.15, value.size**-0.25) if value.ndim > 1 else 0.5)
        if "var" in name.replace(".", "/").split("/")[-1]:
            new = rng.uniform(0.5, 2.0, value.shape)
        if "vocabulary" in meta and len(value) == len(meta["vocabulary"]):
            new[0] = 0  # padding says nothing
        put(new.astype(np.float32))


def outputs(
    meta: dict, config: dict, inputs: np.ndarray, targets: np.ndarray | None = None, seed: int = 0, batch: int = 64
) -> np.ndarray:
    """What a model with drawn weights answers."""
    model, settings, _ = made(meta, config, seed)
    return common.kit(settings).outputs(model, inputs, targets, meta, "float32", batch)


def changes(meta: dict, config: dict, inputs: np.ndarray, targets: np.ndarray | None, seed: int) -> np.ndarray:
    """Its answers as it is, after each array of weights was changed alone, and as it was, (2 + arrays, …)."""
    model, settings, _ = made(meta, config, seed)
    answer = common.kit(settings).outputs
    found = [answer(model, inputs, targets, meta, "float32")]
    for number, (_, value, put) in enumerate(variables(model)):
        more = np.abs(np.random.default_rng([seed, number]).normal(size=value.shape))  # a variance stays above 0
        put((1.5 * value + more).astype(np.float32))
        found.append(answer(model, inputs, targets, meta, "float32"))
        put(value)
    return np.stack([*found, answer(model, inputs, targets, meta, "float32")])


def trained(
    meta: dict, config: dict, inputs: np.ndarray, targets: np.ndarray, seed: int, asked: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """What train.fit makes of some rows: its losses by epoch, weights before and after, and answers for valid."""
    model, settings, trainer = made(meta, config, seed)
    rows = np.arange(len(inputs))
    valid = inputs[:, None] if "latent" in meta else inputs
    parts = [data_module.Split(some, targets, rows, rows) for some in (inputs, valid, valid)]
    kit = common.kit(settings)
    before = kit.learnt(model)
    with contextlib.redirect_stdout(io.StringIO()), tempfile.TemporaryDirectory() as run:
        history = trainer.fit(model, data_module.Data(*parts, meta), settings, Path(run))
    after = kit.learnt(model)

    def same(name: str) -> bool:
        return name in after and after[name].shape == before[name].shape

    drawn = asked if asked is not None else valid
    return {
        "losses": np.array([row[2] for row in history], float),
        "moved": np.array([np.abs(after[name] - before[name]).max() for name in before if same(name)]),
        "before": np.concatenate([before[name].ravel() for name in before]),
        "after": np.concatenate([after[name].ravel() for name in after]),
        "outputs": kit.outputs(model, drawn, None if asked is not None else targets, meta, "float32"),
    }


def mixed(
    meta: dict, inputs: np.ndarray, said: np.ndarray, shares: np.ndarray, known: np.ndarray, batch: int
) -> np.ndarray:
    """The answers to rows that begin with their number, where each model says what is given for each."""
    from models import boosting

    def one(answers: np.ndarray) -> SimpleNamespace:
        def predict(rows: np.ndarray) -> np.ndarray:
            return answers[rows[:, 0].astype(int)]

        return SimpleNamespace(predict=predict, predict_proba=predict, classes_=known, coefs_=[])

    linear = SimpleNamespace(predict=lambda rows: rows[:, :1])
    model = dict(zip(("trees", "plain", "forest", "network"), map(one, said), strict=True))
    return boosting.outputs({"linear": linear, "shares": shares} | model, inputs, None, meta, "", batch)


def losses(meta: dict, scores: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The loss of a model whose raw output is `scores`."""
    tokens = "characters" in meta
    if knobs.FRAMEWORK == "keras":
        from backend import keras

        some = (keras.ops.convert_to_tensor(part) for part in (targets, scores))
        return np.array(keras.ops.convert_to_numpy(objective.loss(meta)(*some))).mean()

    def model(scores: Any, *_: Any, **__: Any) -> Any:
        return (scores, None) if tokens else scores

    if TORCH:
        import torch

        return objective.loss(model, torch.from_numpy(scores), torch.from_numpy(targets), meta).numpy()
    import jax.numpy as jnp

    return np.array(objective.loss(model, jnp.array(scores), jnp.array(targets), meta))


def player(which: str, real: np.ndarray, made: np.ndarray, weights: np.ndarray, penalty: float) -> np.ndarray:
    """The loss of one player of a GAN, tell_apart or fool, whose discriminator is linear in the pixels."""
    if knobs.FRAMEWORK == "keras":
        from backend import keras

        judge = keras.Sequential([keras.Input(real.shape[1:]), keras.layers.Flatten()])
        judge.add(keras.layers.Dense(1, use_bias=False))
        judge.add(keras.layers.Reshape(()))
        judge.set_weights([weights[:, None]])
        model = SimpleNamespace(discriminator=judge, penalty=penalty, jitter=keras.layers.GaussianNoise(0.1))
        real, made = map(keras.ops.convert_to_tensor, (real, made))
        value = objective.fool(model, made) if which == "fool" else objective.tell_apart(model, real, made)
        return np.array(keras.ops.convert_to_numpy(value))
    if TORCH:
        import torch

        real, made, weights = map(torch.from_numpy, (real, made, weights))
        key = []
    else:
        import jax

        real, made, key = jax.numpy.array(real), jax.numpy.array(made), [jax.random.key(0)]
    model = SimpleNamespace(discriminator=lambda images: images.reshape(len(images), -1) @ weights, penalty=penalty)
    value = objective.fool(model, made) if which == "fool" else objective.tell_apart(model, real, made, *key)
    return np.array(value)


def cell(sums: np.ndarray, memory: np.ndarray) -> dict[str, np.ndarray]:
    """One step of the LSTM by hand."""
    from models import lstm

    import_array = __import__("torch").from_numpy if TORCH else np.asarray
    shown, memory = lstm.cell(import_array(sums), import_array(memory))
    return {"shown": np.array(shown), "memory": np.array(memory)}


def framework_cell(sums: np.ndarray) -> dict[str, np.ndarray]:
    """The same of the framework's own cell, from an empty memory; its gates are i, f, g and o."""
    width = sums.shape[1] // 4
    if TORCH:
        import torch

        own = torch.nn.LSTMCell(4 * width, width, bias=False)
        with torch.no_grad():
            own.weight_ih.copy_(torch.eye(4 * width))
            shown, memory = own(torch.from_numpy(sums))
    else:
        import jax.numpy as jnp
        from flax import nnx

        own = nnx.LSTMCell(4 * width, width, rngs=nnx.Rngs(0))
        for number, name in enumerate(("ii", "if_", "ig", "io")):
            getattr(own, name).kernel[...] = jnp.eye(4 * width)[:, number * width : (number + 1) * width]
        empty = jnp.zeros((len(sums), width))
        (memory, shown), _ = own((empty, empty), jnp.array(sums))
    return {"shown": np.array(shown), "memory": np.array(memory)}
