"""What happens between the steps and epochs of the Trainer: rows, rate, score, checkpoints, and when it is over."""

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import common
import net
import runs
from config import FRAMEWORK, TASK, Config
from data import Data
from runs import State

import lightning.pytorch as lightning
import numpy as np
import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO
from torch import nn
from tqdm import tqdm


class Loop(lightning.LightningModule):
    """A model of models/ with all hooks but the step; a batch is the row numbers that fall to this process.

    Only the first process writes; what depends on a clock or a signal is decided by all together.
    """

    def __init__(self, model: nn.Module, data: Data, config: Config, run: Path | None, pressed: Sequence[int]) -> None:
        super().__init__()
        self.model, self.data, self.config = model, data, config
        self.run = run  # None in all processes but the first, until they are told
        self.pressed = pressed
        self.state = State()
        self.steps = math.ceil(len(data.train.ids) / config.batch_size)  # of an epoch

    def train_dataloader(self) -> "Rows":
        """Whole batches are cut from arrays, so there is nothing for a DataLoader to do."""
        return Rows(self.rows_to_do)

    def rows_to_do(self) -> Iterator[np.ndarray]:
        """The rows of each step of an epoch that is still to do; their order follows from seed and epoch."""
        rng = np.random.default_rng((self.config.seed, self.state.epoch))
        order = rng.permutation(len(self.data.train.ids))
        todo = np.array_split(order, self.steps)[self.state.step :]
        for rows in tqdm(todo, f"epoch {self.state.epoch}", delay=2, leave=False, disable=self.global_rank > 0 or None):
            if self.state.share_done(self.config, self.steps) >= 1:
                return  # the minutes are over
            mine = rows[self.global_rank :: self.trainer.world_size]
            yield mine if len(mine) else rows[:1]  # none is left without, as all take every step together

    def val_dataloader(self) -> "Rows":
        """Every row of valid once, all processes taken together, in their order."""
        rows = np.array_split(np.arange(len(self.data.valid.ids)), self.trainer.world_size)[self.global_rank]
        return Rows(lambda: iter([rows]))

    def on_fit_start(self) -> None:
        self.run = Path(self.trainer.strategy.broadcast(str(self.run)))
        self.state = dataclasses.replace(self.state)  # its clock begins now: to set up may have taken long
        if self.trainer.is_global_zero:
            print(runs.HEAD.format(self.data.meta["metric"]))

    def on_train_epoch_start(self) -> None:
        self.train()
        self.loss_sum = torch.tensor(self.state.loss_sum, device=self.device)  # to read it each step would be slow

    def on_train_batch_start(self, rows: np.ndarray, number: int) -> None:
        self.state.rate = self.config.rate(self.state.share_done(self.config, self.steps))
        for optimizer in self.trainer.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.state.rate

    def on_train_batch_end(self, output: dict, rows: np.ndarray, number: int) -> None:
        state = self.state
        self.loss_sum += output["loss"].detach()
        state.end_step()
        if self.config.minutes:
            state.seconds = self.trainer.strategy.broadcast(state.seconds)  # all stop at the same step
        unfinished = state.step < self.steps  # else the epoch's end saves
        if self.agreed(state.to_be_saved(self.pressed, self.config.checkpoint_seconds)) and unfinished:
            state.loss_sum = float(self.loss_sum)
            self.save()

    def validation_step(self, rows: np.ndarray) -> None:
        """Keep what the model answers for this process's rows of valid."""
        inputs, targets = self.data.valid.inputs[rows], self.data.valid.targets[rows]
        self.answers = net.outputs(self.model, inputs, targets, self.data.meta, self.config.precision)

    def on_train_epoch_end(self) -> None:
        strategy = self.trainer.strategy
        train_loss = float(strategy.reduce(self.loss_sum, reduce_op="mean")) / max(1, self.state.step)
        parts, kept = [self.answers] * self.trainer.world_size, False
        if self.trainer.world_size > 1:
            torch.distributed.all_gather_object(parts, self.answers)
        if self.trainer.is_global_zero:
            kept = self.state.end_epoch(train_loss, np.concatenate(parts), self.data, self.config)
        kept, fields = strategy.broadcast((kept, dataclasses.asdict(self.state)))
        vars(self.state).update(fields)  # each process keeps a clock of its own
        if kept:
            weights = strategy.lightning_module_state_dict()  # whichever way the processes share them
            if self.trainer.is_global_zero:
                plain = {name.removeprefix("model."): value for name, value in weights.items()}
                net.save(self.run / net.BEST, self.config, weights=plain)
        self.trainer.should_stop = self.state.over(self.config)
        if self.agreed(self.trainer.should_stop or self.state.to_be_saved(self.pressed)):
            self.save()

    def agreed(self, wish: bool) -> bool:
        """Whether any process wishes it; all get the same answer, and do the same."""
        return self.trainer.strategy.reduce_boolean_decision(wish, all=False)

    def save(self) -> None:
        """Write last.pt: all that going on needs; after Ctrl-C that ends training."""
        self.trainer.save_checkpoint(self.run / net.LAST)
        pressed = [1] if self.agreed(bool(self.pressed)) else []
        self.state.saved(self.run, self.config, pressed)

    def on_save_checkpoint(self, content: dict[str, Any]) -> None:
        """The file says what it is of and where training stands; Lightning's own counters are not needed."""
        content["about"] = [TASK, FRAMEWORK, self.config.model]
        content["optimizer"] = content["optimizer_states"][0]  # the same once more, as checks/optimiser.py calls it
        content["state"] = dataclasses.asdict(self.state)
        del content["loops"]


class Rows:
    """What Lightning takes for a loader: row numbers, dealt out anew for each pass."""

    def __init__(self, deal: Callable[[], Iterator[np.ndarray]]) -> None:
        self.deal = deal

    def __iter__(self) -> Iterator[np.ndarray]:
        return self.deal()


class WholeFiles(TorchCheckpointIO):
    """Lightning's checkpoints, written in one step: after a kill or on a full disk the old one survives."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        common.write(Path(path), partial(torch.save, checkpoint))
