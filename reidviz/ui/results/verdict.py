"""Which model is better, by how much, and how sure that is: the answer, in a sentence."""

import streamlit as st

from reidviz.common.arrays import Float64Array
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.verdict import Verdict, paired, verdict
from reidviz.evaluation.ranking.power import needed_in_words
from reidviz.evaluation.ranking.uncertainty import (
    FIGURES,
    MOST_BANDS,
    Difference,
    Interval,
    cmc_band,
    difference,
    difference_intervals,
    intervals,
)
from reidviz.figures.text import Plain, plain
from reidviz.models.variants import VARIANTS
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import Markdown, literal

SINGLE = {name for v in VARIANTS.values() if v.ranking != v.pairs for name, _ in v.rankers}
BOTH = {name for v in VARIANTS.values() if v.ranking and v.pairs and not v.source for name, _ in v.rankers}


def verdict_of(choice: Choice, results: list[Result]) -> Verdict:
    """Every result against the best."""
    return verdict(results, lambda one, other: _difference(one, other, choice.dataset, choice.split))


def _paired(choice: Choice, results: list[Result]) -> dict[tuple[str, str], Difference]:
    return paired(results, lambda one, other: _difference(one, other, choice.dataset, choice.split))


def does_multi_task_pay(choice: Choice, results: list[Result]) -> Markdown | None:
    """The best reading of a network that learned both tasks against the better single-task one; None where not both are
    chosen."""
    both = [one for one in results if one.ranker.variant in BOTH]
    single = [one for one in results if one.ranker.variant in SINGLE]
    if not both or not single:
        return None
    one, other = (max(group, key=lambda result: result.ranking.cmc_at(1)) for group in (both, single))
    found = _paired(choice, results)[one.key, other.key]
    names = Markdown(f"{literal(one.ranker.name)} against {literal(other.ranker.name)}")
    if not found.told_apart:
        return Markdown(
            f"**Both tasks cannot be told from the better single task here** ({names}): {_in_words(found, one)}"
        )
    word = Markdown("better" if found.points > 0 else "worse")
    return Markdown(f"**Both tasks are {word} than the better single task** ({names}): {_in_words(found, one)}")


def best_in_words(choice: Choice, results: list[Result]) -> Markdown:
    """Which model puts the right person first most often, and which cannot be told from it."""
    found = verdict_of(choice, results)
    best, probes = found.best, len(found.best.ranking.first)
    share = best.ranking.cmc_at(1)
    ends = figure_intervals(best, choice.dataset, choice.split)["1"]
    told = Markdown(
        f"**{literal(best.ranker.name)}** puts the right person first for **{share:.1f} %** of {probes:,} probes "
        f"({ends.low:.1f} to {ends.high:.1f})"
    )
    if not found.others:
        return Markdown(f"{told}.")
    apart = [(other, one) for other, one in found.others if one.told_apart]
    equal = Markdown(", ".join(literal(one.ranker.name) for one in found.equals))
    if not apart:
        return Markdown(f"{told}; no model of those chosen can be told from it ({equal}).")
    nearest, least = min(apart, key=lambda one: one[1].points)
    behind = Markdown(f"{least.points:+.1f} points on {literal(nearest.ranker.name)}, {_sure(least)}")
    same = Markdown(f" Not told from it: {equal}." if found.equals else "")
    return Markdown(f"{told}: {behind}.{same}")


def bold_cells(choice: Choice, results: list[Result]) -> list[list[bool]]:
    """For each model and figure (rank-1, -5, -10, -20, mAP, mINP), whether it is the best or cannot be told from it."""
    if len(results) < 2:
        return [[False] * 6 for _ in results]
    found = verdict_of(choice, results)
    equal = {found.best.key, *(one.key for one in found.equals)}
    columns = [[one.key in equal for one in results]]
    for place, name in enumerate(FIGURES[1:], 1):
        shares = [_figures(one)[place] for one in results]
        best = results[shares.index(max(shares))]
        columns.append([one is best or not _apart(best, one, choice.dataset, choice.split)[name] for one in results])
    return [list(row) for row in zip(*columns, strict=True)]


def cmc_bands(choice: Choice, results: list[Result]) -> dict[Plain, tuple[Float64Array, Float64Array]]:
    """The intervals of each curve, where there are so few that bands can be told apart."""
    if len(results) > MOST_BANDS:
        return {}
    return {plain(one.ranker.name): _band(one, choice.dataset, choice.split) for one in results}


@remembered(st.cache_resource, max_entries=64)
def _band(result: Result, dataset: Dataset, split: Split) -> tuple[Float64Array, Float64Array]:
    return cmc_band(result.ranking, dataset.identities[split.probes])


@remembered(st.cache_resource, max_entries=64)
def figure_intervals(result: Result, dataset: Dataset, split: Split) -> dict[str, Interval]:
    """The intervals of a result's figures, over the persons of its probes."""
    return intervals(result.ranking, dataset.identities[split.probes])


@remembered(st.cache_resource, max_entries=128)
def _difference(one: Result, other: Result, dataset: Dataset, split: Split) -> Difference:
    return difference(one.ranking, other.ranking, dataset.identities[split.probes])


@remembered(st.cache_resource, max_entries=128)
def _apart(best: Result, other: Result, dataset: Dataset, split: Split) -> dict[str, bool]:
    found = difference_intervals(best.ranking, other.ranking, dataset.identities[split.probes])
    return {name: one.leaves_out_0 for name, one in found.items()}


def _figures(result: Result) -> list[float]:
    ranking = result.ranking
    shares = [ranking.cmc_at(k) for k in (1, 5, 10, 20)]
    return [*shares, ranking.mean_average_precision(), ranking.mean_inverse_negative_penalty]


def _in_words(found: Difference, one: Result) -> Markdown:
    probes = len(one.ranking.first)
    if found.told_apart:
        word = Markdown("more" if found.more > 0 else "fewer")
        return Markdown(
            f"{abs(found.more):,} {word} of {probes:,} probes at rank 1, **{found.points:+.1f} points** "
            f"({_sure(found)})."
        )
    return Markdown(f"{found.points:+.1f} points of rank-1, {_sure(found)}. {literal(needed_in_words(found.spread))}")


def _sure(found: Difference) -> Markdown:
    p = Markdown("p < 0.001" if found.p < 0.001 else f"p = {found.p:.3f}")
    return Markdown(f"95 % interval {found.interval.low:+.1f} to {found.interval.high:+.1f}, {p}")
