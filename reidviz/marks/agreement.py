"""How far two annotators agree: Cohen's kappa (Educational and Psychological Measurement, 1960) with its interval."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from reidviz.common.arrays import Float64Array
from reidviz.marks.mark import Answer, Pair, said

DRAWS = 2_000
LEVEL = 0.95
MOST_UNDEFINED = 0.01
"""The share of draws in which kappa may be undefined; beyond it the others tell no interval."""


@dataclass(frozen=True)
class Agreement:
    """Two annotators on the pairs that both answered.

    table      how often the first said different, same (rows) and the second different, same (columns)
    kappa      1: they always agree, 0: as often as by chance; None where both gave one answer throughout, or there is
               no pair: then chance explains everything
    interval   percentiles of a bootstrap over pairs, between which LEVEL of the draws lie; None where kappa is,
               and where draws cannot tell one
    conflicts  the pairs on which they differ
    """

    table: tuple[tuple[int, int], tuple[int, int]]
    kappa: float | None
    interval: tuple[float, float] | None
    conflicts: tuple[Pair, ...]

    @property
    def degenerate(self) -> bool:
        """Whether kappa is the same in all draws of pairs: they never differ, or one gave one answer throughout."""
        (a, b), (c, d) = self.table
        return not self.conflicts or not all((a + b, c + d, a + c, b + d))

    @property
    def pairs(self) -> int:
        """How many pairs both answered."""
        return sum(map(sum, self.table))


def agreement(one: Mapping[Pair, Answer], other: Mapping[Pair, Answer], draws: int = DRAWS, seed: int = 0) -> Agreement:
    """How far two annotators agree on the pairs that neither skipped."""
    first, second = said(one), said(other)
    both = [pair for pair in first if pair in second]
    counts = np.zeros((2, 2), dtype=np.int64)
    for pair in both:
        counts[int(first[pair]), int(second[pair])] += 1
    conflicts = tuple(pair for pair in both if first[pair] != second[pair])
    (a, b), (c, d) = counts.tolist()
    table = (a, b), (c, d)
    kappa = float(_kappa(counts[None])[0]) if both else np.nan
    if np.isnan(kappa):
        return Agreement(table, None, None, conflicts)
    alone = Agreement(table, kappa, None, conflicts)
    if alone.degenerate:
        return alone
    drawn = np.random.default_rng(seed).multinomial(len(both), counts.ravel() / len(both), size=draws)
    found = _kappa(drawn.reshape(draws, 2, 2))
    if np.isnan(found).mean() > MOST_UNDEFINED:
        return alone
    low, high = np.nanquantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return replace(alone, interval=(float(low), float(high)))


def _kappa(counts: np.ndarray) -> Float64Array:
    """Cohen's kappa of tables (N, 2, 2); not a number where chance agreement is certain."""
    total = counts.sum(axis=(1, 2))
    agreed = np.trace(counts, axis1=1, axis2=2) / total
    chance = (counts.sum(axis=2) * counts.sum(axis=1)).sum(axis=1) / total**2
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Float64Array = np.where(chance < 1, (agreed - chance) / (1 - chance), np.nan)
    return found
