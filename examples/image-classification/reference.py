"""The classic rival of a classifier of pictures: logistic regression on the pixels."""

import warnings

from data import Data
from report import words

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

MOST_ROWS = 5_000  # training pictures; more take minutes and hardly change it …
MOST_NUMBERS = 20_000_000  # … and at most so many pixels, or it takes the memory of the whole machine
CHUNK = 512  # pictures scored at a time; only memory depends on it


def reference(data: Data) -> tuple[str, np.ndarray]:
    """Its name, and its class probabilities for test, (rows, classes); valid chooses the regularisation."""
    most = min(MOST_ROWS, max(100, MOST_NUMBERS // data.train.inputs[0].size))
    some = [np.random.default_rng(0).permutation(len(split.ids))[:most] for split in data[:2]]
    (pixels, targets), (seen, truth) = (
        (split.inputs[rows].reshape(len(rows), -1), split.targets[rows])
        for split, rows in zip(data[:2], some, strict=True)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough after max_iter
        models = [LogisticRegression(C=c, max_iter=150).fit(pixels, targets) for c in (0.01, 0.1, 1.0)]
    best = max(models, key=lambda model: model.score(seen, truth))
    answer = np.zeros((len(data.test.ids), len(data.meta["classes"])))
    for start in range(0, len(answer), CHUNK):
        images = data.test.inputs[start : start + CHUNK]
        answer[start : start + CHUNK, best.classes_] = best.predict_proba(images.reshape(len(images), -1))
    return words("rival_reference", rows=f"{MOST_ROWS:,}"), answer
