"""The classic rival: logistic regression on how often words and pairs of words occur (TF-IDF)."""

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from splits import Data
from support import wording
from texts import words

NAME = wording.words("rival_reference")
MOST_ROWS = 30_000  # more rows take minutes and hardly change it
BLOCK = 10_000  # texts answered together; memory depends on it
STRENGTHS = (1.0, 10.0, 100.0)  # inverse of regularisation; the right one depends on the number of rows


def predict(data: Data) -> np.ndarray:
    """Class probabilities for test, (rows, classes), fitted on train alone; the strength is chosen on valid."""
    rows, valid_rows = (np.random.default_rng(0).permutation(len(s))[:MOST_ROWS] for s in (data.train, data.valid))
    vectorizer = TfidfVectorizer(
        tokenizer=words.split, token_pattern=None, lowercase=False, ngram_range=(1, 2), max_features=100_000
    )
    train = vectorizer.fit_transform([data.train.inputs.texts[row] for row in rows])
    valid = vectorizer.transform([data.valid.inputs.texts[row] for row in valid_rows])
    models = [LogisticRegression(C=c, max_iter=300).fit(train, data.train.targets[rows]) for c in STRENGTHS]
    best = max(models, key=lambda model: model.score(valid, data.valid.targets[valid_rows]))
    answer = np.zeros((len(data.test), len(data.meta["classes"])))
    for start in range(0, len(data.test), BLOCK):
        block = range(start, min(start + BLOCK, len(data.test)))
        texts = vectorizer.transform([data.test.inputs.texts[row] for row in block])
        answer[np.ix_(block, best.classes_)] = best.predict_proba(texts)
    return answer
