"""The classic rival of a classifier of rows: gradient boosting, which is hard to beat on tables."""

from data import Data
from report import words

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier

FEW_ROWS = 1000  # below this the histograms of the fast kind are too coarse
MOST_ROWS = 200_000  # of train that it is fitted on: more hardly change it
MOST_VALUES = 255  # categories of more than the fast kind can take are read as numbers
BLOCK = 50_000  # rows answered at a time


def reference(data: Data) -> tuple[str, np.ndarray]:
    """Its name, and its class probabilities for test, (rows, classes), fitted on train alone."""
    if len(data.train.ids) < FEW_ROWS:
        model = GradientBoostingClassifier(n_estimators=50, subsample=0.8, random_state=0)
    else:
        few = [False] * data.meta["numbers"] + [size < MOST_VALUES for size in data.meta["categories"]]
        model = HistGradientBoostingClassifier(categorical_features=few, random_state=0)
    rows = np.unique(np.linspace(0, len(data.train.ids) - 1, MOST_ROWS).astype(int))
    targets = data.train.targets[rows]
    answer = np.zeros((len(data.test.ids), len(data.meta["classes"])))
    if len(np.unique(targets)) < 2:  # groups or times left train a single class
        answer[:, targets[0]] = 1
        return words("rival_reference"), answer
    model.fit(data.train.inputs[rows], targets)
    for start in range(0, len(answer), BLOCK):
        some = np.arange(start, min(start + BLOCK, len(answer)))
        answer[np.ix_(some, model.classes_)] = model.predict_proba(data.test.inputs[some])
    return words("rival_reference"), answer
