"""Figures and differences of models that were trained several times, from seed to seed.

Two variances are kept apart. Over seeds: the standard deviation (n - 1) of a figure between trainings that differ in
their seed alone. Over persons: the interval of the figures averaged over seeds, from a bootstrap of test persons.

The rule: a difference counts as shown only if the interval over persons leaves 0 out, the paired permutation test over
persons (each probe's hit averaged over seeds first; corrected by Holm for how many are asked) says p < 0.05, and the
difference has the same sign in every seed. What fails any of them is "not distinguishable", which is not "equal". With
one seed nothing is known of the chance between trainings, so that nothing counts as shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reidviz.common.arrays import Float64Array
from reidviz.evaluation.ranking.uncertainty import (
    FIGURES,
    LEVEL,
    Interval,
    Names,
    difference_of,
    holm,
    intervals_of,
)


@dataclass(frozen=True)
class SeedFigures:
    """Figures by FIGURES, in percent: the mean over seeds, the deviation over seeds (none for one seed), the interval
    over persons of the mean, and the figure of each seed."""

    mean: dict[str, float]
    deviation: dict[str, float] | None
    interval: dict[str, Interval]
    by_seed: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class SeedDifference:
    """How many points of rank-1 the first has more than the second; p is of the paired permutation over persons.

    by_seed  the difference in each seed, in points
    """

    points: float
    interval: Interval
    p: float
    by_seed: tuple[float, ...]

    @property
    def deviation(self) -> float | None:
        """Standard deviation (n - 1) of the difference over seeds; None for one seed."""
        return float(np.std(self.by_seed, ddof=1)) if len(self.by_seed) > 1 else None

    @property
    def seeds_agree(self) -> bool:
        """Whether there are several seeds, and the difference is on the same side of 0 in all of them."""
        above = [points > 0 for points in self.by_seed]
        return len(above) > 1 and (all(above) or all(points < 0 for points in self.by_seed))

    @property
    def shown(self) -> bool:
        """Whether it counts, by the rule of this module."""
        return self.interval.leaves_out_0 and self.seeds_agree and self.p < 1 - LEVEL


def over_seeds(figures: Float64Array, persons: Names) -> SeedFigures:
    """From each probe's share of the figures in each seed (S, P, 6), in percent. persons: of each probe (P,)."""
    by_seed = figures.mean(axis=1)
    deviation = by_seed.std(axis=0, ddof=1) if len(by_seed) > 1 else None
    return SeedFigures(
        dict(zip(FIGURES, by_seed.mean(axis=0).tolist(), strict=True)),
        None if deviation is None else dict(zip(FIGURES, deviation.tolist(), strict=True)),
        intervals_of(figures.mean(axis=0), persons),
        {name: tuple(values.tolist()) for name, values in zip(FIGURES, by_seed.T, strict=True)},
    )


def seed_difference(one: Float64Array, other: Float64Array, persons: Names) -> SeedDifference:
    """From the hits (0 or 1) of two models in the same seeds on the same probes, each (S, P)."""
    gained = one - other
    told = difference_of(gained.mean(axis=0), persons)
    points = round(told.points, 9) + 0.0  # no -0.00 on screen
    return SeedDifference(points, told.interval, told.p, tuple((100 * gained.mean(axis=1)).tolist()))


def corrected(differences: Sequence[SeedDifference]) -> list[SeedDifference]:
    """The same with p values corrected for how many they are (Holm)."""
    values = holm([one.p for one in differences])
    return [replace(one, p=p) for one, p in zip(differences, values, strict=True)]
