"""The cascade: the ranking branch orders the gallery, the classifier rescores the first K of each probe."""

import numpy as np

from reidviz.data.dataset import IntArray
from reidviz.evaluation.ground_truth import Truth
from reidviz.evaluation.scores import FloatArray


def candidates(distances: FloatArray, count: int, truth: Truth) -> IntArray:
    """The `count` nearest gallery positions of each probe (probes, count), ascending; all of a smaller gallery.

    Pictures that are passed over come last. Which of several equally far as the last of them are taken is left open.
    """
    count = min(count, distances.shape[1])
    chosen = np.empty((len(distances), count), dtype=np.int64)
    for i, row in enumerate(distances):
        far = np.where(truth.marks(i)[1], np.inf, row)
        chosen[i] = np.sort(np.argpartition(far, count - 1)[:count])
    return chosen


def recall(chosen: IntArray, truth: Truth) -> float:
    """Percent of probes with a true match among their candidates: no cascade's rank-1 is higher."""
    found = [np.isin(row, np.flatnonzero(truth.marks(i)[0])).any() for i, row in enumerate(chosen)]
    return 100.0 * float(np.mean(found))
