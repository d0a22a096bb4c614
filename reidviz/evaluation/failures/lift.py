"""Which groups of probes hold more failures than their share of all probes, and how sure that is over persons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reidviz.common.arrays import BoolArray, Float64Array
from reidviz.evaluation.failures.conditions import Group
from reidviz.evaluation.ranking.uncertainty import DRAWS, LEVEL, Interval, Names, drawn_means, holm

PERMUTATIONS = 5_000
LEAST_PROBES, LEAST_PERSONS = 10, 5
"""In a group, and outside of it, for it to be tested."""
CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, eq=False)
class Lift:
    """A group among the probes of one outcome, failures say, against the group among all probes.

    inside, outside  probes in the group and not in it; found, missing: those of them with the outcome
    interval         of the lift, over persons
    p                that a lift as far from 1 comes of chance, corrected for all groups tested (Holm)
    """

    group: Group
    inside: int
    outside: int
    found: int
    missing: int
    interval: Interval
    p: float

    @property
    def among_found(self) -> float:
        """The group's share of the probes with the outcome, in percent."""
        return 100 * self.found / (self.found + self.missing)

    @property
    def among_all(self) -> float:
        """The group's share of all probes, in percent."""
        return 100 * self.inside / (self.inside + self.outside)

    @property
    def lift(self) -> float:
        """The first share by the second: 1 where the group does not matter."""
        return self.among_found / self.among_all

    @property
    def claimed(self) -> bool:
        """Whether both the test and the interval say that the group matters."""
        return self.p < 1 - LEVEL and (self.interval.low > 1 or self.interval.high < 1)

    @property
    def share_inside(self) -> float:
        """How many of the group's probes have the outcome, in percent."""
        return 100 * self.found / self.inside

    @property
    def share_outside(self) -> float:
        """How many of the other probes have it, in percent."""
        return 100 * self.missing / self.outside


def lifts(
    groups: Sequence[Group],
    outcome: BoolArray,
    persons: Names,
    draws: int = DRAWS,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> tuple[Lift, ...]:
    """Of every group that is large enough, the surest first. outcome, persons: of each probe (P,).

    None where fewer than LEAST_PROBES probes have the outcome, or have it not.
    """
    if min(outcome.sum(), (~outcome).sum()) < LEAST_PROBES:
        return ()
    tested = [one for one in groups if _large_enough(one.members, persons)]
    if not tested:
        return ()
    inside = np.stack([one.members for one in tested], axis=1).astype(np.float64)
    raw = permutation_p(inside, outcome, persons, permutations, seed)
    low, high = _intervals(inside, outcome, persons, draws, seed)
    total, made = int(outcome.sum()), []
    for column, (group, p) in enumerate(zip(tested, holm(raw.tolist()), strict=True)):
        probes, found = int(group.members.sum()), int(outcome[group.members].sum())
        ends = Interval(float(low[column]), float(high[column]))
        made.append(Lift(group, probes, len(outcome) - probes, found, total - found, ends, p))
    order = sorted(range(len(made)), key=lambda i: (not made[i].claimed, raw[i], -made[i].lift))
    return tuple(made[i] for i in order)


def within(found: Group, subset: BoolArray) -> Group:
    """A group of all probes as one of some of them."""
    return replace(found, members=found.members[subset])


def permutation_p(
    inside: Float64Array, outcome: BoolArray, persons: Names, permutations: int = PERMUTATIONS, seed: int = 0
) -> Float64Array:
    """Of each group how likely as uneven a number of outcomes in it is, were outcomes given to persons by lot (M,).

    inside: which probes belong to each (P, M), 0 or 1. A person's outcomes stay together: they go as a whole to another
    person with as many probes, and there to its probes by lot. Two-sided.
    """
    rng = np.random.default_rng(seed)
    observed = outcome.astype(np.float64) @ inside
    expected, counted = np.zeros(inside.shape[1]), np.zeros((permutations, inside.shape[1]))
    for rows in _strata(persons):
        blocks = outcome[rows].astype(np.float64)
        members = inside[rows.ravel()]
        expected += blocks.mean() * members.sum(axis=0)
        size = max(1, CELLS_AT_ONCE // rows.size)
        for start in range(0, permutations, size):
            count = min(size, permutations - start)
            whole = blocks[rng.random((count, len(rows))).argsort(axis=1)]
            dealt = np.take_along_axis(whole, rng.random(whole.shape).argsort(axis=2), axis=2)
            counted[start : start + count] += dealt.reshape(count, -1) @ members
    extreme = np.abs(counted - expected) >= np.abs(observed - expected) - 1e-9
    return np.asarray((1 + extreme.sum(axis=0)) / (permutations + 1), dtype=np.float64)


def _strata(persons: Names) -> list[np.ndarray]:
    """The probes (persons, probes a person) of the persons with as many probes each."""
    _, which, counts = np.unique(persons, return_inverse=True, return_counts=True)
    ordered = np.argsort(which, kind="stable")
    starts = np.cumsum(counts) - counts
    return [ordered[starts[counts == size][:, None] + np.arange(size)] for size in np.unique(counts)]


def _large_enough(members: BoolArray, persons: Names) -> bool:
    return all(
        part.sum() >= LEAST_PROBES and len(np.unique(persons[part])) >= LEAST_PERSONS for part in (members, ~members)
    )


def _intervals(
    inside: Float64Array, outcome: BoolArray, persons: Names, draws: int, seed: int
) -> tuple[Float64Array, Float64Array]:
    """The ends of the intervals of the lifts (M,); draws without the outcome or the group tell nothing and are left."""
    hit = outcome.astype(np.float64)[:, None]
    means = drawn_means(np.concatenate([inside * hit, inside, hit], axis=1), persons, draws, seed)
    count = inside.shape[1]
    both, alone, every = means[:, :count], means[:, count:-1], means[:, -1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = both / (alone * every)
    low, high = np.nanquantile(ratio, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
