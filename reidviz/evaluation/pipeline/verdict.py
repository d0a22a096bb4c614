"""The best of several results and how each other one stands to it; what a test like this one can see of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.ranking.uncertainty import Difference, Interval, holm
from reidviz.evaluation.tables import Estimate, Table

Told = Callable[[Result, Result], Difference]
"""How much better the first result is than the second one, on the same probes."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """The model that puts the right person first most often, and how each other one stands to it; p values are
    corrected for how many pairs of models there are (Holm)."""

    best: Result
    others: tuple[tuple[Result, Difference], ...]

    @property
    def equals(self) -> list[Result]:
        """Those that cannot be told from the best."""
        return [other for other, told in self.others if not told.told_apart]


def verdict(results: Sequence[Result], told: Told) -> Verdict:
    """Every result against the one with the best rank-1, of equals the one with the best mAP."""
    best = max(results, key=lambda one: (one.ranking.cmc_at(1), one.ranking.mean_average_precision()))
    found = paired(results, told)
    return Verdict(best, tuple((one, found[best.key, one.key]) for one in results if one is not best))


def paired(results: Sequence[Result], told: Told) -> dict[tuple[str, str], Difference]:
    """Every two results on the same probes, either way round, by their keys."""
    pairs = list(combinations(results, 2))
    raw = [told(one, other) for one, other in pairs]
    found = {}
    for (one, other), seen, p in zip(pairs, raw, holm([one.p for one in raw]), strict=True):
        found[one.key, other.key] = replace(seen, p=p)
        turned = Interval(-seen.interval.high, -seen.interval.low)
        found[other.key, one.key] = Difference(-seen.points, turned, p, -seen.more, seen.spread)
    return found


def power_table(found: Verdict, points: float) -> Table:
    """Of the best against each other model: the difference in points of rank-1, the smallest that a test like this one
    sees, and the probes and persons of one that sees so many points."""
    rows = []
    for other, told in found.others:
        needed = told.spread.needed(points)
        sizes = (told.spread.visible, needed.probes, needed.persons) if needed else (None, None, None)
        rows.append((other.ranker.name, Estimate(told.points, told.interval.low, told.interval.high), *sizes))
    against = f"{found.best.ranker.name} against"
    heads = (against, "difference", "sees from", f"probes for {points:g} points", f"persons for {points:g} points")
    return Table(heads, tuple(rows))
