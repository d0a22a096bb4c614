"""Why not? The true match of a probe beside the image that stands before it: what must be hidden for it to be first."""

from functools import partial

import numpy as np
import streamlit as st

from reidviz.common.arrays import BoolArray
from reidviz.common.progress import Progress
from reidviz.data.dataset import Dataset, Split
from reidviz.data.keys import key_of
from reidviz.evaluation.explain.counterfactual import Counterfactual, search
from reidviz.evaluation.explain.hidden_lists import HiddenLists, Question, question_of, rank_of_match
from reidviz.evaluation.explain.in_words import SEARCH, counterfactual_in_words
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.scores import Scores
from reidviz.ui.background.jobs import quick_board
from reidviz.ui.background.newest import keep_newest
from reidviz.ui.background.progress_bar import wait_for
from reidviz.ui.pairs.pair_picker import PairImage
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import HIDDEN_BOX, HIDDEN_ROLES, WHY_NOT_MODEL, WHY_NOT_SEARCH
from reidviz.ui.session.remembered import remembered
from reidviz.ui.why_not.brushing import show_brush
from reidviz.ui.widgets.markup import Markdown, literal, worded
from reidviz.ui.widgets.messages import or_stop, said

LABEL = Markdown("Why not? Which regions put somebody else before the true match")
MOST_KEPT = 256


def why_not_of_probe(choice: Choice, results: list[Result], row: int) -> None:
    """Draw the section of a probe, by one of the models that can be asked; closed until somebody opens it."""
    with st.expander(LABEL, key="why-not", on_change="rerun") as section:
        pass
    if not section.open:
        return
    with section, said():
        able = {one.ranker.name: one for one in results if one.ranker.describes and _is_behind(choice, one, row)}
        if not able:
            st.info(
                "No model that can be asked puts somebody else before the true match: J goes to the next failure. "
                "Models of which only features or scores are known, and refined lists, cannot be asked about hidden "
                "regions."
            )
            return
        if WHY_NOT_MODEL.get() not in able:
            WHY_NOT_MODEL.pop()
        name = next(iter(able))
        if len(able) > 1:
            name = st.segmented_control(
                "Model", list(able), default=name, required=True, key=WHY_NOT_MODEL.name, format_func=literal
            )
        _show(choice, able[name], row, None)


def why_not_of_pair(choice: Choice, result: Result, first: PairImage, second: PairImage) -> None:
    """Draw the section of the probe of a pair, with the second image in its part, by the model in hand."""
    with st.expander(LABEL, key="why-not", on_change="rerun") as section:
        pass
    if not section.open:
        return
    rows = np.flatnonzero(choice.split.probes == first.position)
    places = np.flatnonzero(choice.split.gallery == second.position)
    with section, said():
        if not len(rows):
            st.info("The first image is no probe of this test: there is no list that its true match could lead.")
        elif not result.ranker.describes:
            st.info(f"Of {literal(result.ranker.name)} no network is known that could be asked about hidden regions.")
        elif not _is_behind(choice, result, int(rows[0])):
            st.info(f"By {literal(result.ranker.name)} the true match is first: nobody stands before it.")
        else:
            _show(choice, result, int(rows[0]), int(places[0]) if len(places) else None)


def _truth(choice: Choice, row: int) -> tuple[BoolArray, BoolArray]:
    return ground_truth(choice.dataset, choice.split).masks(row)


def _is_behind(choice: Choice, result: Result, row: int) -> bool:
    return question_of(_row(result.scores, row), row, _truth(choice, row)) is not None


def _row(scores: Scores, row: int) -> Scores:
    """One row of scores, as scores (1, G)."""
    stage = scores.first_stage
    return Scores(scores.kind, np.array(scores.matrix[row : row + 1]), None if stage is None else stage[row : row + 1])


def _show(choice: Choice, result: Result, row: int, seen: int | None) -> None:
    if choice.split.probe_frames or choice.split.gallery_frames:
        st.info("This protocol ranks tracklets, each by all of its frames: regions of one image cannot be hidden.")
        return
    before = _row(result.scores, row)
    question = question_of(before, row, _truth(choice, row), seen)
    assert question is not None, "somebody stands before the true match"
    lists = or_stop(partial(_lists, result, choice.dataset, choice.split, question))
    found = _searched(lists, key_of("why not", result, choice.dataset, choice.split, question))
    if found is not None:
        rank = rank_of_match(before, lists.same, lists.ignored)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(worded(counterfactual_in_words(found, rank)), help=literal(SEARCH), width="content")
            shown = found.found or (found.closest and found.closest[0])
            if shown:
                st.button("Show it", key="why-not-show", on_click=_hide, args=(shown.region.box, list(shown.roles)))
    show_brush(choice, result.ranker, lists)


def _hide(box: tuple[float, float, float, float], roles: list[str]) -> None:
    HIDDEN_BOX.set(box)
    HIDDEN_ROLES.set(roles)  # type: ignore[arg-type]


@remembered(st.cache_resource, max_entries=8)
def _lists(result: Result, dataset: Dataset, split: Split, question: Question) -> HiddenLists:
    return HiddenLists(result.ranker, dataset, split, question, _row(result.scores, question.row))


@st.cache_resource
def _kept() -> dict[str, Counterfactual]:
    """What the last searches of this server found, by key."""
    return {}


def _searched(lists: HiddenLists, key: str) -> Counterfactual | None:
    """What the search finds; None, and its progress is drawn, as long as it goes on. One search a session: that of
    another probe is given up."""
    kept = _kept()
    if key in kept:
        return kept[key]
    before = WHY_NOT_SEARCH.get(key)
    if before != key and (job := quick_board().get(before)):
        job.cancel()
    WHY_NOT_SEARCH.set(key)

    def work(progress: Progress) -> None:
        keep_newest(kept, key, search(lists, progress), MOST_KEPT)

    about = Markdown("**Which region must be hidden** for the true match to be first? Brush meanwhile.")
    wait_for(key, work, "Search", quick_board(), about)
    return None
