"""The cascade: the ranking branch orders the gallery, the classifier rescores the first K of each probe."""

import numpy as np

from reidviz.common.arrays import BoolArray, Float32Array, IntArray
from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.scores import Scores


def candidates(distances: Float32Array, count: int, truth: GroundTruth) -> IntArray:
    """The `count` nearest gallery positions of each probe (probes, count), ascending; all of a smaller gallery.

    Images that are ignored come last. Which of several equally far as the last of them are taken is left open.
    """
    chosen = np.empty((len(distances), min(count, distances.shape[1])), dtype=np.int64)
    for i, row in enumerate(distances):
        chosen[i] = nearest(row, count, truth.masks(i)[1])
    return chosen


def nearest(distances: Float32Array, count: int, ignored: BoolArray) -> IntArray:
    """The same of one probe: distances and what is ignored, each (G,)."""
    count = min(count, len(distances))
    found: IntArray = np.sort(np.argpartition(np.where(ignored, np.inf, distances), count - 1)[:count])
    return found


def recall(chosen: IntArray, truth: GroundTruth) -> float:
    """Percent of probes with a true match among their candidates: no cascade's rank-1 is higher."""
    found = [np.isin(row, np.flatnonzero(truth.masks(i)[0])).any() for i, row in enumerate(chosen)]
    return 100.0 * float(np.mean(found))


def cascaded(probabilities: Float32Array, distances: Float32Array, chosen: IntArray) -> Scores:
    """What a cascade gives that rescores the chosen images, from the scores of all pairs (probes, gallery)."""
    kept = np.full_like(probabilities, np.nan)
    np.put_along_axis(kept, chosen, np.take_along_axis(np.asarray(probabilities), chosen, 1), 1)
    return Scores("probability", kept, distances)
