"""The classic rival: gradient boosting, which is hard to beat on tables."""

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier

from splits import Data, Split

NAME = "gradient boosting"
FEW_ROWS = 1000  # below this the histograms of the fast kind are too coarse
MOST_VALUES = 255  # categories of more values than the fast kind can take are read as numbers


def predict(data: Data) -> np.ndarray:
    """Class probabilities for test, (rows, classes), fitted on train alone."""
    sizes = data.meta["categories"]
    if len(data.train) < FEW_ROWS:
        model = GradientBoostingClassifier(n_estimators=50, subsample=0.8, random_state=0)
    else:
        is_category = [False] * data.meta["numbers"] + [size < MOST_VALUES for size in sizes]
        model = HistGradientBoostingClassifier(categorical_features=is_category, random_state=0)
    model.fit(features(data.train), data.train.targets)
    answer = np.zeros((len(data.test), len(data.meta["classes"])))
    answer[:, model.classes_] = model.predict_proba(features(data.test))
    return answer


def features(split: Split) -> np.ndarray:
    """Numbers and categories side by side, (rows, features)."""
    return np.hstack(list(split.inputs[:].values()))
