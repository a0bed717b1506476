"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag.

Leaves in runs/<name>/: config.json, meta.json, history.csv, best.pt (to answer with) and last.pt (all to go on with).
"""

import dataclasses
import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import common
import data as data_module
import loss
import net
import runs
from common import Problem
from config import Config
from data import Data
from loop import Loop, WholeFiles
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
    """What Lightning's Trainer trains: both players, their optimisers and their step; the rest is in loop.py."""

    automatic_optimization = False  # two players take turns

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """Adam for each player; the discriminator's goes first. loop.py sets their rate."""
        players, betas = (self.model.discriminator, self.model.generator), (self.config.beta1, self.config.beta2)
        return [torch.optim.Adam(player.parameters(), betas=betas) for player in players]

    def training_step(self, rows: np.ndarray) -> torch.Tensor:
        """A step of the discriminator, then one of the generator; the sum of their losses before it, a scalar."""
        net.seed_step(self.config.seed + 7919 * self.global_rank, self.state.steps, self.device)
        real = net.to_tensor(self.data.train.targets[rows], self.device)
        noise = torch.randn(len(real), self.config.latent, device=self.device)  # fresh: a list would be learnt by heart
        made = self.model(noise)
        apart = loss.tell_apart(self.model, real, made)
        self.descend(apart, self.model.discriminator, self.optimizers()[0])
        fooled = loss.fool(self.model, made)
        self.descend(fooled, self.model.generator, self.optimizers()[1])
        return apart.detach() + fooled.detach()

    def descend(self, value: torch.Tensor, player: nn.Module, optimizer: Any) -> None:
        """One step of one player down the gradient of its own loss; the other one stands still."""
        optimizer.zero_grad(set_to_none=True)
        self.manual_backward(value, inputs=list(player.parameters()))
        nn.utils.clip_grad_norm_(player.parameters(), self.config.clip)
        optimizer.step()

    def on_validation_end(self) -> None:
        """Pictures from the same noise, to see how they change along training."""
        if self.trainer.is_global_zero:
            noise = data_module.noise((data_module.SNAPSHOTS, self.config.latent), data_module.PROGRESS_SEED)
            made = net.outputs(self.model, noise, None, self.data.meta, self.config.precision)
            data_module.keep_snapshot(self.run, made, self.state.epoch)


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
        trainee.state = State(**net.load(last, config)["state"])
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
