"""Figures of a classifier of texts: learning curves, confusion matrix, worst mistakes; and its classic rival."""

import textwrap
from pathlib import Path

import metrics
import report
from common import words
from data import Data
from texts import split_words

import numpy as np
from matplotlib import pyplot as plt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay

MOST_CLASSES = 30  # a matrix of more is unreadable; the most frequent ones are shown
MOST_TEXTS = 6  # shown as mistakes, so large that they can be read on a slide
MOST_ROWS = 30_000  # of train for the rival; more take minutes and hardly change it
BLOCK = 10_000  # texts that the rival answers together; memory depends on it
WIDE, HIGH, LINE = 64, 3, 0.25  # characters in a line, lines of a text, inches that one takes


def draw(run: Path, data: Data, found: dict[str, np.ndarray], on_valid: np.ndarray, sheet: dict) -> list[Path]:
    """Draw from the arrays of predictions.npz and the answers for valid; returns the paths."""
    return [
        report.save(report.learning_curves(run, sheet["metric"]), run, "learning_curves"),
        report.save(confusion_matrix(found, data.meta), run, "confusion_matrix"),
        report.save(worst_mistakes(data, on_valid), run, "worst_mistakes_on_valid"),
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


def worst_mistakes(data: Data, output: np.ndarray) -> plt.Figure:
    """The texts of valid that the model was most wrong about, or least sure of."""
    rows, captions = zip(*metrics.worst(data.valid, output, data.meta, MOST_TEXTS), strict=True)
    whole = data.valid.inputs.read(list(rows))
    widths = [WIDE // 2 if max(text, default="") > "⺀" else WIDE for text in whole]  # Chinese takes twice the room
    texts = [textwrap.fill(*pair, max_lines=HIGH, placeholder=" …") for pair in zip(whole, widths, strict=True)]
    high = LINE * (2.6 + max(text.count("\n") for text in texts))  # of a caption and its text
    figure, axes = plt.subplots(figsize=(7, 0.3 + high * len(texts)), layout="constrained")
    axes.set(xlim=(0, 1), ylim=(len(texts), 0), frame_on=False, xticks=[], yticks=[])
    for place, (caption, text) in enumerate(zip(captions, texts, strict=True)):
        axes.text(0, place, caption, fontsize=14, weight="bold", va="top")
        axes.text(0, place + LINE / high, text, fontsize=14, va="top")
    return figure


def reference(data: Data) -> tuple[str, np.ndarray]:
    """Logistic regression on words and pairs of them: its name, and class probabilities for test, (rows, classes)."""
    train, valid = (np.random.default_rng(0).permutation(len(split.ids))[:MOST_ROWS] for split in data[:2])
    counter = TfidfVectorizer(tokenizer=split_words, token_pattern=None, ngram_range=(1, 2), max_features=100_000)
    seen, targets = counter.fit_transform(data.train.inputs.read(train)), data.train.targets[train]
    unseen, wanted = counter.transform(data.valid.inputs.read(valid)), data.valid.targets[valid]
    # the right strength depends on how many texts there are, so valid chooses it
    models = [LogisticRegression(C=strength, max_iter=300).fit(seen, targets) for strength in (1.0, 10.0, 100.0)]
    best = max(models, key=lambda model: model.score(unseen, wanted))
    answer = np.zeros((len(data.test.ids), len(data.meta["classes"])))
    for rows in np.array_split(np.arange(len(answer)), 1 + len(answer) // BLOCK):
        answer[np.ix_(rows, best.classes_)] = best.predict_proba(counter.transform(data.test.inputs.read(rows)))
    return words("rival_reference"), answer
