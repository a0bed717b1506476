"""What happens between the steps and epochs of the Trainer: rows, rate, score, checkpoints, and when it is over."""

import dataclasses
import io
import itertools
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import common
import net
import runs
from common import Problem
from config import FRAMEWORK, TASK
from runs import State

import lightning.pytorch as lightning
import numpy as np
import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO
from tqdm import tqdm


class TrainRows:
    """What Lightning takes for a loader: this process's rows of each step of an epoch that is still to do."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def __iter__(self) -> Iterator[np.ndarray]:
        state, process = self.module.state, self.module.global_rank
        rows = len(self.module.data.train.ids)
        order = np.random.default_rng((self.module.config.seed, state.epoch)).permutation(rows)
        steps = steps_of_epoch(self.module)
        todo = np.array_split(order, steps)[state.step :]
        quiet = None if process == 0 else True
        for step in tqdm(todo, f"epoch {state.epoch}", delay=2, leave=False, disable=quiet):
            if state.share_done(self.module.config, steps) >= 1:
                return  # the minutes are over
            mine = step[process :: self.module.trainer.world_size]
            yield mine if len(mine) else step[:1]  # none is left without, as all take every step together


class ValidRows:
    """Every row of valid once, all processes taken together."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def __iter__(self) -> Iterator[np.ndarray]:
        yield np.arange(len(self.module.data.valid.ids))[self.module.global_rank :: self.module.trainer.world_size]


def steps_of_epoch(module: Any) -> int:
    return math.ceil(len(module.data.train.ids) / module.config.batch_size)


class Pace(lightning.Callback):
    """Sets the rate of each step, by steps or by the clock, counts them, scores epochs, and ends training.

    Only the first process writes; what depends on a clock or a signal is decided by all together.
    """

    def __init__(self, run: Path | None, pressed: Sequence[int]) -> None:
        self.run = run  # None in all processes but the first, until they are told
        self.pressed = pressed
        self.saved_at = time.monotonic()

    def on_fit_start(self, trainer: lightning.Trainer, module: Any) -> None:
        self.run = Path(trainer.strategy.broadcast(str(self.run)))

    def on_train_start(self, trainer: lightning.Trainer, module: Any) -> None:
        self.began = time.monotonic() - module.state.seconds
        if trainer.is_global_zero:
            print(runs.HEAD.format(module.data.meta["metric"]))

    def on_train_epoch_start(self, trainer: lightning.Trainer, module: Any) -> None:
        module.train()
        self.steps = steps_of_epoch(module)
        self.loss_sum = torch.tensor(module.state.loss_sum, device=module.device)  # to read it each step would be slow

    def on_train_batch_start(self, trainer: lightning.Trainer, module: Any, rows: Any, number: int) -> None:
        module.state.rate = module.config.rate(module.state.share_done(module.config, self.steps))
        for group in itertools.chain(*(optimizer.param_groups for optimizer in trainer.optimizers)):
            group["lr"] = module.state.rate

    def on_train_batch_end(self, trainer: lightning.Trainer, module: Any, out: Any, rows: Any, number: int) -> None:
        state = module.state
        self.loss_sum += out["loss"].detach()
        state.step += 1
        state.steps += 1
        state.seconds = time.monotonic() - self.began
        if module.config.minutes:
            state.seconds = trainer.strategy.broadcast(state.seconds)  # all stop at the same step
        late = time.monotonic() - self.saved_at > module.config.checkpoint_seconds
        if agreed(trainer, bool(self.pressed) or late) and state.step < self.steps:  # there the epoch's end saves
            state.loss_sum = float(self.loss_sum)
            self.save(trainer, module)

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: Any) -> None:
        state, config = module.state, module.config
        train_loss = float(trainer.strategy.reduce(self.loss_sum, reduce_op="mean")) / max(1, state.step)
        if not math.isfinite(train_loss):  # in all processes: none may wait for another
            raise Problem(f"the loss became {train_loss}; try --learning-rate {config.learning_rate / 10:g}")
        output = everyones(trainer, module.answers)
        module.answers = []
        kept = state.end_epoch(train_loss, output, module.data, config) if trainer.is_global_zero else False
        kept, module.state = trainer.strategy.broadcast((kept, state))
        if kept:
            weights = trainer.strategy.lightning_module_state_dict()  # whichever way the processes share them
            if trainer.is_global_zero:
                plain = {name.removeprefix("model."): value for name, value in weights.items()}
                net.save(self.run / net.BEST, config, weights=plain)
        trainer.should_stop = module.state.over(config)
        late = time.monotonic() - self.saved_at > 1
        if agreed(trainer, trainer.should_stop or bool(self.pressed) or late):
            self.save(trainer, module)

    def save(self, trainer: lightning.Trainer, module: Any) -> None:
        """Write last.pt: all that going on needs; after Ctrl-C that ends training."""
        trainer.save_checkpoint(self.run / net.LAST)
        self.saved_at = time.monotonic()
        pressed = [1] if agreed(trainer, bool(self.pressed)) else []
        module.state.saved(self.run, module.config, pressed)

    def on_save_checkpoint(self, trainer: lightning.Trainer, module: Any, content: dict[str, Any]) -> None:
        """The file says what it is of and where training stands; Lightning's own counters are not needed."""
        content["about"] = [TASK, FRAMEWORK, module.config.model]
        content["state"] = dataclasses.asdict(module.state)
        del content["loops"]

    def on_load_checkpoint(self, trainer: lightning.Trainer, module: Any, content: dict[str, Any]) -> None:
        module.state = State(**content["state"])


class WholeFiles(TorchCheckpointIO):
    """Lightning's checkpoints, written in one step: after a kill or on a full disk the old one survives."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        packed = io.BytesIO()
        torch.save(checkpoint, packed)
        common.write(Path(path), packed.getvalue())


def everyones(trainer: lightning.Trainer, answers: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """What all processes together answered for valid, each row once, in order."""
    parts = [answers]
    if trainer.world_size > 1:
        parts = [[] for _ in range(trainer.world_size)]
        torch.distributed.all_gather_object(parts, answers)
    rows, output = (np.concatenate(found) for found in zip(*itertools.chain(*parts), strict=True))
    return output[rows.argsort()]


def agreed(trainer: lightning.Trainer, wish: bool) -> bool:
    """Whether any process wishes it; all get the same answer, and do the same."""
    if trainer.world_size == 1:
        return wish
    return trainer.strategy.reduce_boolean_decision(wish, all=False)
