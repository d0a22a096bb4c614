"""What is chosen, judged: the pure answers of evaluation/pipeline/verdict.py, with what they cost kept in memory."""

import streamlit as st

from reidviz.common.arrays import Float64Array
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.pipeline import verdict
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.verdict import Paired, Verdict, as_good_as_the_best, figures_apart, paired
from reidviz.evaluation.ranking.uncertainty import (
    MOST_BANDS,
    Difference,
    Interval,
    cmc_band,
    difference,
    intervals,
)
from reidviz.figures.text import Plain, plain
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import Markdown, worded


def verdict_of(choice: Choice, results: list[Result]) -> Verdict:
    """Every result against the best one."""
    return verdict.verdict(results, _paired(choice, results))


def does_multi_task_pay(choice: Choice, results: list[Result]) -> Markdown | None:
    """Both tasks against the better single one; None where not both are chosen."""
    told = verdict.does_multi_task_pay(results, _paired(choice, results))
    return None if told is None else so_far(choice, results, worded(told))


def best_in_words(choice: Choice, results: list[Result]) -> Markdown:
    """Which model puts the right person first most often, and which cannot be told from it."""
    found = verdict_of(choice, results)
    told = worded(verdict.best_in_words(found, figure_intervals(found.best, choice.dataset, choice.split)["1"]))
    return so_far(choice, results, told)


def so_far(choice: Choice, results: list[Result], told: Markdown) -> Markdown:
    """An answer, and that it is of those of the chosen models that have been scored."""
    scored, chosen = len(results), len(choice.rankers)
    return told if scored == chosen else Markdown(f"*So far, with {scored} of {chosen} models:* {told}")


def bold_cells(choice: Choice, results: list[Result]) -> list[list[bool]]:
    """For each model and figure, whether it is the best or cannot be told from it."""
    return as_good_as_the_best(
        results, verdict_of(choice, results), lambda best, one: _apart(best, one, choice.dataset, choice.split)
    )


def cmc_bands(choice: Choice, results: list[Result]) -> dict[Plain, tuple[Float64Array, Float64Array]]:
    """The intervals of each curve, where there are so few that bands can be told apart."""
    if len(results) > MOST_BANDS:
        return {}
    return {plain(one.ranker.name): _band(one, choice.dataset, choice.split) for one in results}


def _paired(choice: Choice, results: list[Result]) -> Paired:
    return paired(results, lambda one, other: _difference(one, other, choice.dataset, choice.split))


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
    return figures_apart(best, other, dataset.identities[split.probes])
