"""Run inside a Keras project: `python like_pytorch.py TEMPLATES META`. Prints, as JSON by model, the parameters of the
PyTorch model and of the Keras one, and how far their answers are apart once the Keras one has PyTorch's weights."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import net
import numpy as np
import torch
from config import MODELS

ROWS = 3


def pytorch_model(file: Path, meta: dict[str, Any], config: Any) -> torch.nn.Module:
    """The PyTorch model of the same kind and name, with random weights everywhere."""
    spec = importlib.util.spec_from_file_location("with_pytorch", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    torch.manual_seed(0)
    model = module.build(meta, config).eval()
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if value.is_floating_point() and not name.startswith("average."):
                value.copy_(0.1 * torch.randn_like(value) + (1.0 if "running_var" in name else 0.0))
        if (
            hasattr(model, "embedding")
            and model.embedding is not None
            and getattr(model.embedding, "padding_idx", 1) == 0
        ):
            model.embedding.weight[0] = 0
    return model


def arrays_of(model: torch.nn.Module) -> list[np.ndarray]:
    """PyTorch's weights in Keras's layout, in the order in which layers were made; "trust" stands in the last layer."""
    state = {name: value.numpy() for name, value in model.state_dict().items() if "num_batches" not in name}
    found = []
    for name in sorted(state, key=lambda name: name == "trust"):
        value = state[name]
        if ".bias_hh" in name or name == "embeddings":
            continue
        if ".bias_ih" in name:
            found.append(value + state[name.replace("bias_ih", "bias_hh")])  # Keras has one bias
        elif name == "head.weight" and hasattr(model, "features"):  # flattened (channels, 4, 4) there
            found.append(value.reshape(len(value), -1, 4, 4).transpose(2, 3, 1, 0).reshape(-1, len(value)))
        elif (
            name in ("answer_token", "queries", "positions", "places", "directions", "origins", "bends")
            or "embedding" in name
        ):
            is_linear = isinstance(model.get_submodule(name.rpartition(".")[0]), torch.nn.Linear)
            found.append(value.T if is_linear else value)
        else:
            found.append(np.moveaxis(value, (0, 1), (-1, -2)) if value.ndim > 2 else value.T)
    return found


def example(meta: dict[str, Any]) -> Any:
    """Random inputs of the kind that the task's data.py gives."""
    rng = np.random.default_rng(0)

    def floats(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape, dtype=np.float32)

    if "characters" in meta:
        return rng.integers(0, len(meta["characters"]) + 1, (ROWS, meta["context"]))
    if "vocabulary" in meta:
        tokens = rng.integers(1, len(meta["vocabulary"]), (ROWS, meta["length"] + 1))
        tokens[1, 5:] = 0  # padding
        return tokens
    if "horizon" in meta:
        return floats(ROWS, meta["context"])
    if "numbers" in meta:
        codes = np.stack([rng.integers(0, size, ROWS) for size in meta["categories"]], 1)
        return np.hstack([floats(ROWS, meta["numbers"]), codes]).astype(np.float32)
    return floats(ROWS, *meta["shape"])


def compare(file: Path, name: str, meta: dict[str, Any]) -> dict[str, float]:
    """Both models' parameters, and the largest gap between their answers, as a share of the largest answer."""
    config = MODELS[name]()
    theirs, ours = pytorch_model(file, meta, config), net.build(meta, config)
    found = {
        "pytorch": sum(value.numel() for value in theirs.parameters()),
        "keras": net.parameter_count(ours),
    }
    if name == "gan":
        return found
    for weight, array in zip([w for w in ours.weights if "seed" not in w.path], arrays_of(theirs), strict=True):
        weight.assign(array.reshape(weight.shape))
    inputs = example(meta)
    with torch.no_grad():
        right = theirs(torch.tensor(inputs))
    right = (right[0] if isinstance(right, tuple) else right).numpy()
    answer = np.array(ours(inputs, training=False))
    return {**found, "gap": float(np.abs(right - answer).max() / np.abs(right).max())}


if __name__ == "__main__":
    folder, meta = Path(sys.argv[1]), json.loads(sys.argv[2])
    print(json.dumps({name: compare(folder / name / "with_pytorch.py", name, meta) for name in MODELS}))
