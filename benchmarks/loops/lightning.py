"""Steps a second of a Lightning project's own training, beside the shortest script that Lightning allows.

usage, in the project's folder: python …/benchmarks/loops/lightning.py MODEL ROUNDS STEPS [plain-fit]

Prints [[ours, bare], …], a pair for each round, both of the same model, loss, optimiser, batches and precision. `ours`
is the Trainer's `fit` with the project's Module and callback, from its first batch to the last; the bare one is the
least that a Trainer can do (batches in memory as tensors, no callbacks). `plain-fit` compares that in turn with a
PyTorch loop, which does nothing but forward, backward, clip and step: what Lightning itself costs.
"""

import json
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

sys.path.pop(0)
sys.path.insert(0, str(Path.cwd()))  # the project's files; this one is called as Lightning is
import data as data_module
import lightning.pytorch as lightning
import loss
import models
import torch
import train
from config import MODELS
from engine import device as devices
from engine import feed, history, saver, schedule, steps
from engine.module import Module
from torch import nn
from torch.utils.data import DataLoader

warnings.filterwarnings("ignore", module="lightning")
config = MODELS[sys.argv[1]](epochs=1)
rounds, count = int(sys.argv[2]), int(sys.argv[3])
data = data_module.load(config)
config = schedule.resolve(config, len(data.train))
cpu = torch.device("cpu")
config.precision = devices.choose_precision("auto", cpu, models.build(data.meta, config))


class Clock(lightning.Callback):
    """The seconds of an epoch's steps; the scoring of valid ends the measurement."""

    def on_train_epoch_start(self, trainer: lightning.Trainer, module: Module) -> None:
        self.began = time.perf_counter()

    def on_validation_start(self, trainer: lightning.Trainer, module: Module) -> None:
        self.seconds = time.perf_counter() - self.began
        raise Over


class Over(Exception):
    """The steps are done; what follows is not measured."""


def fresh() -> nn.Module:
    """The model with its first weights, as train.py places it."""
    torch.manual_seed(0)
    model = devices.place(models.build(data.meta, config), cpu, config.precision)
    devices.use_threads(model, config.batch_size)
    return model.train()


def ours() -> float:
    """Steps a second of the Trainer, without the scoring after an epoch."""
    trainer, clock = train.make_trainer(config, cpu), Clock()
    with tempfile.TemporaryDirectory() as run:
        trainer.callbacks += [saver.Saver(Path(run)), clock]
        try:
            trainer.fit(Module(fresh(), data, config))
        except Over:
            return count / clock.seconds


class Plain(lightning.LightningModule):
    """The shortest module that Lightning allows."""

    def __init__(self) -> None:
        super().__init__()
        self.model = fresh()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return steps.make_optimizer(self.model, config, fused=config.precision == "float32")

    def training_step(self, batch: Any) -> torch.Tensor:
        return loss.loss(self.model, *batch, data.meta)

    def on_train_epoch_start(self) -> None:
        self.began = time.perf_counter()

    def on_train_epoch_end(self) -> None:
        self.seconds = time.perf_counter() - self.began


def plain_fit() -> float:
    """Steps a second of the shortest script that Lightning allows."""
    trainer, module = train.make_trainer(config, cpu), Plain()
    trainer.fit_loop.max_epochs = 1
    trainer.fit(module, DataLoader(tensors, batch_size=None))
    return count / module.seconds


def by_hand() -> float:
    """Steps a second of a loop in PyTorch."""
    model = fresh()
    optimizer = steps.make_optimizer(model, config)
    start = time.perf_counter()
    for inputs, targets in tensors:
        with devices.autocast(model):
            value = loss.loss(model, inputs, targets, data.meta)
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), config.clip)
        optimizer.step()
    value.item()
    return count / (time.perf_counter() - start)


def nothing(*anything: Any) -> None:
    """In the place of the log, which would print its header."""


epoch = feed.order(len(data.train), config.batch_size, 0, 1)
epoch = [epoch[step % len(epoch)] for step in range(count)]
tensors = [steps.train_batch(data.train, rows, cpu, (0, 1, 0)) for rows in epoch]
feed.order, history.Log = lambda *anything: epoch, nothing
measured, bare = (plain_fit, by_hand) if sys.argv[4:] == ["plain-fit"] else (ours, plain_fit)
measured(), bare()
print(json.dumps([[measured(), bare()] for _ in range(rounds)]))
