"""What the failures of a model have in common, and which of them another model mends."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from reidviz.common.arrays import BoolArray, IntArray
from reidviz.common.progress import Progress
from reidviz.data.keys import key_of
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.failures.failure_map import FailureMap, failure_map, mended, missed_alone, missed_by_all
from reidviz.evaluation.failures.in_words import OVERLAP, TESTED, UNITS, combination_in_words, headline, mended_in_words
from reidviz.evaluation.failures.lift import Lift
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.ranking.uncertainty import Names
from reidviz.figures.failures import lifts_figure
from reidviz.figures.text import Plain
from reidviz.ui.background.jobs import quick_board
from reidviz.ui.background.newest import keep_newest
from reidviz.ui.background.progress_bar import wait_for
from reidviz.ui.compare.failure_images import show_group
from reidviz.ui.results.certificates import certified
from reidviz.ui.session.address import linked
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import FAILURES_GROUP, FAILURES_OF, LIFTS, MENDED_BY, MENDED_LIFTS, Key
from reidviz.ui.session.remembered import remembered
from reidviz.ui.session.selection import select
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown, literal, worded

DRAWN = 15
MAPS_KEPT = 16


def show_failure_map(choice: Choice, results: list[Result]) -> None:
    """Draw the failure map of one of the results; it is made in the background when it was not."""
    named = {one.ranker.name: one for one in results}
    best_first = sorted(named, key=lambda name: -named[name].ranking.cmc_at(1))
    linked("failures", FAILURES_OF, best_first, best_first[0])
    result = named[st.selectbox("Failures of", best_first, key=FAILURES_OF.name, width=320)]
    found = _found(choice, result)
    if found is None:
        return
    st.markdown(worded(headline(found, result.ranker.name)))
    if found.combination:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(worded(combination_in_words(found.combination)))
            members = found.combination.group.members
            _select_button(choice, found.failed & members, Markdown("missed"), "failures-combination")
    if found.lifts:
        rows = np.where(found.failed, np.arange(len(found.failed)), -1)
        made = certified(choice, "failures", model=result.ranker.name)
        _show_lifts(choice, found.lifts, Plain("failures"), rows, made, LIFTS)
        st.caption(f"{literal(OVERLAP)} {literal(TESTED)} {literal(UNITS)}")
    show_group(choice, result, found)
    if len(results) > 1:
        _show_others(choice, result, results, found)


def _found(choice: Choice, result: Result) -> FailureMap | None:
    """The map of a result; None while it is made, which is drawn."""
    key = key_of("failures", choice.dataset, choice.split, result)
    kept = _kept().get(key)
    if kept is not None:
        return kept

    def work(progress: Progress) -> None:
        keep_newest(_kept(), key, failure_map(choice.dataset, choice.split, result, progress), MAPS_KEPT)

    about = Markdown(f"**Measuring** what {literal(result.ranker.name)} finds and misses.")
    wait_for(key, work, "Measure again", quick_board(), about)
    return None


@st.cache_resource
def _kept() -> dict[str, FailureMap]:
    """The maps that were made since this server started."""
    return {}


def _show_lifts(
    choice: Choice,
    lifts: Sequence[Lift],
    outcome: Plain,
    rows: IntArray,
    certificate: Certificate,
    key: Key[dict[str, Any]],
) -> None:
    """The chart of the surest groups; a click selects the probes of a group with the outcome.

    rows: of the probes that the groups are of, those with the outcome as they are, the others as -1.
    """

    def clicked() -> None:
        told = [point.get("customdata") for point in key.get({})["selection"]["points"]]
        places = [int(np.ravel(one)[0]) for one in told if one is not None]
        if places and 0 <= places[0] < len(lifts):
            group = lifts[places[0]].group
            FAILURES_GROUP.set(group.name)
            which = rows[group.members]
            select(choice, choice.split.probes[which[which >= 0]].tolist())

    chart(
        lifts_figure(lifts[:DRAWN], outcome),
        certificate,
        key=key.name,
        on_select=clicked,
        selection_mode="points",
        config={"displayModeBar": False},
        alt=f"Groups of probes: share among {outcome} by share among all, with intervals",
    )
    more = Markdown(f" The surest {DRAWN} of {len(lifts):,} groups are drawn." if len(lifts) > DRAWN else "")
    st.caption(f"Click a mark: what it counts is selected on all pages, and its group is shown as images.{more}")


def _show_others(choice: Choice, result: Result, results: list[Result], found: FailureMap) -> None:
    """Whether the other models fail on the same probes, and what one of them mends."""
    st.header("By other models", anchor=False)
    name = result.ranker.name
    by_all, alone = missed_by_all(results), missed_alone(result, results)
    with st.container(horizontal=True, vertical_alignment="center"):
        _select_button(choice, by_all, Markdown("missed by every chosen model"), "failures-by-all")
        _select_button(choice, alone, Markdown(f"missed by {literal(name)} alone"), "failures-alone")
    others = {one.ranker.name: one for one in results if one is not result}
    linked("mends", MENDED_BY, list(others), next(iter(others)))
    other = others[st.selectbox("Mended by", list(others), key=MENDED_BY.name, width=320)]
    hit = other.ranking.first == 1
    told = _mended(found, hit, choice.dataset.identities[choice.split.probes])
    mended_now = found.failed & hit
    st.markdown(worded(mended_in_words(name, other.ranker.name, int(found.failed.sum()), int(mended_now.sum()), told)))
    _select_button(choice, mended_now, Markdown("mended"), "failures-mended")
    if any(one.claimed for one in told):
        rows = np.where(mended_now, np.arange(len(mended_now)), -1)[found.failed]
        made = certified(choice, "mended", model=name, by=other.ranker.name)
        _show_lifts(choice, told, Plain("mended failures"), rows, made, MENDED_LIFTS)


def _select_button(choice: Choice, which: BoolArray, word: Markdown, key: str) -> None:
    """A button that selects some probes (P,)."""
    st.button(
        Markdown(f"Select {int(which.sum()):,} {word}"),
        icon=":material/lasso_select:",
        key=key,
        disabled=not which.any(),
        help="They become the selection of all pages",
        on_click=partial(_select, choice, which),
    )


def _select(choice: Choice, which: BoolArray) -> None:
    select(choice, choice.split.probes[which].tolist())


@remembered(st.cache_resource, max_entries=32, show_spinner="Comparing failures …")
def _mended(found: FailureMap, hit: BoolArray, persons: Names) -> tuple[Lift, ...]:
    return mended(found, hit, persons)
