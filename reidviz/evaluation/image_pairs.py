"""Pairs of test images, of one person and of two."""

from dataclasses import dataclass

import numpy as np

from reidviz.common.arrays import BoolArray, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Split
from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.ranking import foregone


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of images, probe first: positions in Dataset.samples, and whether they show one person."""

    first: IntArray
    second: IntArray
    same: BoolArray

    def __len__(self) -> int:
        return len(self.same)


def sample_pairs(split: Split, truth: GroundTruth, count: int, seed: int = 0) -> Pairs:
    """At most `count` test pairs of each kind: a probe with a true match, and the same probe with another person.

    Raises ReidvizError where the gallery holds one person.
    """
    if not foregone.others(truth):
        raise ReidvizError(
            f"There are no pairs of different persons: the gallery of {split.protocol} holds one person.",
            "Choose a protocol or data whose gallery holds two persons or more.",
        )
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(len(split.probes))[:count])
    matches, others = [], []
    for probe in chosen.tolist():
        same, ignored = truth.masks(probe)
        matches.append(rng.choice(np.flatnonzero(same)))
        others.append(rng.choice(np.flatnonzero(~same & ~ignored)))
    first = split.probes[np.concatenate([chosen, chosen])]
    second = split.gallery[np.array([*matches, *others], dtype=np.int64)]
    return Pairs(first, second, np.arange(2 * len(chosen)) < len(chosen))
