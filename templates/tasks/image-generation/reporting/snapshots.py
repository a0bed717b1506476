"""Pictures from the same noise at several epochs, kept in the run as progress.npz."""

import io
from pathlib import Path

import numpy as np

import data
import runs

MOST = 12  # epochs kept, evenly spread
PICTURES = 12  # of each


def fixed_noise(latent: int) -> np.ndarray:
    """The noise that all snapshots are made from, (pictures, latent)."""
    return data.noise((PICTURES, latent), seed=3)


def read(run: Path) -> dict[int, np.ndarray]:
    """Pictures in [-1, 1] by epoch, each (pictures, height, width, channels)."""
    path = run / "progress.npz"
    if not path.is_file():
        return {}
    with np.load(path) as arrays:
        return {int(epoch): arrays[epoch] for epoch in arrays.files}


def add(run: Path, epoch: int, images: np.ndarray) -> None:
    """Note an epoch's pictures. Epochs from here on are of a run that was cut off, and give way.

    The first epoch stays, and the multiples of a step that doubles whenever there would be too many.
    """
    kept = {number: old for number, old in read(run).items() if number < epoch} | {epoch: images.astype(np.float16)}
    step = 1
    while epoch // step >= MOST:
        step *= 2
    packed = io.BytesIO()
    np.savez_compressed(packed, **{str(n): kept[n] for n in kept if n == 1 or n % step == 0})
    runs.write(run / "progress.npz", packed.getvalue())
