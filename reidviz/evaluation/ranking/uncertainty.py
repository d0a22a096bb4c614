"""How sure figures and differences of figures are, over persons: probes of one person are not independent.

Intervals are percentiles of a bootstrap that draws persons with all their probes (Field and Welsh, Journal of the Royal
Statistical Society B, 2007); differences of two models on the same probes are tested by exchanging the models person by
person (paired permutation).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import Float64Array
from reidviz.evaluation.ranking.power import Spread, spread_of
from reidviz.evaluation.ranking.ranking import RANKS, Averaging, Ranking

DRAWS = 2_000
MOST_BANDS, MOST_RANKS = 4, 100
"""Curves whose bands can be told apart, and ranks that a band is told for."""
LEVEL = 0.95
FIGURES = (*(str(k) for k in RANKS), "mAP", "mINP")
Names = npt.NDArray[np.generic]


@dataclass(frozen=True)
class Interval:
    """The ends between which LEVEL of the draws lie, in percent or points."""

    low: float
    high: float

    @property
    def leaves_out_0(self) -> bool:
        """Whether all of it is above 0, or below."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Difference:
    """How much more one model has than another, in points: the interval of that, and how likely a difference as large
    would be if it did not matter which of the two ranks a person's probes.

    more    probes that the first finds at rank 1 and the second does not, less those of the second alone
    spread  how much such differences scatter from person to person
    """

    points: float
    interval: Interval
    p: float
    more: int
    spread: Spread

    @property
    def told_apart(self) -> bool:
        """Whether the interval leaves 0 out, and so does the test."""
        return self.p < 1 - LEVEL and self.interval.leaves_out_0


def intervals(
    ranking: Ranking, persons: Names, averaging: Averaging = "step", draws: int = DRAWS, seed: int = 0
) -> dict[str, Interval]:
    """Of rank-1, ... (by "1", "5", ...), mAP and mINP. persons: whom each probe shows (P,)."""
    return intervals_of(probe_figures(ranking, averaging), persons, draws, seed)


def intervals_of(figures: Float64Array, persons: Names, draws: int = DRAWS, seed: int = 0) -> dict[str, Interval]:
    """The same from each probe's share of the figures (P, 6), as probe_figures() gives it."""
    return _named(drawn_means(figures, persons, draws, seed))


def difference_intervals(
    one: Ranking, other: Ranking, persons: Names, draws: int = DRAWS, seed: int = 0
) -> dict[str, Interval]:
    """The same of how many points more the first model has than the second, on the same probes."""
    return _named(drawn_means(probe_figures(one, "step") - probe_figures(other, "step"), persons, draws, seed))


def cmc_band(ranking: Ranking, persons: Names, draws: int = DRAWS, seed: int = 0) -> tuple[Float64Array, Float64Array]:
    """The ends of the intervals of the CMC at ranks 1 ... K, at most MOST_RANKS, in percent: two arrays (K,)."""
    most = min(MOST_RANKS, ranking.gallery)
    hits = (ranking.first[:, None] <= np.arange(1, most + 1)).astype(np.float64)
    return mean_band(100 * hits, persons, draws, seed)


def mean_band(
    values: Float64Array, persons: Names, draws: int = DRAWS, seed: int = 0
) -> tuple[Float64Array, Float64Array]:
    """The ends of the intervals of the means over probes of values (P, M): two arrays (M,)."""
    return _ends(drawn_means(values, persons, draws, seed))


def difference(one: Ranking, other: Ranking, persons: Names, draws: int = DRAWS, seed: int = 0) -> Difference:
    """How many points of rank-1 the first model has more than the second, on the same probes."""
    return difference_of(_hits(one, 1) - _hits(other, 1), persons, draws, seed)


def difference_of(gained: Float64Array, persons: Names, draws: int = DRAWS, seed: int = 0) -> Difference:
    """The same from what each probe gains (P,), -1 to 1, which may be a mean over seeds."""
    means = drawn_means(100 * gained[:, None], persons, draws, seed)
    low, high = (float(end[0]) for end in _ends(means))
    sums = _by_person(gained[:, None], persons)[0][:, 0]
    rng = np.random.default_rng(seed)
    signs = rng.integers(2, size=(draws, len(sums))).astype(np.float64) * 2 - 1
    extreme = np.abs(signs @ sums) >= abs(sums.sum()) - 1e-6
    points = 100 * float(gained.mean())
    return Difference(
        points,
        Interval(low, high),
        float((1 + extreme.sum()) / (draws + 1)),
        round(float(gained.sum())),
        spread_of(100 * gained, persons),
    )


def holm(values: Sequence[float]) -> list[float]:
    """p values corrected for how many there are (Holm, Scandinavian Journal of Statistics, 1979)."""
    order = np.argsort(values, kind="stable")
    found, largest = [0.0] * len(values), 0.0
    for place, i in enumerate(order.tolist()):
        largest = max(largest, min(1.0, (len(values) - place) * values[i]))
        found[i] = largest
    return found


def probe_figures(ranking: Ranking, averaging: Averaging) -> Float64Array:
    """Each probe's share of the figures by FIGURES (P, 6), in percent."""
    hits = [_hits(ranking, k) for k in RANKS]
    return 100 * np.stack([*hits, ranking.average_precision(averaging), _inp(ranking)], axis=1)


def _named(means: Float64Array) -> dict[str, Interval]:
    low, high = _ends(means)
    return {name: Interval(float(a), float(b)) for name, a, b in zip(FIGURES, low, high, strict=True)}


def _hits(ranking: Ranking, rank: int) -> Float64Array:
    return (ranking.first <= rank).astype(np.float64)


def _inp(ranking: Ranking) -> Float64Array:
    """The inverse negative penalty of each probe."""
    last = np.append(ranking.starts[1:], len(ranking.ranks)) - 1
    return np.asarray((last + 1 - ranking.starts) / ranking.ranks[last], dtype=np.float64)


def _by_person(values: Float64Array, persons: Names) -> tuple[Float64Array, Float64Array]:
    """Sums of the values (P, M) over each person's probes (N, M), and how many these are (N,)."""
    _, which = np.unique(persons, return_inverse=True)
    count = int(which.max()) + 1
    sums = np.stack([np.bincount(which, column, count) for column in values.T], axis=1)
    counts: Float64Array = np.bincount(which, minlength=count).astype(np.float64)
    return np.asarray(sums, dtype=np.float64), counts


def drawn_means(values: Float64Array, persons: Names, draws: int, seed: int) -> Float64Array:
    """The means (draws, M) of values (P, M) over persons drawn with all their probes; persons: of each probe (P,).

    The same draws for any values of the same persons, so that ratios of means may be taken draw by draw.
    """
    sums, counts = _by_person(values, persons)
    drawn = np.random.default_rng(seed).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=draws)
    weights = drawn.astype(np.float64)
    means: Float64Array = (weights @ sums) / (weights @ counts)[:, None]
    return means


def _ends(means: Float64Array) -> tuple[Float64Array, Float64Array]:
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
