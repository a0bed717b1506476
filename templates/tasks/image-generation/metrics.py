"""The score of a generator: the Fréchet distance between its pictures and held-out ones, along train's components.

Two clouds of points are compared by their means and covariances, as if they were normal (Fréchet 1957; Heusel et al.
2017 do the same with a network's features). 0 is no difference; a generator that always draws the average training
picture scores about 1. Small samples are never at 0, so compare only distances between equally many pictures.
"""

from common import words
from data import Data, Split

import numpy as np

HIGHER_IS_BETTER = False
MOST_NUMBERS = 20_000_000  # pixels of train that noise is drawn from; more change nothing but the memory it takes
Interval = tuple[list[float] | None, str]  # low and high, and how they were found, or why not


def features(images: np.ndarray, meta: dict) -> np.ndarray:
    """Pictures in [-1, 1] along the principal components of train, (rows, components)."""
    return images.reshape(len(images), -1) @ np.array(meta["basis"], np.float32).T


def truth(split: Split, meta: dict) -> np.ndarray:
    """The features of the held-out pictures, (rows, components)."""
    return features(split.targets[:], meta)


def frechet(one: np.ndarray, other: np.ndarray) -> float:
    """Fréchet distance between two sets of features, (rows, components) each."""
    gap = one.mean(0) - other.mean(0)
    first = np.atleast_2d(np.cov(one, rowvar=False, dtype=np.float64))  # (components, components)
    second = np.atleast_2d(np.cov(other, rowvar=False, dtype=np.float64))
    shared = np.sqrt(np.linalg.eigvals(first @ second).real.clip(0)).sum()
    return float(gap @ gap + np.trace(first) + np.trace(second) - 2 * shared)


def distances(target: np.ndarray, output: np.ndarray) -> np.ndarray:
    """The distance of every draw in `output`, (rows, draws, components), from the same held-out pictures."""
    return np.array([frechet(target, output[:, draw]) for draw in range(output.shape[1])])


def score(target: np.ndarray, output: np.ndarray, meta: dict) -> float:
    """The mean distance over the draws."""
    return float(distances(target, output).mean())


def loss(target: np.ndarray, output: np.ndarray, meta: dict) -> float:
    """How far means and spreads are from those of held-out pictures, as the two players' own losses do not tell."""
    means, spreads = output.mean(0) - target.mean(0), output.std(0, ddof=1) - target.std(0, ddof=1)
    return float((means**2 + spreads**2).sum(1).mean())  # over the draws


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
    from scipy import stats  # slow to import, and training needs none of it

    low, high = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
    how = f"Student's t over {len(values)} draws of {pictures} pictures, each against the same test pictures"
    return [float(low), float(high)], how


def rivals(data: Data) -> dict[str, tuple[str, np.ndarray]]:
    """What the model stands between: pixels of train without any shape, and real pictures, which nobody can beat."""
    rng, train = np.random.default_rng(0), data.train.targets
    rows, draws = data.test.inputs.shape[:2]
    height, width, channels = data.meta["shape"]
    some = rng.permutation(len(train))[: max(1, MOST_NUMBERS // (height * width * channels))]
    pixels = train[some].reshape(-1, channels)
    noise, real = [], []
    for _ in range(draws):
        shuffled = pixels[rng.integers(len(pixels), size=(rows, height * width))]  # (rows, pixels, channels)
        seen = train[rng.permutation(len(train))[:rows]]
        noise.append(features(shuffled, data.meta))
        real.append(features(seen, data.meta))
    return {
        "baseline": (words("rival_baseline"), np.stack(noise, axis=1)),
        "reference": (words("rival_reference"), np.stack(real, axis=1)),
    }


def others(target: np.ndarray, output: np.ndarray, meta: dict) -> dict[str, float]:
    """The two halves of the distance, variety (1 = as much as in held-out pictures), and how much was compared."""
    means = ((output.mean(0) - target.mean(0)) ** 2).sum(1)  # (draws,)
    spreads = output.var(0, ddof=1).sum(1)  # (draws,)
    return {
        "distance_of_means": float(means.mean()),
        "distance_of_spreads": float((distances(target, output) - means).mean()),
        "variety": float(spreads.mean() / target.var(0, ddof=1).sum()),
        "pictures_per_draw": output.shape[0],
        "draws": output.shape[1],
    }
