"""Rankings and the figures drawn from them: CMC, mAP, mINP, exactly, with ties counted against the model.

A gallery picture of another person with the same score as a true match stands before it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reidviz.data.dataset import Dataset, IntArray, Split
from reidviz.errors import ReidvizError
from reidviz.evaluation.scores import Scores

RANKS = (1, 5, 10, 20)
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Where the true matches of each probe stand.

    matches  for each probe the 1-based ranks of its true matches, ascending
    gallery  pictures a probe is ranked against
    """

    matches: tuple[IntArray, ...]
    gallery: int

    @property
    def first(self) -> IntArray:
        """The rank of the nearest true match of every probe, shape (probes,)."""
        return np.array([ranks[0] for ranks in self.matches], dtype=np.int64)

    @property
    def cmc(self) -> npt.NDArray[np.float64]:
        """Share of probes, in percent, with a true match among the first k, for k = 1 ... gallery."""
        counts = np.bincount(self.first, minlength=self.gallery + 1)[1:]
        return 100.0 * np.cumsum(counts) / len(self.matches)

    def cmc_at(self, rank: int) -> float:
        """The CMC in percent at one rank; past the end of the gallery everything is found."""
        return float(self.cmc[min(rank, self.gallery) - 1])

    @property
    def mean_average_precision(self) -> float:
        """mAP in percent: mean over probes of the mean over true matches of (k-th match) / its rank."""
        return 100.0 * float(np.mean([np.mean(np.arange(1, len(r) + 1) / r) for r in self.matches]))

    @property
    def mean_inverse_negative_penalty(self) -> float:
        """mINP in percent (Ye et al., 2020): mean of true matches / rank of the last one."""
        return 100.0 * float(np.mean([len(r) / r[-1] for r in self.matches]))


def same_person(dataset: Dataset, split: Split) -> BoolArray:
    """Which gallery pictures show the person of each probe, shape (probes, gallery)."""
    matrix: BoolArray = dataset.identities[split.probes][:, None] == dataset.identities[split.gallery][None, :]
    return matrix


def rank(scores: Scores, same: BoolArray) -> Ranking:
    """Rank the gallery for every probe. same (probes, gallery) marks the true matches.

    Raises ReidvizError when a probe has no true match, or a score is not a number.
    """
    nearness = scores.nearness
    if np.isnan(nearness).any():
        raise ReidvizError("The model gave scores that are not numbers.", "Its training has likely diverged.")
    if not same.any(axis=1).all():
        raise ReidvizError(
            f"{int((~same.any(axis=1)).sum())} probes have no picture of the same person in the gallery.",
            "Choose a protocol that leaves every probe a match.",
        )
    matches = []
    for row, mine in zip(nearness, same, strict=True):
        found = np.sort(row[mine])[::-1]
        others = np.sort(row[~mine])
        before = len(others) - np.searchsorted(others, found, side="left")
        matches.append((before + np.arange(1, len(found) + 1)).astype(np.int64))
    return Ranking(tuple(matches), same.shape[1])


def order(nearness: npt.NDArray[np.float32], mine: BoolArray | None = None) -> IntArray:
    """Gallery positions from the nearest on, shape (gallery,), by the same rule for ties: true matches last."""
    last = np.zeros(len(nearness), dtype=bool) if mine is None else mine
    return np.lexsort((last, -nearness)).astype(np.int64)
