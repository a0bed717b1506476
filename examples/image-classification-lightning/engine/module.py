"""The model as Lightning trains it: what a step is, what an epoch is, which rows each process sees."""

from collections.abc import Iterator
from typing import Any

import lightning.pytorch as lightning
import numpy as np
import torch
from torch import nn

import loss
from config import Config
from engine import device as devices
from engine import feed, inference, steps
from engine.progress import Progress
from splits import Data, take


class Module(lightning.LightningModule):
    """A model of models/, its loss and its optimiser."""

    def __init__(self, model: nn.Module, data: Data, config: Config) -> None:
        super().__init__()
        self.model, self.data, self.config = model, data, config
        self.progress = Progress()
        self.answers: list[np.ndarray] = []  # what this process answered on valid, batch by batch

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The optimiser that plain PyTorch uses; engine/saver.py sets its learning rate before each step.

        Lightning clips no gradients of a fused one in mixed precision, whose scaling happens inside it.
        """
        return steps.make_optimizer(self.model, self.config, fused=self.config.precision == "float32")

    def training_step(self, batch: tuple[Any, Any]) -> torch.Tensor:
        """The loss of a batch, a scalar. All its chance comes from (seed, epoch, step)."""
        key = (self.config.seed, self.progress.epoch, self.progress.step)
        devices.seed(self.device, feed.luck(key) + self.global_rank * 7919)  # each process drops out differently
        return loss.loss(self.model, *batch, self.data.meta)

    def validation_step(self, batch: tuple[Any, Any]) -> None:
        """Keep what the model answers for a part of valid."""
        self.answers.append(loss.answers(self.model, *batch, self.data.meta).float().cpu().numpy())

    def train_dataloader(self) -> "TrainRows":
        """Whole batches, cut from arrays, of which each process takes its part: there is nothing for a DataLoader."""
        return TrainRows(self)

    def val_dataloader(self) -> "ValidRows":
        """Valid in batches, dealt out to the processes in turn."""
        return ValidRows(self)

    def all_answers(self) -> np.ndarray:
        """The answers of all processes for valid, in the order of its rows."""
        parts, self.answers = self.answers, []
        if self.trainer.world_size > 1:
            everyone: list[Any] = [None] * self.trainer.world_size
            torch.distributed.all_gather_object(everyone, parts)
            longest = max(map(len, everyone))
            parts = [of_one[turn] for turn in range(longest) for of_one in everyone if turn < len(of_one)]
        return np.concatenate(parts)


class TrainRows:
    """The batches of an epoch that are still to do."""

    def __init__(self, module: Module) -> None:
        self.module = module

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        module, progress, split = self.module, self.module.progress, self.module.data.train
        order = feed.order(len(split), module.config.batch_size, module.config.seed, progress.epoch)
        todo = feed.bar(order, progress) if module.global_rank == 0 else order[progress.step :]
        for step, rows in enumerate(todo, progress.step):
            if progress.finished:  # time is up in the middle of an epoch
                return
            key = (module.config.seed, progress.epoch, step)
            inputs, targets = feed.batch(split, mine(rows, module.global_rank, module.trainer.world_size), key)
            yield tensors(inputs), tensors(targets)


class ValidRows:
    """Every row of valid once, all processes taken together."""

    def __init__(self, module: Module) -> None:
        self.module = module

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        split, processes = self.module.data.valid, self.module.trainer.world_size
        size = max(1, min(inference.BATCH, len(split) // processes))  # so that none is left without
        for rows in list(feed.slices(len(split), size))[self.module.global_rank :: processes]:
            yield tensors(take(split.inputs, rows)), tensors(take(split.targets, rows))


def mine(rows: np.ndarray, process: int, processes: int) -> np.ndarray:
    """A process's part of a batch; one that would get nothing repeats a row, so that all take every step together."""
    return rows[process::processes] if len(rows) > process else rows[:1]


def tensors(arrays: Any) -> Any:
    """Arrays, or a dict of them, as tensors on the CPU; Lightning moves them to the device."""
    return devices.to_tensors(arrays, torch.device("cpu"))
