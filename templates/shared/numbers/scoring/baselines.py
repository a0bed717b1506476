"""What the model must beat: always saying the mean, and gradient boosting, which is hard to beat on tables."""

import numpy as np
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor

import metrics
from features import boosting
from splits import Data
from support.wording import words


def gradient_boosting(data: Data) -> np.ndarray:
    """Numbers for test in real units, (rows,), fitted on train alone."""
    if len(data.train) < boosting.FEW_ROWS:
        model = GradientBoostingRegressor(n_estimators=100, max_depth=2, subsample=0.8, random_state=0)
    else:
        model = HistGradientBoostingRegressor(categorical_features=boosting.is_category(data.meta), random_state=0)
    model.fit(*boosting.train_rows(data))
    return boosting.answers(model.predict, data.test) * data.meta["deviation"] + data.meta["mean"]


def predictions(data: Data) -> dict[str, tuple[str, np.ndarray]]:
    """Name and test predictions of both, fitted on train alone."""
    mean = float(metrics.truth(data.train, data.meta).mean())
    return {
        "baseline": (words("rival_baseline"), np.full(len(data.test), mean)),
        "reference": (boosting.NAME, gradient_boosting(data)),
    }
