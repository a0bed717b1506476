"""The classic rival of a classifier of texts: logistic regression on how often words and pairs of them occur."""

from data import Data
from report import words
from texts import split_words

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

MOST_ROWS = 30_000  # more rows take minutes and hardly change it
BLOCK = 10_000  # texts answered together; memory depends on it


def reference(data: Data) -> tuple[str, np.ndarray]:
    """Its name, and its class probabilities for test, (rows, classes); valid chooses the regularisation."""
    train, valid = (np.random.default_rng(0).permutation(len(split.ids))[:MOST_ROWS] for split in data[:2])
    vectorizer = TfidfVectorizer(
        tokenizer=split_words, token_pattern=None, lowercase=False, ngram_range=(1, 2), max_features=100_000
    )
    seen = vectorizer.fit_transform([data.train.inputs.text(row) for row in train])
    unseen = vectorizer.transform([data.valid.inputs.text(row) for row in valid])
    models = []
    for strength in (1.0, 10.0, 100.0):  # inverse of regularisation; the right one depends on the number of rows
        models.append(LogisticRegression(C=strength, max_iter=300).fit(seen, data.train.targets[train]))
    best = max(models, key=lambda model: model.score(unseen, data.valid.targets[valid]))
    answer = np.zeros((len(data.test.ids), len(data.meta["classes"])))
    for start in range(0, len(answer), BLOCK):
        rows = range(start, min(start + BLOCK, len(answer)))
        counts = vectorizer.transform([data.test.inputs.text(row) for row in rows])
        answer[np.ix_(rows, best.classes_)] = best.predict_proba(counts)
    return words("rival_reference"), answer
