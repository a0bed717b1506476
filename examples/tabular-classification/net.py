"""What PyTorch needs around the model: device, precision, answers as NumPy arrays, and checkpoints."""

import importlib
from functools import partial
from pathlib import Path
from typing import Any

import common
from common import Problem
from config import FRAMEWORK, TASK, Config
from data import Split
from loss import answers, loss

import numpy as np
import torch
from torch import nn

BEST, LAST = "best.pt", "last.pt"


def build(meta: dict, config: Config) -> nn.Module:
    """The model that the config names, with fresh weights that the seed decides."""
    torch.manual_seed(config.seed)
    return importlib.import_module(f"models.{config.model}").build(meta, config)


def choose_device(name: str) -> torch.device:
    """The device called `name`; for "auto" the first that is there."""
    there = [kind for kind in ("cuda", "mps") if getattr(torch, kind).is_available()] + ["cpu"]
    if name == "auto":
        name = there[0]
    if name.partition(":")[0] not in there:
        raise Problem(f"device {name} is not there; use auto (it would take {there[0]})", 2)
    return torch.device(name)


def choose_precision(name: str, device: torch.device, model: nn.Module) -> str:
    """float32 or bfloat16. The rule behind "auto", which never measures, so that a run can be repeated:

    CUDA  bfloat16 where the card has it in hardware
    CPU   bfloat16 where the processor has it and the model says that it gains: small matrices gain nothing
    """
    if name not in ("auto", "float32", "bfloat16"):
        raise Problem(f"no precision {name!r}; use auto, float32 or bfloat16", 2)
    if name != "auto":
        return name
    gains = device.type == "cuda" and torch.cuda.get_device_capability()[0] >= 8
    if device.type == "cpu" and getattr(model, "bfloat16_on_cpu", False):
        gains = torch.cpu._is_avx512_bf16_supported()
    return "bfloat16" if gains else "float32"


def to_tensor(array: np.ndarray, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(device, non_blocking=True)


def tensors(split: Split, rows: Any, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and targets of some rows, on a device."""
    return to_tensor(split.inputs[rows], device), to_tensor(split.targets[rows], device)


@torch.inference_mode()
def outputs(model: nn.Module, inputs: Any, targets: Any, meta: dict, precision: str, batch: int = 512) -> np.ndarray:
    """What the model answers for every row, in order, with or without targets; `batch` only changes the memory."""
    model.eval()
    device = next(model.parameters()).device
    parts = []
    for start in range(0, len(inputs), batch):
        rows = slice(start, min(start + batch, len(inputs)))
        some = to_tensor(inputs[rows], device)
        known = None if targets is None else to_tensor(targets[rows], device)
        with torch.autocast(device.type, torch.bfloat16, precision == "bfloat16"):
            parts.append(answers(model, some, known, meta).float().cpu().numpy())
    return np.concatenate(parts)


@torch.inference_mode()
def mean_loss(model: nn.Module, split: Split, meta: dict) -> float:
    """The loss on all rows of a small split, without dropout and in float32."""
    model.eval()
    inputs, targets = tensors(split, slice(None), next(model.parameters()).device)
    return float(loss(model, inputs, targets, meta))


def learnt(model: nn.Module) -> dict[str, np.ndarray]:
    """A copy of all that training should change, by name, for check.py; of a pretrained body, some is frozen."""
    some = [name for name, parameter in model.named_parameters() if parameter.requires_grad or name[:5] != "body."]
    return {name: model.get_parameter(name).detach().cpu().numpy().copy() for name in some}


def parameter_count(model: nn.Module) -> int:
    """Numbers that training sets."""
    return sum(parameter.numel() for parameter in model.parameters())


def set_weights(model: nn.Module, weights: dict[str, torch.Tensor], path: Path) -> nn.Module:
    try:
        model.load_state_dict(weights)
    except (RuntimeError, TypeError, AttributeError) as error:
        reason = str(error).splitlines()[-1].strip()
        raise Problem(f"{path} does not fit models/ as it is now ({reason}); train again") from None
    return model


def seed_step(seed: int, step: int, device: torch.device) -> None:
    """Let all chance of a step, such as dropout's, follow from the seed and the step, so that nothing need be saved."""
    number = seed * 1_000_003 + step
    torch.default_generator.manual_seed(number)  # torch.manual_seed takes longer than a small step
    if device.type != "cpu":
        getattr(torch, device.type).manual_seed(number)


def save(path: Path, config: Config, **content: Any) -> None:
    """Write a checkpoint whole, or leave the old one."""
    common.write(path, partial(torch.save, {"about": [TASK, FRAMEWORK, config.model], **content}))


def load(path: Path, config: Config) -> dict[str, Any]:
    """Read a checkpoint: tensors and plain values only (`weights_only`), so that a foreign file can run no code."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        about = content["about"]
    except Exception:  # whatever it stumbles over first
        raise Problem(f"{path} is missing, damaged or no checkpoint of this project; train again") from None
    if about != [TASK, FRAMEWORK, config.model]:
        raise Problem(f"{path} is of {', '.join(map(str, about))}, not of this run; choose another")
    return content


def restore(run: Path, config: Config, meta: dict, device: str | None = None) -> nn.Module:
    """The best model of a run, ready to answer; on the CPU where the run's device is not there."""
    path = run / BEST
    weights = load(path, config)["weights"]
    model = set_weights(build(meta, config), weights, path)
    if not all(torch.isfinite(parameter).all() for parameter in model.parameters()):
        raise Problem(f"{path} holds weights that are no numbers; train again with a lower --learning-rate")
    return model.to(choose_device(device or "auto")).eval()
