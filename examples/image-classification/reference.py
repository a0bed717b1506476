"""The classic rival: logistic regression on the pixels."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from splits import Data, take

NAME = "logistic regression on pixels"
MOST_ROWS = 10_000  # more rows take minutes and hardly change it


def predict(data: Data) -> np.ndarray:
    """Class probabilities for test, (rows, classes), fitted on train alone."""
    rows = np.random.default_rng(0).permutation(len(data.train))[:MOST_ROWS]
    pixels = take(data.train.inputs, rows).reshape(len(rows), -1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough after max_iter
        model = LogisticRegression(C=0.01, max_iter=200).fit(pixels, data.train.targets[rows])
    answer = np.zeros((len(data.test), len(data.meta["classes"])))
    answer[:, model.classes_] = model.predict_proba(data.test.inputs[:].reshape(len(data.test), -1))
    return answer
