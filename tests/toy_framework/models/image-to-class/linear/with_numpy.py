"""A linear classifier on the pixels."""

from config import Config

import numpy as np


class Linear:
    """One layer: pictures (batch, height, width, channels) to raw scores (batch, classes)."""

    def __init__(self, pixels: int, classes: int, rng: np.random.Generator) -> None:
        slopes = rng.normal(0, 0.01, (pixels, classes)).astype(np.float32)
        self.weights = {"slopes": slopes, "bias": np.zeros(classes, np.float32)}

    def __call__(self, images: np.ndarray) -> np.ndarray:
        return images.reshape(len(images), -1) @ self.weights["slopes"] + self.weights["bias"]

    def gradients(self, images: np.ndarray, slope: np.ndarray) -> dict[str, np.ndarray]:
        """The gradient by weight, from that of the scores (batch, classes)."""
        return {"slopes": images.reshape(len(images), -1).T @ slope, "bias": slope.sum(0)}


def build(meta: dict, config: Config) -> Linear:
    """The network for pictures of meta["shape"] and the classes of meta["classes"]."""
    return Linear(int(np.prod(meta["shape"])), len(meta["classes"]), np.random.default_rng(config.seed))
