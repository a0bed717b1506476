"""What to watch while a language model learns."""

import numpy as np

from splits import Data

NOT_APPLICABLE: dict[str, str] = {}


def at_start(data: Data) -> tuple[float, float]:
    """Loss of a model that knows nothing, ln(tokens), and how far from it fresh weights may be."""
    expected = float(np.log(len(data.meta["characters"]) + 1))
    return expected, 0.1 * expected
