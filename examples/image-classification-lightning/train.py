"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag.

Leaves in runs/<name>/: config.json, meta.json, history.csv, best.pt (to answer with) and last.pt (all to go on with).
"""

import dataclasses
import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

import common
import net
import runs
from common import Problem
from config import Config
from data import Data
from loop import Loop, WholeFiles
from loss import loss
from runs import State

import lightning.pytorch as lightning
import numpy as np
import torch
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch.utilities import rank_zero_only
from torch import nn

fresh = net.build  # a model that knows nothing yet, ready for `fit`
PRECISIONS = {"float32": "32-true", "bfloat16": "bf16-mixed"}  # this project's names and Lightning's
SMALL_STEP = 3_000_000  # parameters times rows


class Trainee(Loop):
    """What Lightning's Trainer trains: a model of models/ with its optimiser and its step; the rest is in loop.py."""

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW; biases and gains, all that is no matrix, are left out of the weight decay. loop.py sets its rate."""
        config = self.config
        matrices = [parameter for parameter in self.parameters() if parameter.ndim >= 2]
        others = [parameter for parameter in self.parameters() if parameter.ndim < 2]
        groups = [{"params": matrices, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}]
        # in mixed precision a fused one scales gradients itself, and Lightning does not clip them
        return torch.optim.AdamW(groups, betas=(config.beta1, config.beta2), fused=config.precision == "float32")

    def training_step(self, rows: np.ndarray) -> torch.Tensor:
        """The loss of a step, a scalar; its chance, such as dropout, follows from seed, step and process."""
        net.seed_step(self.config.seed + 7919 * self.global_rank, self.state.steps, self.device)
        inputs, targets = net.tensors(self.data.train, rows, self.device)
        return loss(self.model, inputs, targets, self.data.meta)


def make_trainer(config: Config) -> lightning.Trainer:
    """A Trainer that keeps neither log nor checkpoints of its own: loop.py does, as in every project."""
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)  # loop.py says what is needed
    warnings.filterwarnings("ignore", module="lightning")
    device = net.choose_device(config.device)
    try:
        return lightning.Trainer(
            accelerator={"cuda": "gpu"}.get(device.type, device.type),
            devices=config.devices if device.index is None else [device.index],
            num_nodes=config.nodes,
            strategy=config.strategy,
            precision=PRECISIONS.get(config.precision, config.precision),
            gradient_clip_val=config.clip,
            max_epochs=-1,  # loop.py ends it
            plugins=[WholeFiles()],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
            use_distributed_sampler=False,  # loop.py deals out the rows
        )
    except (ValueError, TypeError, MisconfigurationException) as error:
        words = f"--devices {config.devices} --nodes {config.nodes} --strategy {config.strategy}"
        raise Problem(f"{words} --precision {config.precision} do not work together: {error}", 2) from None


def fit(model: nn.Module, data: Data, config: Config, run: Path | None, pressed: Sequence[int] = ()) -> list:
    """Train until epochs or minutes are over or valid no longer improves; goes on where last.pt of the run stands.

    Keeps the best weights in best.pt. Returns the rows of history.csv; `pressed` fills when Ctrl-C is pressed. Of
    several processes only the first has a run.
    """
    trainee = Trainee(model, data, config, run, pressed)
    last = run / net.LAST if run and (run / net.LAST).is_file() else None
    if last:  # what is damaged or not of this run is refused
        saved = net.load(last, config)
        trainee.load_state_dict(saved["state_dict"])  # the trainer does so too, but is not asked where all is done
        trainee.state = State(**saved["state"])
        trainee.state.saved(run, config, ())  # again, as a kill may have come before it
    if not trainee.state.over(config):
        make_trainer(config).fit(trainee, ckpt_path=last, weights_only=True)
    return trainee.state.history


def main() -> int | None:
    args, run, config, data = runs.begin(__doc__)
    few = runs.fewer(data.train)
    model, device = fresh(data.meta, config), net.choose_device(config.device)
    if config.compile:
        if device.type != "cuda":
            raise Problem(f"--compile pays on CUDA only, and this is {device}; leave it out", 2)
        model.compile()
    if config.precision not in PRECISIONS.values() and "-" not in config.precision:  # else a name of Lightning's
        config = dataclasses.replace(config, precision=net.choose_precision(config.precision, device, model))
    if net.parameter_count(model) * config.batch_size < SMALL_STEP:
        torch.set_num_threads(1)  # two would wait for each other longer than they work
    if rank_zero_only.rank:  # one of several processes: it trains, and leaves all else to the first
        try:
            fit(model, data, config, run, runs.watch_ctrl_c())
        except Problem as problem:
            return problem.code
        return 0
    run = run or runs.new(args.out, config, data.meta, args.smoke)
    length = f"{config.minutes:g} minutes" if config.minutes else f"up to {config.epochs} epochs in {config.precision}"
    print(f"{config.model} with {net.parameter_count(model):,} parameters on {config.devices} × {device}, {length};")
    print(f"{len(data.train.ids)} train and {len(data.valid.ids)} valid examples, batch size {config.batch_size}")
    before = net.mean_loss(model, few, data.meta)
    fit(model, data, config, run, runs.watch_ctrl_c())
    runs.end(run, args.smoke, before, net.mean_loss(model, few, data.meta))


if __name__ == "__main__":
    common.run(main)
