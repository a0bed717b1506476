"""What data.py hands to everything else: three splits that share no example, and the facts about them."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from cli import Fault
from config import Config


@dataclass
class Split:
    """Examples to be cut by an index array: `take(split.inputs, index)` is a batch.

    `inputs` and `targets` are arrays, dicts of arrays, or anything else that answers `[index]` with arrays.
    """

    inputs: Any
    targets: Any
    ids: np.ndarray  # one per example, the same in every run on the same data

    def __len__(self) -> int:
        return len(self.ids)


@dataclass
class Data:
    """The three splits and `meta`: plain JSON about them (shape, classes, scaling constants), saved with a run."""

    train: Split
    valid: Split
    test: Split
    meta: dict[str, Any]


def take(arrays: Any, index: Any) -> Any:
    """Cut the rows `index` out of an array, or out of each array of a dict."""
    if isinstance(arrays, dict):
        return {name: values[index] for name, values in arrays.items()}
    return arrays[index]


def subset(split: Split, index: np.ndarray) -> Split:
    """The examples `index` of a split, as a split."""
    return Split(take(split.inputs, index), take(split.targets, index), split.ids[index])


def keys(rows: Sequence[Any] | np.ndarray) -> np.ndarray:
    """A fingerprint for each example (bytes, text or array): equal examples have equal keys."""
    as_bytes = (row.encode("utf-8", "surrogatepass") if isinstance(row, str) else bytes(row) for row in rows)
    digests = b"".join([blake2b(row, digest_size=8).digest() for row in as_bytes])
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def join(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Groups of rows that are tied by equal keys of either kind, at any remove: (rows,) numbers."""
    from scipy.sparse import coo_matrix  # only where two kinds of keys meet: it is slow to import
    from scipy.sparse.csgraph import connected_components

    firsts, row_first = np.unique(one, return_inverse=True)
    seconds, row_second = np.unique(other, return_inverse=True)
    size = len(firsts) + len(seconds)
    ties = coo_matrix((np.ones(len(one)), (row_first, row_second + len(firsts))), shape=(size, size))
    return connected_components(ties, directed=False)[1][row_first]


def leave_out_rare(
    path: str, groups: np.ndarray, labels: np.ndarray, names: list[str]
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Leave out classes of which train, valid and test cannot each have an example, and say so.

    groups  (rows,) rows of one group stay together, so they count as one

    Returns the rows that are kept, the labels by the new numbers of the classes (rows,), and the classes' names.
    Raises `Fault` where fewer than two classes would be left.
    """
    pairs = np.unique(np.unique(groups, return_inverse=True)[1] * len(names) + labels)
    different = np.bincount(pairs % len(names), minlength=len(names))
    rare = different < 3
    if not rare.any():
        return np.arange(len(labels)), labels, names
    if (~rare).sum() < 2:
        least = int(different.argmin())
        raise Fault(
            f"{path}: class {names[least]!r} has {different[least]} different example(s), too few for train, valid and "
            "test; add some, or leave that class out"
        )
    kept = np.flatnonzero(~rare[labels])
    said = [f"{names[number]!r} ({different[number]})" for number in np.flatnonzero(rare)]
    more = f" and {len(said) - 5} more" if len(said) > 5 else ""
    some = (
        f"{len(labels) - len(kept)} of {len(labels)} examples are left out: of class {', '.join(said[:5])}{more} there"
    )
    print(f"note: {some} are too few different ones for train, valid and test", file=sys.stderr)
    return kept, (np.cumsum(~rare) - 1)[labels], [name for name, few in zip(names, rare, strict=True) if not few]


def divide(
    config: Config,
    groups: np.ndarray,
    labels: np.ndarray | None = None,
    names: Sequence[str] = (),
    share_for_test: float | None = None,
) -> list[np.ndarray]:
    """Divide rows into train, valid and test, whole groups at a time, so that equal rows meet in one split.

    groups  (rows,) rows of one group stay together: duplicates, photographs of one person …
    labels  (rows,) class numbers; every class is then divided in the same shares
    names   the classes' names, for errors
    share_for_test  instead of config.test_share

    Returns three sorted index arrays. Raises `Fault` when there is too little to divide.
    """
    test_share = config.test_share if share_for_test is None else share_for_test
    labels = np.zeros(len(groups), int) if labels is None else labels
    _, first, group_of_row = np.unique(groups, return_index=True, return_inverse=True)
    group_size = np.bincount(group_of_row, minlength=len(first))
    split_of_group = np.zeros(len(first), int)
    rng = np.random.default_rng(config.split_seed)
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels[first] == label))
        if len(members) < 3:
            what = f"class {str(names[label])!r} has" if len(names) else "the data have"
            raise Fault(f"{what} {len(members)} different example(s), too few for train, valid and test; add some")
        # counted backwards from the end: test first, then valid, the rest is train
        share_before = (np.cumsum(group_size[members]) - group_size[members]) / group_size[members].sum()
        split = np.select([share_before < test_share, share_before < test_share + config.valid_share], [2, 1], 0)
        split[0], split[-1] = 2, 0
        if not (split == 1).any():
            split[min(int((split == 2).sum()), len(split) - 2)] = 1
        split_of_group[members] = split
    split_of_row = split_of_group[group_of_row]
    return [np.flatnonzero(split_of_row == number) for number in range(3)]
