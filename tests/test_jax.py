"""JAX beside PyTorch: the same answers from the same weights, and what only this framework promises."""

import ast
import csv
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hackgen.parts import TEMPLATES, read_toml
from projects import CAN_FORK, generate, run, start

# What build() is told, and an input, by kind.
RNG = np.random.default_rng(0)
TEXTS = RNG.integers(1, 50, (4, 9)) * (np.arange(9) < np.array([[9], [5], [1], [0]]))
BINS = {"bin_starts": [[-1.0, 0.0], [-0.5, 0.5], [0.0, 0.0]], "bin_widths": [[1.0, 2.0], [1.0, 1e9], [1e9, 1e9]]}
KINDS: dict[str, tuple[dict[str, Any], Any]] = {
    "image-to-class": ({"shape": [20, 18, 3], "classes": ["a", "b", "c"]}, RNG.normal(size=(4, 20, 18, 3))),
    "noise-to-image": ({"shape": [10, 13, 3], "latent": 8}, RNG.normal(size=(4, 8))),
    "series-to-series": (
        {"context": 16, "horizon": 6, "season": 4, "naive": [12 + step % 4 for step in range(6)]},
        RNG.normal(size=(4, 16)),
    ),
    "table-to-class": (
        {"numbers": 3, "categories": [4, 7], "outputs": 2, **BINS},
        np.hstack([RNG.normal(size=(4, 3)), RNG.integers(0, 4, (4, 2))]),
    ),
    "tokens-to-class": ({"vocabulary": ["word"] * 50, "classes": ["no", "yes"], "length": 8}, TEXTS),
    "tokens-to-tokens": ({"characters": list("abcdefg"), "context": 12}, RNG.integers(0, 8, (4, 12))),
}
KNOBS = SimpleNamespace(width=16, depth=2, heads=2, kernel=3, dropout=0.5, penalty=0.5, average=0.9, seed=0)
MODELS = sorted(
    path.parent.relative_to(TEMPLATES / "models").as_posix() for path in (TEMPLATES / "models").rglob("with_jax.py")
)
# Parts of PyTorch's names, and what stands there in JAX, by model or ("") for the others.
NAMES = {
    "image-to-class/cnn": {rf"features\.({4 * i})\b": f"blocks.layers.{i}.convolution" for i in range(3)}
    | {rf"features\.({4 * i + 2})\b": f"blocks.layers.{i}.norm" for i in range(3)},
    "noise-to-image/gan": {r"(generator|average)\.layers\.0\b": r"\1.first"}
    | {rf"(generator|average)\.layers\.{i}\b": rf"\1.layers.layers.{j}.norm" for i, j in ((2, 0), (5, 2), (8, 4))}
    | {rf"(generator|average)\.layers\.{i}\b": rf"\1.layers.layers.{j}" for i, j in ((4, 1), (7, 3), (10, 5))}
    | {r"discriminator\.layers\.0\b": "discriminator.first"}
    | {rf"discriminator\.layers\.{2 * i + 2}\b": f"discriminator.layers.{i}" for i in range(2)},
    "series-to-series/transformer": {
        r"(blocks\.\d)\.norm\b": r"\1.before_attention",
        r"mlp\.0": "before_layers",
        r"mlp\.1": "widen",
        r"mlp\.3": "narrow",
    },
    "": {
        r"hidden\.3": "hidden.1",
        r"(layers|perceptron)\.0\.(weight|bias)$": r"widen.\2",
        r"(layers|perceptron)\.2\.(weight|bias)$": r"narrow.\2",
        r"(lstm|memory)\.(\w+)_l(\d)$": r"layers.\3.\2",
        r"(weight|bias)_ih(_l0)?$": r"from_input.\1",
        r"(weight|bias)_hh(_l0)?$": r"from_hidden.\1",
    },
}


def of_series(name: str) -> Any:
    """A function of the forecasting task's data.py, which models of series call."""
    code = ast.parse((TEMPLATES / "tasks/time-series-forecasting/data.py").read_text(encoding="utf-8"))
    found = [node for node in code.body if isinstance(node, ast.FunctionDef) and node.name == name]
    names: dict[str, Any] = {"Any": Any, "np": np}
    exec(compile(ast.Module(found, []), name, "exec"), names)
    return names[name]


def load(model: str, framework: str) -> ModuleType:
    """A model's file as a module."""
    path = TEMPLATES / "models" / model / f"with_{framework}.py"
    sys.modules.setdefault("config", SimpleNamespace(Config=object))  # what a project has beside it
    sys.modules.setdefault("data", SimpleNamespace(normalise=of_series("normalise")))
    spec = importlib.util.spec_from_file_location(f"{framework}_{model}".replace("/", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def both(model: str) -> tuple[Any, Any]:
    """A model in PyTorch with fresh weights, and in JAX with names and shapes alone."""
    from flax import nnx

    meta = KINDS[model.split("/")[0]][0]
    return load(model, "pytorch").build(meta, KNOBS), nnx.eval_shape(lambda: load(model, "jax").build(meta, KNOBS))


def shapes(model: Any) -> dict[str, Any]:
    """The parameters and statistics of a JAX model by name."""
    import jax
    from flax import nnx

    leaves = jax.tree_util.tree_leaves_with_path(nnx.to_pure_dict(nnx.state(model)))
    return {jax.tree_util.keystr(path, simple=True, separator="."): value for path, value in leaves}


def translated(model: str, torch_model: Any, like: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """PyTorch's weights under JAX's names and in its layouts; `like` has the names and shapes to reach."""
    found = {}
    for name, value in torch_model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        new, value = name.replace("running_", ""), value.numpy()
        for pattern, replacement in NAMES.get(model, NAMES[""]).items():
            new = re.sub(pattern, replacement, new)
        stem = new.removesuffix("weight")
        if stem != new:
            new = next(stem + end for end in ("kernel", "scale", "embedding") if stem + end in like)
        if new.endswith("kernel"):
            if re.search(r"(average|generator)\.layers\.layers\.[13]\b", new):  # transposed convolutions
                value = value[:, :, ::-1, ::-1].transpose(2, 3, 0, 1)
            elif value.ndim > 2:
                value = np.moveaxis(value, (0, 1), (-1, -2))  # (outputs, inputs, …) to (…, inputs, outputs)
            else:
                value = value.T
        found[new] = value.reshape(like[new].shape)
    if "starts" in like:  # which PyTorch takes from meta each time
        found |= {name: np.array(BINS[f"bin_{name}"], np.float32) for name in ("starts", "widths")}
    for name, (channels, height, wide) in {  # flattened pictures, which have their channels last in JAX
        ("image-to-class/cnn", "head.kernel"): (64, 2, 2),
        ("noise-to-image/gan", "discriminator.head.kernel"): (64, 2, 3),
    }.items():
        if name[0] == model:
            last = found[name[1]]
            found[name[1]] = last.reshape(channels, height, wide, -1).transpose(1, 2, 0, 3).reshape(last.shape)
    for name in ("generator.first.kernel", "average.first.kernel"):
        if name in found:
            found[name] = found[name].reshape(8, 64, 3, 4).transpose(0, 2, 3, 1).reshape(8, -1)
    return found


def near(found: Any, expected: np.ndarray) -> bool:
    """Equal to 1e-4 of the largest answer, or of 1 where all are smaller: weights drawn at random give large ones."""
    return bool(np.abs(np.asarray(found) - expected).max() < 1e-4 * max(1.0, np.abs(expected).max()))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_the_same_weights_give_the_same_answers(model: str) -> None:
    import jax
    import torch
    from flax import nnx

    theirs, ours = both(model)
    with torch.no_grad():
        for name, value in theirs.state_dict().items():
            if value.is_floating_point():
                noise = torch.rand(value.shape) if name.endswith("var") else torch.randn(value.shape)
                value += 0.3 * noise
        if isinstance(getattr(theirs, "embedding", None), torch.nn.Embedding) and theirs.embedding.padding_idx == 0:
            theirs.embedding.weight[0] = 0
    like = shapes(ours)
    weights = translated(model, theirs, like)
    assert weights.keys() == like.keys()
    _, parameters, others = nnx.split(ours, nnx.Param, ...)
    for state in (parameters, others):
        tree = nnx.to_pure_dict(state)
        paths = jax.tree_util.tree_leaves_with_path(tree)
        leaves = [weights[jax.tree_util.keystr(path, simple=True, separator=".")] for path, _ in paths]
        nnx.update(ours, jax.tree.unflatten(jax.tree.structure(tree), leaves))
    inputs = KINDS[model.split("/")[0]][1]
    typed = jax.tree.map(lambda x: x.astype(np.int64 if x.dtype.kind == "i" else np.float32), inputs)
    with torch.no_grad():
        expected = theirs.eval()(jax.tree.map(torch.from_numpy, typed))
    ours.eval()
    found = nnx.jit(lambda model, inputs: model(inputs))(ours, typed)
    if isinstance(found, tuple):
        found, expected = found[0], expected[0]
    assert near(found, expected.numpy())
    if model == "noise-to-image/gan":
        with torch.no_grad():
            judged = theirs.discriminator(expected)
        found = nnx.jit(lambda model, images: model.discriminator(images))(ours, expected.numpy())
        assert near(found, judged.numpy())


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_it_has_as_many_parameters(model: str) -> None:
    import jax
    from flax import nnx

    theirs, ours = both(model)
    count = sum(value.size for value in jax.tree.leaves(nnx.state(ours, nnx.Param)))
    assert count == sum(parameter.numel() for parameter in theirs.parameters())


def test_every_model_has_a_file_for_jax() -> None:
    files = (TEMPLATES / "models").rglob("with_pytorch.py")
    folders = [path.parent for path in files if "optional" not in read_toml(path.with_name("part.toml"))]
    assert MODELS == sorted(folder.relative_to(TEMPLATES / "models").as_posix() for folder in folders)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two models and a finished run."""
    folder = generate(
        tmp_path_factory.mktemp("jax") / "digits", task="image-classification", framework="jax", models=("mlp", "cnn")
    )
    run(folder, "train.py", "--smoke", "--out", "done").ok()
    return folder


def history(folder: Path) -> list[dict[str, str]]:
    with (folder / "history.csv").open(encoding="utf-8", newline="") as file:
        return [{key: value for key, value in row.items() if key != "seconds"} for row in csv.DictReader(file)]


@pytest.mark.slow
@pytest.mark.skipif(not CAN_FORK, reason="kills a forked process")
@pytest.mark.parametrize("task", ["tabular-classification", "image-classification", "image-generation"])
def test_a_killed_and_resumed_run_ends_with_the_same_weights(tmp_path: Path, task: str) -> None:
    project = generate(tmp_path / "p", task=task, framework="jax")
    words = ("train.py", "--smoke", "--epochs", "20", "--patience", "20", "--checkpoint-seconds", "0.02")
    run(project, *words, "--out", "whole").ok()
    killed = start(project, *words, "--out", "cut")
    last = project / "runs" / "cut" / "last.safetensors"
    codes = []
    for kill in range(2):  # each time a little after the first or the next checkpoint
        seen = last.stat().st_mtime_ns if last.exists() else 0
        while killed.is_alive() and not (last.exists() and last.stat().st_mtime_ns > seen):
            time.sleep(0.002)
        time.sleep(0.03 * kill)
        killed.kill()  # says nothing where training was faster
        killed.join()
        codes.append(killed.exitcode)
        killed = start(project, "train.py", "--resume", "cut")
    killed.join()
    assert killed.exitcode == 0 and -signal.SIGKILL in codes
    for name in ("best.safetensors", "last.safetensors"):
        whole, cut = (weights(project / "runs" / r / name) for r in ("whole", "cut"))
        assert all(np.array_equal(whole[key], cut[key]) for key in whole), name
    assert history(project / "runs" / "whole") == history(project / "runs" / "cut")
    assert "smoke run passed" in run(project, "train.py", "--resume", "whole").ok().out  # it was over


def weights(file: Path) -> dict[str, np.ndarray]:
    import safetensors.numpy

    return safetensors.numpy.load_file(file)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_two_devices_share_each_batch_and_learn_the_same(project: Path, model: str) -> None:
    environment = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=2", "JAX_LOG_COMPILES": "1"}
    words = [
        "--smoke",
        "--model",
        model,
        "--batch-size",
        "33",
        "--dropout",
        "0.2",
        "--patience",
        "99",
    ]  # an odd number of rows
    run(project, "train.py", *words, "--out", f"one-{model}").ok()

    def with_two(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "train.py", *words]
        done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
        assert done.returncode == 0 and "on 2 × cpu" in done.stdout, done.stderr[-2000:]
        return done

    done = with_two(*words, "--out", f"two-{model}")
    assert done.stderr.count("Finished XLA compilation of jit(train_steps)") <= 1  # not anew for the second step
    one, two = (history(project / "runs" / f"{name}-{model}") for name in ("one", "two"))
    with_two("--resume", f"two-{model}", "--epochs", str(len(two) + 1))
    assert len(history(project / "runs" / f"two-{model}")) == len(two) + 1
    assert len(one) == len(two)
    for row, other in list(zip(one, two, strict=True))[: 1 if model == "cnn" else None]:  # rounding grows in batch norm
        for name in ("train_loss", "valid_loss"):
            assert np.isclose(float(row[name]), float(other[name]), rtol=1e-4), name


@pytest.mark.slow
def test_all_batches_of_an_epoch_have_one_size_and_hold_every_row(project: Path) -> None:
    code = (
        "import json, numpy as np, train, common\n"
        "config = common.configured({'batch_size': 16})\n"
        "order = train.batches(101, config, 1, 4)\n"
        "other = (order != train.batches(101, config, 2, 4)).any().item()\n"
        "print(json.dumps([list(order.shape), len(np.unique(order)), other]))"
    )
    shape, rows, other = json.loads(run(project, "-c", code).ok().out.splitlines()[-1])
    assert shape == [2, 4, 13] and rows == 101 and other


@pytest.mark.slow
def test_other_checkpoints_are_refused_with_what_they_are(project: Path) -> None:
    import safetensors.numpy

    best = project / "runs" / "done" / "best.safetensors"
    good = best.read_bytes()
    arrays = safetensors.numpy.load(good)

    def tried(arrays: dict[str, np.ndarray], framework: str = "jax", model: str = "mlp") -> Any:
        about = {"about": ["image-classification", framework, model], "state": None}
        best.write_bytes(safetensors.numpy.save(arrays, {"about": json.dumps(about)}))
        return run(project, "evaluate.py", "done")

    try:
        tried(arrays, framework="keras").refused(1, "best.safetensors", "keras")
        tried(arrays, model="cnn").refused(1, "best.safetensors", "cnn")
        (name, *_) = arrays
        tried({**arrays, name: arrays[name][:1]}).refused(1, "does not fit", name)
        tried({other: arrays[other] for other in arrays if other != name}).refused(1, "does not fit", name)
        best.write_bytes(safetensors.numpy.save(arrays))  # another program's
        run(project, "evaluate.py", "done").refused(1, "no checkpoint of this project")
        best.write_bytes(good[:2000])
        run(project, "evaluate.py", "done").refused(1, "damaged")
        best.unlink()
        run(project, "evaluate.py", "done").refused(1, "missing")
    finally:
        best.write_bytes(good)
    run(project, "evaluate.py", "done").ok()


@pytest.mark.slow
def test_usage_mistakes_get_one_line(project: Path) -> None:
    run(project, "train.py", "--device", "abacus").refused(2, "abacus")
    run(project, "train.py", "--device", "tpu").refused(2, "tpu", "use auto")
    run(project, "train.py", "--precision", "bfloat16").refused(2, "bfloat16")
    run(project, "train.py", "--precision", "float7").refused(2, "float7")
