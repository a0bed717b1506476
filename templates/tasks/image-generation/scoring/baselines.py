"""What the model stands between: pixels without any shape, and real pictures, closer than which nobody gets."""

import numpy as np

import metrics
from data import Scaled
from splits import Data
from support.wording import words

MOST_PIXELS = 20_000_000  # of train that noise is drawn from; more change nothing but the memory it takes


def noise(data: Data) -> np.ndarray:
    """Pictures whose pixels are drawn one by one from all pixels of train: right in brightness, without shape."""
    rows, draws = data.test.inputs.shape[:2]
    height, width, channels = data.meta["shape"]
    rng = np.random.default_rng(0)
    sample = rng.permutation(len(data.train))[: max(1, MOST_PIXELS // (height * width))]
    pixels = data.train.targets.raw(np.sort(sample)).reshape(-1, channels)
    answers = []
    for _ in range(draws):
        drawn = pixels[rng.integers(len(pixels), size=rows * height * width)]
        answers.append(metrics.features(Scaled(drawn.reshape(rows, -1)), data.meta))
    return np.stack(answers, axis=1)  # (rows, draws, components)


def training_pictures(data: Data) -> np.ndarray:
    """As many training pictures as are generated; no picture comes twice while train has enough of them."""
    rows, draws = data.test.inputs.shape[:2]
    rng = np.random.default_rng(0)
    shuffles = [rng.permutation(len(data.train)) for _ in range(draws)]
    if rows * draws <= len(data.train):
        shuffles = np.split(shuffles[0][: rows * draws], draws)
    answers = [metrics.features(data.train.targets, data.meta, np.sort(order[:rows])) for order in shuffles]
    return np.stack(answers, axis=1)  # (rows, draws, components)


def predictions(data: Data) -> dict[str, tuple[str, np.ndarray]]:
    """Name and features of both, (rows, draws, components), made from train alone."""
    return {
        "baseline": (words("rival_baseline"), noise(data)),
        "reference": (words("rival_reference"), training_pictures(data)),
    }
