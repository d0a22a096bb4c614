"""The test pairs behind a score matrix, one by one: who they are, whether they show one person, and their scores."""

from dataclasses import dataclass

import numpy as np

from reidviz.common.arrays import BoolArray, Float32Array, IntArray
from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.scores import Scores
from reidviz.models.variants import SMALLER_IS_NEARER

MOST_DIFFERENT = 1_000_000


@dataclass(frozen=True, eq=False)
class PairSet:
    """Pairs of a probe and a gallery image: all of one person, then pairs of different persons.

    probes, gallery  rows and columns of the score matrix (P,)
    same             whether a pair shows one person (P,)
    different_total  pairs of different persons there are; more than here where these were drawn
    """

    probes: IntArray
    gallery: IntArray
    same: BoolArray
    different_total: int

    def __len__(self) -> int:
        return len(self.same)

    @property
    def different(self) -> int:
        """Pairs of different persons among these."""
        return len(self) - int(self.same.sum())

    def values(self, scores: Scores) -> Float32Array:
        """The score of each pair (P,), as the matrix has it."""
        return np.asarray(scores.matrix[self.probes, self.gallery], dtype=np.float32)

    def equals(self, other: "PairSet") -> bool:
        """Whether both are the same pairs in the same order."""
        return np.array_equal(self.probes, other.probes) and np.array_equal(self.gallery, other.gallery)

    def at(self, places: IntArray | BoolArray) -> "PairSet":
        """Some of the pairs."""
        return PairSet(self.probes[places], self.gallery[places], self.same[places], self.different_total)


def pairs_tested(truth: GroundTruth, most_different: int = MOST_DIFFERENT, seed: int = 0) -> PairSet:
    """Every pair of one person, and every pair of different persons or a seeded draw of so many of them; what is passed
    over is in neither."""
    count, gallery = len(truth.probes), len(truth.gallery)
    rows, places, right = truth.same_identity(range(count))
    total = count * gallery - len(rows)
    own = np.sort(rows * gallery + places)
    if total <= most_different:
        cells = np.delete(np.arange(count * gallery), own)
    else:
        rng = np.random.default_rng(seed)
        drawn = np.unique(rng.integers(count * gallery, size=most_different + most_different // 8 + len(own)))
        cells = np.setdiff1d(drawn, own, assume_unique=True)
        cells = np.sort(rng.permutation(cells)[:most_different])
    probes = np.concatenate([rows[right], cells // gallery]).astype(np.int64)
    columns = np.concatenate([places[right], cells % gallery]).astype(np.int64)
    return PairSet(probes, columns, np.arange(len(probes)) < int(right.sum()), total)


def similarity(values: Float32Array, kind: str) -> Float32Array:
    """Scores with larger meaning more alike, whatever their kind."""
    return -values if kind in SMALLER_IS_NEARER else values
