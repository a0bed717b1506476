"""What checks are written with: a verdict that a student may read, and comparison."""

import numpy as np


class Wrong(Exception):
    """The answer is not right; the text is shown to the student, so it never holds what was expected."""


def close(got: object, want: object, rtol: float = 1e-4, atol: float = 1e-5, name: str = "the answer") -> None:
    """Refuse an answer of another shape or kind, with what is no number, or with other numbers than `want`."""
    got, want = np.asarray(got), np.asarray(want)
    if got.dtype.kind not in "biufc":
        raise Wrong(f"{name} is missing or holds no numbers")
    if got.shape != want.shape:
        raise Wrong(f"{name} has shape {got.shape}, not {want.shape}")
    if (got.dtype.kind in "biu") != (want.dtype.kind in "biu"):
        raise Wrong(f"{name} holds {got.dtype}, not {want.dtype}")
    if not np.isfinite(got).all():
        raise Wrong(f"{name} holds values that are no finite numbers")
    if not (right := np.isclose(got, want, rtol, atol)).all():
        raise Wrong(f"{name} is wrong in {right.size - right.sum()} of {right.size} numbers")
