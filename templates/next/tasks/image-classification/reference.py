"""The classic rival of a classifier of pictures: logistic regression on the pixels."""

import warnings

from data import Data, Split

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

MOST_ROWS = 5_000  # training pictures; more take minutes and hardly change it …
MOST_NUMBERS = 20_000_000  # … and at most so many pixels, or it takes the memory of the whole machine
CHUNK = 512  # pictures scored at a time; only memory depends on it


def reference(data: Data) -> tuple[str, np.ndarray]:
    """Its name, and its class probabilities for test, (rows, classes); valid chooses the regularisation."""
    most = min(MOST_ROWS, max(100, MOST_NUMBERS // int(np.prod(data.meta["shape"]))))
    (pixels, targets), (seen, truth) = (some(split, most) for split in (data.train, data.valid))
    models = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough after max_iter
        for strength in (0.01, 0.1, 1.0):
            models.append(LogisticRegression(C=strength, max_iter=150).fit(pixels, targets))
    best = max(models, key=lambda model: model.score(seen, truth))
    answer = np.zeros((len(data.test.ids), len(data.meta["classes"])))
    for start in range(0, len(answer), CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(answer)))
        answer[np.ix_(rows, best.classes_)] = best.predict_proba(data.test.inputs[rows].reshape(len(rows), -1))
    return f"logistic regression on pixels (of up to {MOST_ROWS:,} pictures)", answer


def some(split: Split, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (rows, numbers) and classes (rows,) of a split: all rows, or some by chance."""
    rows = np.random.default_rng(0).permutation(len(split.ids))[:most]
    return split.inputs[rows].reshape(len(rows), -1), split.targets[rows]
