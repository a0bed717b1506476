"""Where the arithmetic happens and how precisely: one fixed rule, so that a run can be repeated."""

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from cli import Fault, Misuse

SMALL_STEP = 3_000_000  # parameters times rows


def available() -> list[str]:
    """The devices that this torch sees, fastest first."""
    found = ["cuda"] if torch.cuda.is_available() else []
    return [*found, "mps", "cpu"] if torch.backends.mps.is_available() else [*found, "cpu"]


def choose(name: str, trial: Callable[[torch.device], Any] | None = None) -> torch.device:
    """The device called `name`, or for "auto" the first available one on which `trial` succeeds."""
    if name != "auto":
        kind = name.split(":")[0]
        if kind not in ("cuda", "mps", "cpu"):
            raise Misuse(f"no device {name!r}; use auto, cuda, mps or cpu")
        if kind not in available():
            raise Fault(f"device {name} is not available here; use --device auto (it would take {available()[0]})")
        return torch.device(name)
    for candidate in available()[:-1]:
        try:
            if trial:
                trial(torch.device(candidate))
            return torch.device(candidate)
        except (RuntimeError, NotImplementedError, AssertionError) as error:
            print(f"{candidate} is passed over, its trial step failed: {str(error).splitlines()[0]}")
    return torch.device("cpu")


def choose_precision(name: str, device: torch.device, model: nn.Module) -> str:
    """float32 or bfloat16. The rule behind "auto", which never measures:

    CUDA  bfloat16 where the card has it in hardware
    CPU   bfloat16 where the processor has it (AVX-512 BF16 or AMX) and the model says that it gains:
          small matrices gain nothing (measured: a character LSTM a third faster, a small GPT no faster)
    """
    if name in ("float32", "bfloat16"):
        return name
    if name != "auto":
        raise Misuse(f"no precision {name!r}; use auto, float32 or bfloat16")
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.get_device_capability()[0] >= 8 else "float32"
    if device.type == "cpu" and getattr(model, "bfloat16_on_cpu", False):
        native = [getattr(torch.cpu, f"_is_{feature}_supported", bool)() for feature in ("avx512_bf16", "amx_tile")]
        return "bfloat16" if any(native) else "float32"
    return "float32"


def use_threads(model: nn.Module, rows: int) -> None:
    """One thread where a step over `rows` is small: two would wait for each other longer than they work.

    On a busy machine they wait a hundred times longer, so the rule counts multiplications and never measures.
    """
    if sum(parameter.numel() for parameter in model.parameters()) * rows < SMALL_STEP:
        torch.set_num_threads(1)


def seed(device: torch.device, number: int) -> None:
    """Seed what is drawn on a device and on the CPU; torch.manual_seed takes longer than a small step."""
    torch.default_generator.manual_seed(number)
    if device.type == "cuda":
        torch.cuda.manual_seed(number)
    elif device.type == "mps":
        torch.mps.manual_seed(number)


def place(model: nn.Module, device: torch.device, precision: str) -> nn.Module:
    """Move a model to a device and note the precision that `autocast` gives its forward passes."""
    model.precision = precision
    return model.to(device)


def autocast(model: nn.Module) -> contextlib.AbstractContextManager:
    """The context in which the model's forward pass runs in its precision; weights stay float32."""
    if getattr(model, "precision", "float32") == "bfloat16":
        return torch.autocast(next(model.parameters()).device.type, torch.bfloat16)
    return contextlib.nullcontext()


def to_tensors(arrays: Any, device: torch.device) -> Any:
    """NumPy arrays, or a dict of them, as tensors on a device."""
    if isinstance(arrays, dict):
        return {name: to_tensors(values, device) for name, values in arrays.items()}
    return torch.from_numpy(np.ascontiguousarray(arrays)).to(device, non_blocking=True)
