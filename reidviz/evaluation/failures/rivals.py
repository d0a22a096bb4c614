"""Of each probe the image that should be first, and the one that should not."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from reidviz.common.arrays import Float32Array, Float64Array, IntArray
from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.ranking.ranking import CELLS_AT_ONCE
from reidviz.evaluation.scores import Scores


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


def nearest_in_colour(
    probes: tuple[Float32Array, Float32Array], gallery: tuple[Float32Array, Float32Array], truth: GroundTruth
) -> Float64Array:
    """Of each probe the least colour difference to any other person in the gallery, the mean of both halves (P,).

    probes, gallery: the colours of the upper and of the lower half, (P, 3) and (G, 3) each, in CIELAB.
    """
    found = []
    for part in _parts(truth):
        rows, places, _ = truth.same_identity(part)
        upper, lower = (cdist(one[part.start : part.stop], other) for one, other in zip(probes, gallery, strict=True))
        apart = (upper + lower) / 2
        apart[rows, places] = np.inf
        found.append(apart.min(axis=1))
    return np.concatenate(found)


def _parts(truth: GroundTruth) -> list[range]:
    size = max(1, CELLS_AT_ONCE // max(1, len(truth.gallery)))
    count = len(truth.probes)
    return [range(start, min(start + size, count)) for start in range(0, count, size)]
