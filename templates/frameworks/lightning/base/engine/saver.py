"""What a training leaves in its run, as a callback: the log, best.pt, and last.ckpt, which resuming needs."""

import dataclasses
import io
import time
from pathlib import Path
from typing import Any

import lightning.pytorch as lightning
import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO

import cli
import runs
from engine import checkpoint, history, schedule
from engine.module import Module
from engine.progress import Progress


class Saver(lightning.Callback):
    """Keeps the log and the checkpoints, sets the learning rate, and ends the training.

    Only the first process writes; what depends on a clock or a signal is decided by all together.
    """

    def __init__(self, run: Path | None) -> None:
        self.run = run  # None in all processes but the first, until they are told
        self.saved_at = time.monotonic()

    def on_fit_start(self, trainer: lightning.Trainer, module: Module) -> None:
        """All processes learn the run's place and how far training had come."""
        self.run = Path(trainer.strategy.broadcast(str(self.run)))
        self.interrupted = cli.watch_interrupts()

    def on_train_start(self, trainer: lightning.Trainer, module: Module) -> None:
        """The log begins, and so does the clock."""
        self.began = time.monotonic() - module.progress.seconds
        if trainer.is_global_zero:
            self.log = history.Log(self.run, module.data, module.progress)

    def on_train_epoch_start(self, trainer: lightning.Trainer, module: Module) -> None:
        """The epoch's loss goes on from where it was left; scoring has put the model into its answering mode."""
        module.train()
        config, rows = module.config, len(module.data.train)
        self.steps = -(-rows // config.batch_size)
        self.loss_sum = torch.tensor(module.progress.loss_sum, device=module.device)

    def on_train_batch_start(self, trainer: lightning.Trainer, module: Module, batch: Any, batch_idx: int) -> None:
        """The learning rate follows the steps, or the clock."""
        progress = module.progress
        progress.rate = schedule.learning_rate(module.config, progress.share_done(module.config, self.steps))
        for group in trainer.optimizers[0].param_groups:
            group["lr"] = progress.rate

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: Module, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Count the step; save within long epochs, and when interrupted."""
        progress, config = module.progress, module.config
        self.loss_sum += outputs["loss"].detach()
        progress.step, progress.steps = progress.step + 1, progress.steps + 1
        progress.seconds = time.monotonic() - self.began
        progress.finished = agreed(trainer, bool(config.minutes) and progress.share_done(config, self.steps) >= 1)
        if progress.step == self.steps or progress.finished:
            return  # the end of the epoch saves
        due = time.monotonic() - self.saved_at > config.checkpoint_seconds
        interrupted = agreed(trainer, self.interrupted())
        if interrupted or agreed(trainer, due):
            progress.loss_sum = float(self.loss_sum)
            self.save(trainer)
        if interrupted:
            self.stop()

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: Module) -> None:
        """Score valid, keep the best weights, save, and see whether it is over."""
        progress, output = module.progress, module.all_answers()
        progress.loss_sum = float(trainer.strategy.reduce(self.loss_sum, reduce_op="mean"))
        progress.check_loss(module.config)
        progress.seconds = time.monotonic() - self.began
        kept = self.log.epoch(progress, output, module.model) if trainer.is_global_zero else False
        kept, progress = trainer.strategy.broadcast((kept, progress))
        if kept:
            self.keep(trainer, module)
        progress.end_epoch(module.config)
        module.progress = progress
        interrupted = agreed(trainer, self.interrupted())
        if agreed(trainer, progress.finished or interrupted or time.monotonic() - self.saved_at >= 1):
            self.save(trainer)
        if interrupted and not progress.finished:
            self.stop()
        trainer.should_stop = progress.finished

    def on_save_checkpoint(self, trainer: lightning.Trainer, module: Module, content: dict[str, Any]) -> None:
        """last.ckpt says what it is of and how far training had come; Lightning's own counters are not needed."""
        content["about"] = runs.about(module.config)
        content["progress"] = dataclasses.asdict(module.progress)
        content.pop("loops", None)

    def on_load_checkpoint(self, trainer: lightning.Trainer, module: Module, content: dict[str, Any]) -> None:
        """Go on from there."""
        module.progress = Progress(**content["progress"])

    def keep(self, trainer: lightning.Trainer, module: Module) -> None:
        """Write best.pt, the plain weights, whichever way the processes share them."""
        weights = trainer.strategy.lightning_module_state_dict()
        if trainer.is_global_zero:
            plain = {name.removeprefix("model."): value for name, value in weights.items()}
            checkpoint.save(checkpoint.best_file(self.run), module.config, weights=plain)

    def save(self, trainer: lightning.Trainer) -> None:
        """Write last.ckpt."""
        trainer.save_checkpoint(last_file(self.run))
        if trainer.is_global_zero and checkpoint.best_file(self.run).is_file():
            runs.mark_latest(self.run)
        self.saved_at = time.monotonic()

    def stop(self) -> None:
        """Leave, after everything was saved."""
        raise cli.Interrupted(f"interrupted and saved; go on with: python train.py --resume {self.run.name}")


class WholeFiles(TorchCheckpointIO):
    """Lightning's checkpoints, written in one step: on a full disk the old one survives."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        """Write one file."""
        packed = io.BytesIO()
        torch.save(checkpoint, packed)
        runs.write(Path(path), packed.getvalue())


def last_file(run: Path) -> Path:
    """The checkpoint that resuming goes on from."""
    return run / "last.ckpt"


def agreed(trainer: lightning.Trainer, wish: bool) -> bool:
    """Whether any process wishes it; all get the same answer, and do the same."""
    if trainer.world_size == 1:
        return wish
    return trainer.strategy.reduce_boolean_decision(wish, all=False)
