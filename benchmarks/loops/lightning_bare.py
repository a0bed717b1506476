"""The shortest script that Lightning allows: its Trainer without callbacks, on batches in memory."""

from collections.abc import Callable
from typing import Any

import lightning.pytorch as lightning
import net
import torch
from loss import loss
from torch.utils.data import DataLoader


class Plain(lightning.LightningModule):
    """A model, its loss and its optimiser."""

    def __init__(self, meta: dict, config: Any) -> None:
        super().__init__()
        self.model, self.meta, self.config = net.build(meta, config), meta, config

    def configure_optimizers(self) -> torch.optim.Optimizer:
        betas = self.config.beta1, self.config.beta2
        return torch.optim.AdamW(self.parameters(), 1e-3, betas, weight_decay=self.config.weight_decay, fused=True)

    def training_step(self, batch: Any) -> torch.Tensor:
        return loss(self.model, *batch, self.meta)


def loop(meta: dict, config: Any, batches: list[Any]) -> Callable[[], None]:
    """An epoch of the Trainer, whose set-up is done in the first."""
    module = Plain(meta, config)
    tensors = [(torch.from_numpy(inputs), torch.from_numpy(targets)) for inputs, targets in batches]
    trainer = lightning.Trainer(
        accelerator="cpu",
        max_epochs=1,
        gradient_clip_val=config.clip,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )

    def run() -> None:
        trainer.fit(module, DataLoader(tensors, batch_size=None))
        trainer.fit_loop.max_epochs += 1

    return run
