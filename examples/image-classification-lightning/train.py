"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag."""

import cli  # before all others, to say which package is missing

# isort: split
import logging
import warnings
from pathlib import Path

import lightning.pytorch as lightning
import torch
from lightning.fabric.utilities.exceptions import MisconfigurationException
from torch import nn

import models
from config import Config
from engine import checkpoint, inference
from engine import device as devices
from engine.module import Module
from engine.saver import Saver, WholeFiles, last_file
from engine.session import Session

ACCELERATORS = {"cuda": "gpu", "mps": "mps", "cpu": "cpu"}
PRECISIONS = {"float32": "32-true", "bfloat16": "bf16-mixed"}  # this project's names and Lightning's


def main() -> int | None:
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)  # the project's own log says what is needed
    warnings.filterwarnings("ignore", module="lightning")
    session = Session(__doc__)
    torch.manual_seed(session.config.seed)
    model = models.build(session.data.meta, session.config)
    device = devices.choose(session.config.device)
    if session.config.compile:
        if device.type != "cuda":
            raise cli.Misuse(f"--compile pays on CUDA only, and this is {device.type}; leave it out")
        model.compile()
    session.settle(precision=precision(session.config, device, model))
    model = devices.place(model, torch.device("cpu"), session.config.precision)
    devices.use_threads(model, session.config.batch_size)
    trainer = make_trainer(session.config, device)
    if not trainer.is_global_zero:  # one of several processes: it trains, and leaves all else to the first
        return fit(trainer, model, session, None)
    run = session.start()
    session.announce(inference.parameter_count(model), f"{trainer.world_size} × {device.type}")
    before = session.yardstick(model)
    fit(trainer, model, session, run)
    session.end(before, model.to(device))


def precision(config: Config, device: torch.device, model: nn.Module) -> str:
    """float32 or bfloat16 by PyTorch's rule, or the name that Lightning gives to another one."""
    name = {theirs: ours for ours, theirs in PRECISIONS.items()}.get(config.precision, config.precision)
    return name if "-" in name else devices.choose_precision(name, device, model)


def make_trainer(config: Config, device: torch.device) -> lightning.Trainer:
    """A Trainer that keeps neither log nor checkpoints of its own: engine/saver.py does, as in every project."""
    try:
        return lightning.Trainer(
            accelerator=ACCELERATORS[device.type],
            devices=[device.index] if device.index is not None else config.devices,
            num_nodes=config.nodes,
            strategy=config.strategy,
            precision=PRECISIONS.get(config.precision, config.precision),
            gradient_clip_val=config.clip,
            max_epochs=-1,  # engine/saver.py ends it
            plugins=[WholeFiles()],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
            use_distributed_sampler=False,  # engine/module.py deals out the rows
        )
    except (ValueError, TypeError, MisconfigurationException) as error:
        words = f"--devices {config.devices} --nodes {config.nodes} --strategy {config.strategy}"
        raise cli.Misuse(f"{words} --precision {config.precision} do not work together: {error}") from None


def fit(trainer: lightning.Trainer, model: nn.Module, session: Session, run: Path | None) -> int:
    """Train, from last.ckpt on where a run is resumed; returns the exit code of a process that is not the first."""
    last = last_file(session.run) if session.resumes else None
    if last and last.is_file():
        checkpoint.load(last, session.config)  # refuses what is damaged or not of this project
    trainer.callbacks.append(Saver(run))
    try:
        trainer.fit(
            Module(model, session.data, session.config),
            ckpt_path=last if last and last.is_file() else None,
            weights_only=True,
        )
    except cli.Interrupted as interrupted:
        if trainer.is_global_zero:
            raise
        return interrupted.code
    except (torch.OutOfMemoryError, RuntimeError, MemoryError) as error:
        if isinstance(error, RuntimeError) and "memory" not in str(error).lower():
            raise
        raise session.out_of_memory() from None
    return 0


if __name__ == "__main__":
    cli.run(main)
