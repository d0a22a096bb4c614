"""Rankings and the figures drawn from them: CMC, mAP, mINP, exactly, with ties counted against the model.

A gallery image of another person with the same score as a true match stands before it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import BoolArray, Float64Array, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.scores import Scores, not_numbers

RANKS = (1, 5, 10, 20)
CELLS_AT_ONCE = 2_000_000
DISTANCES_AT_ONCE = 32_000_000
Averaging = Literal["step", "trapezoid"]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Where the true matches of each probe stand.

    ranks    the 1-based ranks of all true matches, probe after probe, those of a probe ascending
    starts   where in ranks those of each probe begin, shape (probes,)
    gallery  images a probe is ranked against
    """

    ranks: IntArray
    starts: IntArray
    gallery: int

    @cached_property
    def matches(self) -> tuple[IntArray, ...]:
        """For each probe the ranks of its true matches, ascending."""
        return tuple(np.split(self.ranks, self.starts[1:]))

    @property
    def first(self) -> IntArray:
        """The rank of the nearest true match of every probe, shape (probes,)."""
        return self.ranks[self.starts]

    @cached_property
    def cmc(self) -> Float64Array:
        """Share of probes, in percent, with a true match among the first k, for k = 1 ... gallery."""
        counts = np.bincount(self.first, minlength=self.gallery + 1)[1:]
        return 100.0 * np.cumsum(counts) / len(self.starts)

    def cmc_at(self, rank: int) -> float:
        """The CMC in percent at one rank; past the end of the gallery everything is found."""
        return float(self.cmc[min(rank, self.gallery) - 1])

    def average_precision(self, averaging: Averaging = "step") -> Float64Array:
        """AP of every probe, 0-1, shape (probes,).

        step       the mean over true matches of the precision at each: (k-th match) / its rank
        trapezoid  the mean of that and of the precision just before it, as Market-1501's own code computes it
        """
        counts = np.diff(self.starts, append=len(self.ranks))
        place = np.arange(1, len(self.ranks) + 1) - np.repeat(self.starts, counts)
        precision = place / self.ranks
        if averaging == "trapezoid":
            before = np.where(self.ranks == 1, 1.0, (place - 1) / np.maximum(self.ranks - 1, 1))
            precision = (precision + before) / 2
        return np.asarray(np.add.reduceat(precision, self.starts) / counts, dtype=np.float64)

    def mean_average_precision(self, averaging: Averaging = "step") -> float:
        """mAP in percent: the mean of average_precision."""
        return 100.0 * float(self.average_precision(averaging).mean())

    @property
    def mean_inverse_negative_penalty(self) -> float:
        """mINP in percent (Ye et al., 2020): mean of true matches / rank of the last one."""
        last = np.append(self.starts[1:], len(self.ranks)) - 1
        return 100.0 * float(np.mean((last + 1 - self.starts) / self.ranks[last]))


METRICS: dict[str, Callable[[Ranking, Averaging], float]] = {
    "mAP": lambda ranking, averaging: ranking.mean_average_precision(averaging),
    "mINP": lambda ranking, averaging: ranking.mean_inverse_negative_penalty,
}
"""What stands beside the CMC wherever figures are shown, by name, in percent."""


def rank(scores: Scores, truth: GroundTruth) -> Ranking:
    """Rank the gallery for every probe.

    Raises ReidvizError when a probe has no true match, or a score is not a number.
    """
    return _ranked(lambda rows: scores.distances(slice(rows.start, rows.stop)), truth, CELLS_AT_ONCE, silent)


def rank_features(
    probes: npt.NDArray[np.float32], gallery: npt.NDArray[np.float32], truth: GroundTruth, progress: Progress = silent
) -> Ranking:
    """The same by Euclidean distance of features (probes, D) and (gallery, D), memory-mapped ones too.

    Distances are made some rows at a time: beside the features it holds 32 M of them (128 MB), and the truth.
    """
    lengths = np.einsum("gd,gd->g", gallery, gallery)

    def distances(rows: range) -> npt.NDArray[np.float32]:
        block: npt.NDArray[np.float32] = probes[rows.start : rows.stop] @ gallery.T
        block *= -2
        block += lengths
        return block

    return _ranked(distances, truth, DISTANCES_AT_ONCE, progress)


def order(distances: npt.NDArray[np.floating], mine: BoolArray | None = None) -> IntArray:
    """Gallery positions from the nearest on, shape (gallery,), by the same rule for ties: true matches last."""
    last = np.zeros(len(distances), dtype=bool) if mine is None else mine
    return np.lexsort((last, distances)).astype(np.int64)


def one_a_group(groups: IntArray, most: int) -> list[tuple[int, int]]:
    """The first of each group in a ranked list, at most so many: its rank, counted from 1, and how many of its group
    stand before the first that is left out. groups: of each image, as they are ranked (G,)."""
    found: dict[int, list[int]] = {}
    for rank, group in enumerate(groups.tolist(), 1):
        if group in found:
            found[group][1] += 1
        elif len(found) == most:
            break
        else:
            found[group] = [rank, 1]
    return [(rank, count) for rank, count in found.values()]


def _ranked(
    distances: Callable[[range], npt.NDArray[Any]], truth: GroundTruth, cells: int, progress: Progress
) -> Ranking:
    """From what gives the rows of some probes, smaller meaning nearer, in blocks of about so many cells."""
    count, gallery = len(truth.probes), len(truth.gallery)
    size = max(1, cells // max(1, gallery))
    blocks = []
    for start in range(0, count, size):
        part = range(start, min(start + size, count))
        progress(start, count, "ranking")
        blocks.append(_ranks(distances(part), truth.same_identity(part)))
    unmatched = sum(int((counts == 0).sum()) for _, counts in blocks)
    if unmatched or not blocks:
        raise ReidvizError(
            f"{unmatched or 'All'} probes have no image of the same person in the gallery.",
            "Choose a protocol that leaves every probe a match.",
        )
    counts = np.concatenate([counts for _, counts in blocks])
    return Ranking(np.concatenate([ranks for ranks, _ in blocks]), np.cumsum(counts) - counts, gallery)


def _ranks(block: npt.NDArray[Any], own: tuple[IntArray, IntArray, BoolArray]) -> tuple[IntArray, IntArray]:
    """The ranks of the true matches in the rows of a block, row after row, and how many each row has.

    Of a row only what is as near as its farthest true match is sorted. own: Truth.own of these rows.
    """
    rows, places, right = own
    values = block[rows, places]
    order = np.argsort(values)
    order = order[np.argsort(rows[order], kind="stable")]
    rows, values, right = rows[order], values[order], right[order]
    own_before = _last_equal(rows, values) + 1 - np.searchsorted(rows, rows)
    rows, values, own_before = rows[right], values[right], own_before[right]
    counts = np.bincount(rows, minlength=len(block))
    ends = np.cumsum(counts)
    all_before = np.empty(len(rows), dtype=np.int64)
    far = np.empty(block.shape[1], dtype=bool)
    for row, start, end in zip(block, (ends - counts).tolist(), ends.tolist(), strict=True):
        if end == start:
            continue
        np.greater(row, values[end - 1], out=far)
        near = row.compress(np.logical_not(far, out=far))  # what is not a number is among them, and sorted last
        near.sort()
        if near[-1] != near[-1]:
            raise not_numbers()
        all_before[start:end] = near.searchsorted(values[start:end], "right")
    place = np.arange(1, len(rows) + 1) - np.repeat(ends - counts, counts)
    return all_before - own_before + place, counts


def _last_equal(rows: IntArray, values: npt.NDArray[Any]) -> IntArray:
    """For each entry, ordered by row and value, the position of the last one that equals it in both."""
    ends = np.append((rows[1:] != rows[:-1]) | (values[1:] != values[:-1]), True)[: len(rows)]
    last = np.flatnonzero(ends)
    return last[np.searchsorted(last, np.arange(len(rows)))]
