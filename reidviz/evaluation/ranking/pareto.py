"""What nothing else beats in both respects."""

import numpy as np

from reidviz.common.arrays import BoolArray, Float64Array


def undominated(cost: Float64Array, gain: Float64Array) -> BoolArray:
    """Which points (N,) have none beside them that costs no more and gains no less, and is better in one of both."""
    dearer = cost[:, None] >= cost
    worse = gain[:, None] <= gain
    differ = (cost[:, None] != cost) | (gain[:, None] != gain)
    return np.asarray(~(dearer & worse & differ).any(axis=1))
