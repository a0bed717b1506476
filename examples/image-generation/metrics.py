"""The score of a generator: the Fréchet distance between its pictures and held-out ones, along train's components.

Two clouds of points are compared by their means and covariances, as if they were normal (Fréchet 1957; Heusel et al.
2017 do the same with a network's features). 0 is no difference; a generator that always draws the average training
picture scores about 1. Small samples are never at 0, so compare only distances between equally many pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from data import Data, Pictures, Split

HIGHER_IS_BETTER = False
CHUNK = 256  # pictures at a time; only memory depends on it
MOST_PIXELS = 20_000_000  # of train that noise is drawn from; more change nothing but the memory it takes
Interval = tuple[list[float] | None, str]  # low and high, and how they were found, or why not


def features(images: Pictures | np.ndarray, meta: dict, rows: np.ndarray | None = None) -> np.ndarray:
    """Pictures in [-1, 1] along the principal components of train, (rows, components); read CHUNK at a time."""
    basis = np.array(meta["basis"], np.float32).T
    rows = np.arange(len(images)) if rows is None else rows
    chunks = (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
    return np.concatenate([images[chunk].reshape(len(chunk), -1) @ basis for chunk in chunks])


def truth(split: Split, meta: dict) -> np.ndarray:
    """The features of the held-out pictures, (rows, components)."""
    return features(split.targets, meta)


def frechet(one: np.ndarray, other: np.ndarray) -> float:
    """Fréchet distance between two sets of features, (rows, components) each."""
    gap = one.mean(0) - other.mean(0)
    covariances = [np.atleast_2d(np.cov(rows, rowvar=False, dtype=np.float64)) for rows in (one, other)]
    values, vectors = np.linalg.eigh(covariances[0])
    root = vectors * np.sqrt(values.clip(0)) @ vectors.T
    shared = np.sqrt(np.linalg.eigvalsh(root @ covariances[1] @ root).clip(0)).sum()
    return float(gap @ gap + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * shared)


def distances(target: np.ndarray, output: np.ndarray) -> np.ndarray:
    """The distance of every draw in `output`, (rows, draws, components), from the same held-out pictures."""
    return np.array([frechet(target, output[:, draw]) for draw in range(output.shape[1])])


def score(target: np.ndarray, output: np.ndarray, meta: dict) -> float:
    """The mean distance over the draws."""
    return float(distances(target, output).mean())


loss = score  # of valid, in history.csv: an adversarial loss has no meaning on held-out pictures


def interval(target: np.ndarray, output: np.ndarray, meta: dict) -> Interval:
    """95 % interval of the mean distance."""
    return over_draws(distances(target, output), len(target))


def difference(target: np.ndarray, output: np.ndarray, rival: np.ndarray, meta: dict) -> Interval:
    """95 % interval of the distance above a rival's, draw by draw."""
    return over_draws(distances(target, output) - distances(target, rival), len(target))


def over_draws(values: np.ndarray, pictures: int) -> Interval:
    """Student's 95 % interval of the mean over independent draws."""
    if len(values) < 2:
        return None, "one draw of the generator says nothing about the spread; raise --draws"
    from scipy.stats import t  # slow to import, and training needs none of it

    half = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    how = f"Student's t over {len(values)} draws of {pictures} pictures, each against the same test pictures"
    return [float(values.mean() - half), float(values.mean() + half)], how


def rivals(data: Data) -> dict[str, tuple[str, np.ndarray]]:
    """What the model stands between: pixels without any shape, and real pictures, closer than which nobody gets."""
    from report import words  # slow to import, and training needs none of it

    return {
        "baseline": (words("rival_baseline"), noise(data)),
        "reference": (words("rival_reference"), training_pictures(data)),
    }


def noise(data: Data) -> np.ndarray:
    """Features, (rows, draws, components), of pictures whose pixels are drawn one by one from all pixels of train."""
    rows, draws = data.test.inputs.shape[:2]
    height, width, channels = data.meta["shape"]
    rng = np.random.default_rng(0)
    some = rng.permutation(len(data.train.ids))[: max(1, MOST_PIXELS // (height * width))]
    pixels = data.train.targets[np.sort(some)].reshape(-1, channels)
    drawn = (pixels[rng.integers(len(pixels), size=rows * height * width)] for _ in range(draws))
    return np.stack([features(images.reshape(rows, -1), data.meta) for images in drawn], axis=1)


def training_pictures(data: Data) -> np.ndarray:
    """Features of as many training pictures as are generated; none comes twice while train has enough of them."""
    rows, draws = data.test.inputs.shape[:2]
    rng = np.random.default_rng(0)
    shuffles = [rng.permutation(len(data.train.ids)) for _ in range(draws)]
    if rows * draws <= len(data.train.ids):
        shuffles = np.split(shuffles[0][: rows * draws], draws)
    return np.stack([features(data.train.targets, data.meta, np.sort(some[:rows])) for some in shuffles], axis=1)


def others(target: np.ndarray, output: np.ndarray, meta: dict) -> dict[str, float]:
    """The two halves of the distance, variety (1 = as much as in held-out pictures), and how much was compared."""
    means = ((output.mean(0) - target.mean(0)) ** 2).sum(1)
    return {
        "distance_of_means": float(means.mean()),
        "distance_of_spreads": float((distances(target, output) - means).mean()),
        "variety": float(output.var(0, ddof=1).sum(1).mean() / target.var(0, ddof=1).sum()),
        "pictures_per_draw": output.shape[0],
        "draws": output.shape[1],
        "components": output.shape[2],
    }
