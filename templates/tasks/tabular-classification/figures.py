"""Figures of a classifier of rows: learning curves, confusion matrix, worst mistakes; and its classic rival."""

from pathlib import Path

import explain
import metrics
import report
import runs
from common import words
from data import Data

import numpy as np
from matplotlib import pyplot as plt
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from threadpoolctl import threadpool_limits

MOST_CLASSES, MOST = 30, 10  # in a matrix, the most frequent ones, as more are unreadable; rows shown
FEW_ROWS = 1000  # below this the histograms of the fast kind are too coarse
MOST_ROWS, MOST_VALUES = 200_000, 255  # of train that it is fitted on, and of a category that it takes for one


def draw(run: Path, data: Data, found: dict[str, np.ndarray], on_valid: np.ndarray, sheet: dict) -> list[Path]:
    """Draw from the arrays of predictions.npz and the answers for valid; returns the paths."""
    worst = metrics.worst(data.valid, on_valid, data.meta, MOST)
    return [
        report.save(report.learning_curves(run, sheet["metric"]), run, "learning_curves"),
        report.save(confusion_matrix(found, data.meta), run, "confusion_matrix"),
        explain.explained(run, data, on_valid, sheet),
        report.save(explain.rows_shown(data, *zip(*worst, strict=True), sheet), run, "worst_mistakes_on_valid"),
    ]


def confusion_matrix(found: dict[str, np.ndarray], meta: dict) -> plt.Figure:
    """Rows are what is true, columns what the model said."""
    target, answer = found["target"], found["output"].argmax(1)
    counts = np.bincount(target, minlength=len(meta["classes"]))
    shown = np.sort(np.argsort(-counts, kind="stable")[:MOST_CLASSES])
    side = 3 + 0.45 * len(shown)
    figure, axes = plt.subplots(figsize=(side + 1, side), layout="constrained")
    names = [report.shorten(meta["classes"][number]) for number in shown]
    ConfusionMatrixDisplay.from_predictions(
        target, answer, labels=shown, display_labels=names, ax=axes, cmap="Blues", xticks_rotation="vertical"
    )
    axes.set(xlabel=words("figure_model_says", shown=len(shown), of=len(counts)), ylabel=words("figure_truth"))
    return figure


def reference(data: Data) -> tuple[str, np.ndarray]:
    """The name of the classic rival, and its class probabilities for test, (rows, classes), fitted on train alone.

    Gradient boosting, which is hard to beat on tables; for a run of that, a linear model.
    """
    meta, name = data.meta, words("rival_reference")
    if meta["model"] == "boosting":
        codes = list(range(meta["numbers"], data.train.inputs.shape[1]))
        apart = OneHotEncoder(handle_unknown="ignore"), codes
        model = make_pipeline(make_column_transformer(apart, remainder="passthrough"), LogisticRegression(max_iter=500))
        name = words("rival_linear")
    elif len(data.train.ids) < FEW_ROWS:
        model = GradientBoostingClassifier(n_estimators=50, subsample=0.8, random_state=0)
    else:
        few = [False] * meta["numbers"] + [size < MOST_VALUES for size in meta["categories"]]
        model = HistGradientBoostingClassifier(categorical_features=few, random_state=0)
    train = runs.fewer(data.train, MOST_ROWS)
    answer = np.zeros((len(data.test.ids), len(meta["classes"])))
    if len(np.unique(train.targets)) < 2:  # groups or times left train a single class
        answer[:, train.targets[0]] = 1
        return name, answer
    with threadpool_limits(1, "openmp"):  # more threads would wait for each other longer than they work
        model.fit(train.inputs, train.targets)
        answer[:, model.classes_] = model.predict_proba(data.test.inputs[:])
    return name, answer
