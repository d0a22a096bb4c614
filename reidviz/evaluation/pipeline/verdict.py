"""Which model is better, by how much, and how sure that is: the answer, in a sentence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from reidviz.common.words import Strong, Words, listed
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.ranking.power import needed_in_words
from reidviz.evaluation.ranking.uncertainty import (
    FIGURES,
    Difference,
    Interval,
    Names,
    difference,
    difference_intervals,
    holm,
)
from reidviz.evaluation.ranking.wins import wins
from reidviz.evaluation.tables import Estimate, Table
from reidviz.models.variants import VARIANTS

SINGLE = {name for v in VARIANTS.values() if v.ranking != v.pairs for name, _ in v.rankers}
BOTH = {name for v in VARIANTS.values() if v.ranking and v.pairs and not v.source for name, _ in v.rankers}

Paired = Mapping[tuple[str, str], Difference]
"""How any two results differ, by their keys, either way round; p values are corrected for how many pairs there are."""


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


def paired(results: Sequence[Result], differ: Callable[[Result, Result], Difference]) -> Paired:
    """Every two results on the same probes (Holm's correction). differ: how the first of two differs from the second,
    by itself."""
    pairs = list(combinations(results, 2))
    found = [differ(one, other) for one, other in pairs]
    told = {}
    for (one, other), raw, p in zip(pairs, found, holm([one.p for one in found]), strict=True):
        told[one.key, other.key] = replace(raw, p=p)
        turned = Interval(-raw.interval.high, -raw.interval.low)
        told[other.key, one.key] = Difference(-raw.points, turned, p, -raw.more, raw.spread)
    return told


def paired_over(results: Sequence[Result], persons: Names) -> Paired:
    """The same, computed over whom each probe shows (P,)."""
    return paired(results, lambda one, other: difference(one.ranking, other.ranking, persons))


def verdict(results: Sequence[Result], told: Paired) -> Verdict:
    """Every result against the one with the best rank-1, of equals the one with the best mAP."""
    best = max(results, key=lambda one: (one.ranking.cmc_at(1), one.ranking.mean_average_precision()))
    return Verdict(best, tuple((one, told[best.key, one.key]) for one in results if one is not best))


def does_multi_task_pay(results: Sequence[Result], told: Paired) -> Words | None:
    """The best reading of a network that learned both tasks against the better single-task one; None where not both are
    there."""
    both = [one for one in results if one.ranker.variant in BOTH]
    single = [one for one in results if one.ranker.variant in SINGLE]
    if not both or not single:
        return None
    one, other = (max(group, key=lambda result: result.ranking.cmc_at(1)) for group in (both, single))
    found = told[one.key, other.key]
    names = f"{one.ranker.name} against {other.ranker.name}"
    if not found.told_apart:
        head = Strong("Both tasks cannot be told from the better single task here")
    else:
        head = Strong(f"Both tasks are {'better' if found.points > 0 else 'worse'} than the better single task")
    return head, f" ({names}): ", *_in_words(found, len(one.ranking.first))


def best_in_words(found: Verdict, ends: Interval) -> Words:
    """Which model puts the right person first most often, and which cannot be told from it. ends: the interval of its
    rank-1."""
    best = found.best
    told: Words = (
        Strong(best.ranker.name),
        " puts the right person first for ",
        Strong(f"{best.ranking.cmc_at(1):.1f} %"),
        f" of {len(best.ranking.first):,} probes ({ends.low:.1f} to {ends.high:.1f})",
    )
    if not found.others:
        return (*told, ".")
    equal = ", ".join(one.ranker.name for one in found.equals)
    apart = [(other, one) for other, one in found.others if one.told_apart]
    if not apart:
        return (*told, f"; no model of those chosen can be told from it ({equal}).")
    nearest, least = min(apart, key=lambda one: one[1].points)
    same = f" Not told from it: {equal}." if found.equals else ""
    return (*told, f": {least.points:+z.1f} points on {nearest.ranker.name}, {sure(least)}.{same}")


def wins_in_words(results: Sequence[Result]) -> Words:
    """On how many probes each model alone ranks the true match best."""
    won = wins([result.ranking.first for result in results])
    alone = listed(
        (f"{one.ranker.name} on ", Strong(f"{count:,}")) for one, count in zip(results, won.alone, strict=True)
    )
    total = len(results[0].ranking.first)
    return (
        "Alone best: ",
        *alone,
        f" of {total:,} probes; on {won.shared:,} two or more are equally good.",
    )


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


def as_good_as_the_best(
    results: Sequence[Result], found: Verdict, apart: Callable[[Result, Result], Mapping[str, bool]]
) -> list[list[bool]]:
    """For each result and figure (rank-1, -5, -10, -20, mAP, mINP), whether it is the best or cannot be told from it;
    none of them where there is one result. apart: by which figures two results can be told apart."""
    if len(results) < 2:
        return [[False] * len(FIGURES) for _ in results]
    equal = {found.best.key, *(one.key for one in found.equals)}
    columns = [[one.key in equal for one in results]]
    for place, name in enumerate(FIGURES[1:], 1):
        shares = [_figures(one)[place] for one in results]
        best = results[shares.index(max(shares))]
        columns.append([one is best or not apart(best, one)[name] for one in results])
    return [list(row) for row in zip(*columns, strict=True)]


def figures_apart(one: Result, other: Result, persons: Names) -> dict[str, bool]:
    """For each figure, whether two results can be told apart by it: the interval of their difference leaves out 0.
    persons: whom each probe shows (P,)."""
    found = difference_intervals(one.ranking, other.ranking, persons)
    return {name: ends.leaves_out_0 for name, ends in found.items()}


def sure(found: Difference) -> str:
    """The interval of a difference and its p value."""
    return f"95 % interval {found.interval.low:+z.1f} to {found.interval.high:+z.1f}, {p_in_words(found.p)}"


def p_in_words(p: float) -> str:
    """A p value to three digits."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _figures(result: Result) -> list[float]:
    ranking = result.ranking
    shares = [ranking.cmc_at(k) for k in (1, 5, 10, 20)]
    return [*shares, ranking.mean_average_precision(), ranking.mean_inverse_negative_penalty]


def _in_words(found: Difference, probes: int) -> Words:
    if found.told_apart:
        word = "more" if found.more > 0 else "fewer"
        points = Strong(f"{found.points:+z.1f} points")
        return f"{abs(found.more):,} {word} of {probes:,} probes at rank 1, ", points, f" ({sure(found)})."
    return (f"{found.points:+z.1f} points of rank-1, {sure(found)}. {needed_in_words(found.spread)}",)
