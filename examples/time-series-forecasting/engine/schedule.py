"""How long to train and how fast: the rules behind epochs = 0, batch_size = 0 and the learning rate."""

import dataclasses
import math

from config import Config


def resolve(config: Config, rows: int) -> Config:
    """Fill in what was left at 0 from the number of training rows.

    batch_size  the power of two nearest the square root of the rows, 16 to 256
    epochs      about `steps` steps in all, between 1 and 200 passes
    patience    a third of the epochs, at least 5
    """
    batch_size = config.batch_size or min(256, max(16, 2 ** round(math.log2(max(rows, 1)) / 2)))
    per_epoch = math.ceil(rows / batch_size)
    epochs = config.epochs or min(200, max(1, round(config.steps / per_epoch)))
    patience = config.patience or max(5, epochs // 3)
    return dataclasses.replace(config, batch_size=batch_size, epochs=epochs, patience=patience)


def learning_rate(config: Config, progress: float) -> float:
    """The rate when a share `progress` in [0, 1] of training is done: a linear warm-up, then a cosine to zero."""
    if progress < config.warmup:
        return config.learning_rate * (0.05 + 0.95 * progress / config.warmup)
    left = (1 - min(progress, 1.0)) / max(1 - config.warmup, 1e-9)
    return config.learning_rate * (0.5 - 0.5 * math.cos(math.pi * min(left, 1.0)))
