"""Steps a second of a PyTorch project's own training, beside a bare loop written by hand.

usage, in the project's folder: python …/benchmarks/loops/pytorch.py MODEL ROUNDS STEPS

Prints [[ours, bare], …], a pair for each round, both of the same model, loss, optimiser, batches and precision. `ours`
is train.py's `fit`, from its first batch to the loss of the epoch. The bare loop has its batches in memory as tensors
and does nothing but forward, backward, clip and step.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.pop(0)
sys.path.insert(0, str(Path.cwd()))  # the project's files, not those beside this one
import data as data_module
import loss
import models
import torch
import train
from config import MODELS
from engine import device as devices
from engine import feed, history, inference, schedule, steps
from torch import nn

config = MODELS[sys.argv[1]](epochs=1)
rounds, count = int(sys.argv[2]), int(sys.argv[3])
data = data_module.load(config)
config = schedule.resolve(config, len(data.train))
cpu = torch.device("cpu")


class Over(Exception):
    """The steps are done; what follows is not measured."""


def over(*anything: Any) -> None:
    raise Over


def timed(order: list[Any], progress: Any) -> Iterator[Any]:
    """The epoch's batches, with the time of the first."""
    timed.began = time.perf_counter()
    yield from order


def fresh() -> nn.Module:
    """The model with its first weights, as train.py places it."""
    torch.manual_seed(0)
    model = models.build(data.meta, config)
    model = devices.place(model, cpu, devices.choose_precision("auto", cpu, model))
    devices.use_threads(model, config.batch_size)
    return model.train()


def ours() -> float:
    """Steps a second of train.py's `fit`, without the scoring after an epoch."""
    with tempfile.TemporaryDirectory() as run:
        try:
            train.fit(fresh(), data, config, Path(run))
        except Over:
            return count / (time.perf_counter() - timed.began)


def bare() -> float:
    """Steps a second of the loop by hand."""
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


epoch = feed.order(len(data.train), config.batch_size, 0, 1)
epoch = [epoch[step % len(epoch)] for step in range(count)]
tensors = [steps.train_batch(data.train, rows, cpu, (0, 1, 0)) for rows in epoch]
feed.order, feed.bar, inference.outputs = lambda *anything: epoch, timed, over
history.Log = lambda *anything: None  # it would print its header
ours(), bare()
print(json.dumps([[ours(), bare()] for _ in range(rounds)]))
