"""Of each probe the image that should be first, and the one that should not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from reidviz.common.arrays import Float32Array, Float64Array, IntArray
from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.ranking.ranking import CELLS_AT_ONCE
from reidviz.evaluation.scores import Scores

Values = Float32Array | Float64Array


@dataclass(frozen=True, eq=False)
class Rivals:
    """Gallery positions (P,): the nearest true match of each probe, and the nearest image of another person, who is the
    wrong winner where the probe is missed."""

    match: IntArray
    other: IntArray


def rivals(scores: Scores, truth: GroundTruth) -> Rivals:
    """Both, by the scores of a model. Every probe must have a true match and another person in the gallery."""
    found = []
    for part in _parts(truth):
        block = np.array(scores.distances(slice(part.start, part.stop)), dtype=np.float64)
        rows, places, right = truth.same_identity(part)
        own = np.full(block.shape, np.inf)
        own[rows[right], places[right]] = block[rows[right], places[right]]
        block[rows, places] = np.inf
        found.append((own.argmin(axis=1), block.argmin(axis=1)))
    return Rivals(*(np.concatenate(one) for one in zip(*found, strict=True)))


def nearest_other(probes: Sequence[Values], gallery: Sequence[Values], truth: GroundTruth) -> Float64Array:
    """Of each probe the least distance to an image of any other person in the gallery (P,), whatever a model says: the
    mean of the Euclidean distances of several properties, each (P, D) of the probes and (G, D) of the gallery."""
    found = []
    for part in _parts(truth):
        rows, places, _ = truth.same_identity(part)
        pairs = zip(probes, gallery, strict=True)
        apart = np.mean([cdist(one[part.start : part.stop], other) for one, other in pairs], axis=0)
        apart[rows, places] = np.inf
        found.append(apart.min(axis=1))
    return np.concatenate(found)


def _parts(truth: GroundTruth) -> list[range]:
    size = max(1, CELLS_AT_ONCE // max(1, len(truth.gallery)))
    count = len(truth.probes)
    return [range(start, min(start + size, count)) for start in range(0, count, size)]
