"""The classic rival: logistic regression on the pixels."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from splits import Data, take
from support.wording import words

MOST_ROWS = 5_000  # training pictures; more take minutes and hardly change it …
MOST_NUMBERS = 20_000_000  # … and at most so many pixels, or it takes the memory of the whole machine
NAME = words("rival_reference", rows=f"{MOST_ROWS:,}")
CHUNK = 512  # pictures scored at a time; only memory depends on it


def predict(data: Data) -> np.ndarray:
    """Class probabilities for test, (rows, classes), fitted on train alone; valid chooses the regularisation."""
    rows, chosen_by = some(data, len(data.train)), some(data, len(data.valid))
    pixels, targets = flat(take(data.train.inputs, rows)), data.train.targets[rows]
    valid, truth = flat(take(data.valid.inputs, chosen_by)), data.valid.targets[chosen_by]
    models = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough after max_iter
        for strength in (0.01, 0.1, 1.0):
            models.append(LogisticRegression(C=strength, max_iter=150).fit(pixels, targets))
    best = max(models, key=lambda model: model.score(valid, truth))
    answer = np.zeros((len(data.test), len(data.meta["classes"])))
    for start in range(0, len(data.test), CHUNK):
        part = slice(start, min(start + CHUNK, len(data.test)))
        answer[part, best.classes_] = best.predict_proba(flat(take(data.test.inputs, part)))
    return answer


def some(data: Data, count: int) -> np.ndarray:
    """Rows of a split: all, or a random sample where there are too many pixels."""
    most = min(MOST_ROWS, max(100, MOST_NUMBERS // int(np.prod(data.meta["shape"]))))
    return np.random.default_rng(0).permutation(count)[:most]


def flat(images: np.ndarray) -> np.ndarray:
    """Pictures as rows of pixels."""
    return images.reshape(len(images), -1)
