"""Searches for somebody who may not be in the gallery: what such a search finds wrongly, and what it misses."""

from dataclasses import dataclass

import numpy as np

from reidviz.common.arrays import Float64Array
from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.scores import Scores


@dataclass(frozen=True, eq=False)
class OpenSet:
    """What decides a search where the person may not be in the gallery, one value a probe.

    others  the greatest likeness of a gallery image of somebody else
    own     the greatest likeness of a true match
    """

    others: Float64Array
    own: Float64Array

    def rates(self, threshold: float) -> tuple[float, float]:
        """FPIR: share of probes that get a match at or above the threshold though their person is taken out of the
        gallery. FNIR: share of probes whose true match is below it, or behind somebody else (ISO/IEC 19795-1)."""
        missed = (self.own < threshold) | (self.own <= self.others)
        return float((self.others >= threshold).mean()), float(missed.mean())


def open_set(scores: Scores, truth: GroundTruth) -> OpenSet:
    """The nearest somebody else and the nearest true match of each probe, as similarities; what is ignored is
    neither."""
    others, own = np.empty((2, len(truth.probes)))
    for probe in range(len(truth.probes)):
        alike = -scores.distances(probe).astype(np.float64)
        same, ignored = truth.masks(probe)
        own[probe] = alike[same].max()
        strangers = alike[~same & ~ignored]
        others[probe] = strangers.max() if len(strangers) else -np.inf
    return OpenSet(others, own)
