"""What to watch while classes are being learnt."""

import numpy as np

from splits import Data

NOT_APPLICABLE = {"causal": "a class is named after all of the input was seen"}


def at_start(data: Data) -> tuple[float, float]:
    """Loss of a model that knows nothing, ln(classes), and how far from it fresh weights may be."""
    expected = float(np.log(len(data.meta["classes"])))
    return expected, 0.2 * expected
