"""The classic rival: logistic regression on the pixels."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from splits import Data, take

NAME = "logistic regression on pixels"
MOST_ROWS = 5_000  # more rows take minutes and hardly change it


def predict(data: Data) -> np.ndarray:
    """Class probabilities for test, (rows, classes), fitted on train alone; valid chooses the regularisation."""
    rows = np.random.default_rng(0).permutation(len(data.train))[:MOST_ROWS]
    pixels, valid, test = (
        flat(inputs) for inputs in (take(data.train.inputs, rows), data.valid.inputs, data.test.inputs)
    )
    models = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough after max_iter
        for strength in (0.01, 0.1, 1.0):
            models.append(LogisticRegression(C=strength, max_iter=150).fit(pixels, data.train.targets[rows]))
    best = max(models, key=lambda model: model.score(valid, data.valid.targets))
    answer = np.zeros((len(data.test), len(data.meta["classes"])))
    answer[:, best.classes_] = best.predict_proba(test)
    return answer


def flat(images: np.ndarray) -> np.ndarray:
    """Pictures as rows of pixels."""
    return images[:].reshape(len(images), -1)
