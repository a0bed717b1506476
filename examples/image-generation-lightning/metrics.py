"""The score of a generator: the Fréchet distance between its pictures and held-out ones, along train's components.

Two clouds of points are compared by their means and covariances, as if they were normal (Fréchet 1957; Heusel et al.
2017 do the same with a network's features). 0 is no difference; a generator that always draws the average training
picture scores about 1. Small samples are never at 0, so compare only distances between equally many pictures.
"""

from typing import Any

import numpy as np

from splits import Split

NAME = "Fréchet distance"
HIGHER_IS_BETTER = False
CHUNK = 256  # pictures at a time; only memory depends on it


def features(images: Any, meta: dict[str, Any], rows: np.ndarray | None = None) -> np.ndarray:
    """Pictures in [-1, 1] along the principal components of train, (rows, components); read CHUNK at a time."""
    basis = np.array(meta["basis"], np.float32).T
    rows = np.arange(len(images)) if rows is None else rows
    chunks = (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
    return np.concatenate([images[chunk].reshape(len(chunk), -1) @ basis for chunk in chunks])


def truth(split: Split, meta: dict[str, Any]) -> np.ndarray:
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


def score(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> float:
    """The mean distance over the draws."""
    return float(distances(target, output).mean())


def loss(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> float:
    """The distance again: an adversarial loss has no meaning on held-out pictures."""
    return score(target, output, meta)


def over_draws(values: np.ndarray, pictures: int) -> tuple[list[float] | None, str]:
    """Student's 95 % interval of the mean over independent draws."""
    if len(values) < 2:
        return None, "one draw of the generator says nothing about the spread; raise --draws"
    from scipy.stats import t

    half = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    how = f"Student's t over {len(values)} draws of {pictures} pictures, each against the same test pictures"
    return [float(values.mean() - half), float(values.mean() + half)], how


def interval(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> tuple[list[float] | None, str]:
    """95 % interval of the mean distance."""
    return over_draws(distances(target, output), len(target))


def difference(target: np.ndarray, output: np.ndarray, rival: np.ndarray, meta: dict[str, Any]) -> tuple[Any, str]:
    """95 % interval of the distance above a rival's, draw by draw."""
    return over_draws(distances(target, output) - distances(target, rival), len(target))


def others(predictions: dict[str, np.ndarray], meta: dict[str, Any]) -> dict[str, float]:
    """The two halves of the distance, variety (1 = as much as in held-out pictures), and how much was compared."""
    target, output = predictions["target"], predictions["output"]
    means = ((output.mean(0) - target.mean(0)) ** 2).sum(1)
    return {
        "distance_of_means": float(means.mean()),
        "distance_of_spreads": float((distances(target, output) - means).mean()),
        "variety": float(output.var(0, ddof=1).sum(1).mean() / target.var(0, ddof=1).sum()),
        "pictures_per_draw": output.shape[0],
        "draws": output.shape[1],
        "components": output.shape[2],
    }
