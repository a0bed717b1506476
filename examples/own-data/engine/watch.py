"""What to watch while classes are being learnt."""

import numpy as np

from splits import Data

NOT_APPLICABLE = {"causal": "a class is named after all of the input was seen"}


def at_start(data: Data) -> tuple[float, float]:
    """Loss of a model that knows nothing, ln(classes) by the weights of rows, and how far fresh ones may be from it."""
    weights = np.array(data.meta.get("class_weights") or [1.0] * len(data.meta["classes"]))
    expected = float(np.log(len(weights)) * weights[np.asarray(data.train.targets[:])].mean())
    return expected, 0.2 * expected
