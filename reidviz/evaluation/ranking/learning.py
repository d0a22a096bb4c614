"""What a training learns and forgets from one validation to another, and which of two rankers learns a person first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reidviz.common.arrays import BoolArray, IntArray
from reidviz.evaluation.ranking.uncertainty import LEVEL, Difference, Interval, Names, difference_of


@dataclass(frozen=True, eq=False)
class Change:
    """What became of the probes (P,) between two validations.

    learnt     found at rank 1 at the second and not at the first; forgotten: the other way round; kept: at both
    gained     points of rank-1, with their interval over persons
    """

    learnt: BoolArray
    forgotten: BoolArray
    kept: BoolArray
    gained: Difference


def change(before: IntArray, after: IntArray, persons: Names) -> Change:
    """From the ranks of the nearest true matches (P,) at both; persons: whom each probe shows."""
    then, now = before == 1, after == 1
    gained = difference_of(now.astype(np.float64) - then, persons)
    return Change(now & ~then, then & ~now, now & then, gained)


def learnt_for_good(ranks: Sequence[IntArray], persons: IntArray) -> IntArray:
    """The first validation from which on, to the last one, every probe of a person is found at rank 1 (K,); where that
    is none, how many validations there are.

    ranks: of the nearest true matches at each validation (P,); persons: of each probe, 0 ... K - 1.
    """
    found = np.ones((len(ranks), int(persons.max()) + 1), dtype=bool)
    for row, one in zip(found, ranks, strict=True):
        np.logical_and.at(row, persons, one == 1)
    lasting = np.logical_and.accumulate(found[::-1]).sum(axis=0)
    return np.asarray(len(ranks) - lasting, dtype=np.int64)


@dataclass(frozen=True)
class FirstToLearn:
    """How many persons one of two rankers learns for good before the other.

    first, second  learnt earlier, or alone, by that one; together: at the same validation; neither: by none of them
    share     interval of the first one's share of first + second, 0-1 (Clopper and Pearson, Biometrika, 1934)
    p         how likely a split as uneven were if either came first by chance (exact sign test)
    """

    first: int
    second: int
    together: int
    neither: int
    share: Interval
    p: float

    @property
    def told_apart(self) -> bool:
        """Whether one of them comes first more often than by chance."""
        return self.p < 1 - LEVEL


def first_to_learn(one: IntArray, other: IntArray, validations: int) -> FirstToLearn:
    """From when each of two learnt each person for good (K,), as learnt_for_good() tells it."""
    from scipy.stats import binomtest

    first, second = int((one < other).sum()), int((other < one).sum())
    neither = int(((one == validations) & (other == validations)).sum())
    together = len(one) - first - second - neither
    if not first + second:
        return FirstToLearn(first, second, together, neither, Interval(0.0, 1.0), 1.0)
    test = binomtest(first, first + second)
    ends = test.proportion_ci(LEVEL)
    return FirstToLearn(
        first, second, together, neither, Interval(float(ends.low), float(ends.high)), float(test.pvalue)
    )
