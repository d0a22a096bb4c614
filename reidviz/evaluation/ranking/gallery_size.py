"""Rank-1 against smaller galleries, exactly: what a random part of the gallery would give, without drawing one.

A gallery of g persons holds the probe's own person, with all images, and g - 1 others drawn at random, each with all
images. The probe is found when none of the r persons is drawn who have an image before its best true match. Of n
others that has the hypergeometric chance C(n - r, g - 1) / C(n, g - 1). Single shot, persons are images.
"""

from dataclasses import dataclass, replace

import numpy as np

from reidviz.common.arrays import Float64Array, IntArray
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.ground_truth import Labels, ground_truth
from reidviz.evaluation.ranking.uncertainty import Names, mean_band
from reidviz.evaluation.scores import Scores

SMALLEST, MOST_SIZES = 10, 24
ROWS_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class SizeCurve:
    """Rank-1 over the size of the gallery.

    sizes      persons in the gallery, ascending (M,)
    rank1      in percent, the mean over all galleries of that size (M,)
    low, high  the ends of its 95 % interval over persons (M,)
    """

    sizes: IntArray
    rank1: Float64Array
    low: Float64Array
    high: Float64Array


def size_curve(before: IntArray, others: int, persons: Names) -> SizeCurve:
    """From how many of the other persons in the gallery stand before each probe's best true match (P,), how many
    others there are, and whom each probe shows (P,)."""
    sizes = sizes_up_to(others + 1)
    shares = 100 * chances(before, others, sizes)
    low, high = mean_band(shares, persons)
    return SizeCurve(sizes, shares.mean(axis=0), low, high)


def sizes_up_to(persons: int) -> IntArray:
    """At most MOST_SIZES sizes of a gallery, evenly on a logarithmic axis, from SMALLEST persons to all; of a gallery
    that is no larger, from 2 on."""
    least = SMALLEST if persons > SMALLEST else min(2, persons)
    return np.unique(np.geomspace(least, persons, MOST_SIZES).round().astype(np.int64))


def chances(before: IntArray, others: int, sizes: IntArray) -> Float64Array:
    """The chance (P, M), 0-1, that a probe with so many others before its best true match (P,) is found at rank 1 in
    a gallery of a size (M,), one person of which is its own."""
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, others + 1)))])
    drawn = sizes - 1
    left = (others - before)[:, None] - drawn
    logs = (
        factorials[others - before][:, None]
        - factorials[np.maximum(left, 0)]
        - (factorials[others] - factorials[others - drawn])
    )
    return np.where(left < 0, 0.0, np.exp(np.minimum(logs, 0.0)))


def persons_before(scores: Scores, dataset: Dataset, split: Split) -> tuple[IntArray, int]:
    """Of each probe the persons, not its own, with an image at least as near as its best true match (P,), and how many
    others there are. Every image of nobody (a distractor) counts as a person."""
    truth = ground_truth(dataset, split)
    _, groups = np.unique(_gallery_people(dataset, split), return_inverse=True)
    count = len(truth.probes)
    found = np.empty(count, dtype=np.int64)
    for start in range(0, count, ROWS_AT_ONCE):
        rows = range(start, min(start + ROWS_AT_ONCE, count))
        block = np.array(scores.distances(slice(rows.start, rows.stop)))
        which, places, right = truth.same_identity(rows)
        best = np.full(len(rows), np.inf)
        np.minimum.at(best, which[right], block[which[right], places[right]])
        block[which, places] = np.inf
        found[rows.start : rows.stop] = [len(np.unique(groups[r <= b])) for r, b in zip(block, best, strict=True)]
    return found, int(groups.max())


def _gallery_people(dataset: Dataset, split: Split) -> Labels:
    """Whom each gallery image shows, images of nobody under a name each; the protocol market always knows nobodies."""
    rules = dataset.market_rules or split.protocol.startswith("market")
    people: Labels = replace(dataset, market_rules=rules).individuals[split.gallery]
    return people
