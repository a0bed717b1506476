"""What to watch while the two players of a GAN learn from each other."""

import math
from pathlib import Path
from typing import Any

import metrics
from reporting import snapshots
from splits import Data

NOT_APPLICABLE = {
    "overfit-one-batch": "what one player of a GAN gains the other one loses, so the loss does not go to zero",
    "loss-falls": "what one player of a GAN gains the other one loses; train.py --smoke watches the valid distance",
    "causal": "a picture has no past",
}


def at_start(data: Data) -> tuple[float, float]:
    """Loss of an undecided discriminator, ln 2 for each of its three answers, and how far fresh weights may be."""
    return 3 * math.log(2), 0.1


def yardstick(model: Any, data: Data) -> float:
    """What must fall in a smoke run: the distance on valid."""
    from engine import inference  # here, so that what only reads histories, such as a comparison, needs no framework

    output = inference.outputs(model, data.valid, data.meta)
    return metrics.score(metrics.truth(data.valid, data.meta), output, data.meta)


def after_epoch(model: Any, run: Path, data: Data, epoch: int) -> None:
    """Keep pictures from the same noise, so that the run shows how they came to be."""
    from engine import inference

    snapshots.add(run, epoch, inference.answers(model, snapshots.fixed_noise(data.meta["latent"]), data.meta))
