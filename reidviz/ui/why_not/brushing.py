"""The three images with what spoke for either, and the list as it moves under the brush."""

import time
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import streamlit as st

from reidviz.common.arrays import Float32Array
from reidviz.common.printable import printable
from reidviz.common.progress import time_left
from reidviz.data.images.encode import data_uri
from reidviz.evaluation.explain.evidence import Evidence, evidence, strongest_cell
from reidviz.evaluation.explain.hidden_lists import HiddenLists, rank_of_match
from reidviz.evaluation.explain.hidden_scores import ROLES, Hidden, Role
from reidviz.evaluation.explain.in_words import evidence_in_words, hidden_in_words
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.ranked_list import ranked_places
from reidviz.evaluation.scores import Scores
from reidviz.figures.heatmaps import signed_overlay
from reidviz.ui.pairs.pair_picker import PairImage, data_image
from reidviz.ui.pairs.saliency import branches, explained, network_behind
from reidviz.ui.retrieval.ranked_lists import Before, Shown, ranked_row
from reidviz.ui.server.boundary import fragment
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import HIDDEN_BOX, HIDDEN_ROLES
from reidviz.ui.session.remembered import remembered
from reidviz.ui.why_not.brush import BrushImage, brush
from reidviz.ui.widgets.markup import Markdown, literal, render, worded
from reidviz.ui.widgets.messages import or_stop
from reidviz.ui.widgets.person_cards import rows_html

if TYPE_CHECKING:
    from reidviz.evaluation.explain.saliency import Branch, Method

PLAIN: Final = "images"
TITLES: Final[dict[Role, Markdown]] = {
    "probe": Markdown("Probe"),
    "match": Markdown("True match"),
    "wrong": Markdown("Wrong winner"),
}
FRAMES: Final[dict[Role, str]] = {"probe": "", "match": "right", "wrong": "wrong"}
METHODS: "Final[dict[str, tuple[Branch, Method, str]]]" = {
    "ranking, gradient": ("ranking", "gradient", "the gradient of the ranking branch"),
    "ranking, occlusion": ("ranking", "occlusion", "occlusion of the ranking branch"),
    "classifier, conv5": ("pairs", "gradient", "the gradient of the classifier after conv5"),
    "occlusion": ("ranking", "occlusion", "occlusion"),
}
"""By their name on the screen: the branch, the method, and both in a sentence; the last is for a network in ONNX."""
HEIGHT = 300
CARDS = 10


@fragment
def show_brush(choice: Choice, ranker: Ranker, lists: HiddenLists) -> None:
    """Draw the three images to brush over, and the list below. It runs alone when the brush moves."""
    asked = lists.question
    places = choice.split.probes[asked.row], choice.split.gallery[asked.match], choice.split.gallery[asked.wrong]
    three = {role: data_image(choice, int(place)) for role, place in zip(ROLES, places, strict=True)}
    HIDDEN_ROLES.set(HIDDEN_ROLES.get(list(ROLES)))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        options = _methods(ranker)
        shown = st.segmented_control(
            "What spoke for either",
            options,
            default=_default(ranker, options),
            required=True,
            key="why-not-evidence",
            format_func=literal,
        )
        roles = st.segmented_control(
            "Hidden on",
            ROLES,
            selection_mode="multi",
            key=HIDDEN_ROLES.name,
            format_func=TITLES.__getitem__,
            help="On which of the three images the box hides what is under it; the rest of the gallery is as it was.",
        )
    found = _evidence(three, ranker, shown or PLAIN)
    if found is not None:
        _offer(found, _by(shown or PLAIN, ranker))
    left, right = st.columns(2, gap="medium")
    with left:
        brush(_images(three, found, lists), [role in roles for role in ROLES])
    with right:
        _show_list(choice, ranker, lists, [role for role in ROLES if role in roles])


def _methods(ranker: Ranker) -> list[str]:
    """What can be told of a ranker's network."""
    network = network_behind(ranker)
    assert network is not None, "only what can be asked about images is asked"
    if network.form == "onnx":
        return [PLAIN, "occlusion"]
    there = or_stop(lambda: branches(network))
    return [PLAIN, *(name for name, (branch, *_) in METHODS.items() if branch in there and name != "occlusion")]


def _default(ranker: Ranker, options: list[str]) -> str:
    """What takes no time: the gradient of the score that the list is ordered by."""
    wanted = "classifier, conv5" if ranker.kind == "probability" else "ranking, gradient"
    return wanted if wanted in options else PLAIN


def _evidence(three: dict[Role, PairImage], ranker: Ranker, shown: str) -> Evidence | None:
    """The evidence that is asked for, with a bar while it is computed."""
    if shown == PLAIN:
        return None
    network = network_behind(ranker)
    assert network is not None, "only what can be asked about images is asked"
    branch, method, _ = METHODS[shown]
    pairs = [(three["probe"], three["match"]), (three["probe"], three["wrong"])]
    of_match, of_wrong = (or_stop(partial(explained, *pair, network, branch, method)).found for pair in pairs)
    return evidence(of_match, of_wrong)


def _by(shown: str, ranker: Ranker) -> str:
    """What tells the evidence, and of two models whose it is."""
    network = network_behind(ranker)
    assert network is not None, "only what can be asked about images is asked"
    two = len({part.path for part in ranker.parts}) > 1
    return f"{METHODS[shown][2]} of {network.name}" if two else METHODS[shown][2]


def _offer(found: Evidence, method: str) -> None:
    """Say what spoke most for the wrong winner, and offer to hide it."""
    st.html(render("why_not/evidence_scale.html"))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(worded(evidence_in_words(found, method)), width="content")
        region = strongest_cell(found.probe, -1)
        if region is not None:
            label = Markdown(f"Hide {literal(region.name)}")
            st.button(label, key="why-not-strongest", on_click=HIDDEN_BOX.set, args=(region.box,))


def _images(three: dict[Role, PairImage], found: Evidence | None, lists: HiddenLists) -> list[BrushImage]:
    strongest = 0.0
    if found is not None:
        strongest = max(float(np.abs(getattr(found, role)).max()) for role in ROLES)
    ranked = ranked_places(lists.before, 0, (lists.same, lists.ignored)).tolist()
    ranks = {"match": ranked.index(lists.question.match) + 1, "wrong": ranked.index(lists.question.wrong) + 1}
    images = []
    for role, one in three.items():
        note = f"person {one.person}" + (f", camera {one.camera}" if one.camera else "")
        if role in ranks:
            note += f", rank {ranks[role]:,} unhidden"
        drawn, mean = _drawn(one, None if found is None else getattr(found, role), strongest)
        images.append(BrushImage(drawn, mean, TITLES[role], printable(note), FRAMES[role]))
    return images


@remembered(st.cache_data, max_entries=256)
def _drawn(one: PairImage, relevance: Float32Array | None, strongest: float) -> tuple[str, str]:
    """An image as a data URI, under what spoke for either where that is told, and its mean colour."""
    drawn = one.image if relevance is None else signed_overlay(one.image, relevance, strongest, HEIGHT)
    mean = np.asarray(one.image).reshape(-1, 3).mean(0).round().astype(int)
    return data_uri(drawn, HEIGHT), "#{:02x}{:02x}{:02x}".format(*mean)


def _show_list(choice: Choice, ranker: Ranker, lists: HiddenLists, roles: list[Role]) -> None:
    """The list with the box hidden, how far each image has moved, and the same in a sentence. What takes long comes
    step by step; the next move of the brush ends it."""
    box = HIDDEN_BOX.get()
    if box is None or not roles:
        st.caption("Nothing is hidden: drag a box over an image, and the list with it hidden stands here.")
        return
    hidden: Hidden = dict.fromkeys(roles, box)
    words, cards, bar = st.empty(), st.empty(), st.empty()
    total, started = lists.scored, time.monotonic()
    for step in lists.lists(hidden):
        scores, missing = step.scores, step.missing
        words.markdown(worded(hidden_in_words(box, roles, *_ranks(lists, scores))))
        how = Shown(
            CARDS, np.arange(len(lists.same)), (lists.same, lists.ignored), int(choice.split.probes[lists.question.row])
        )
        before = Before(lists.before, 0, "nothing hidden")
        cards.html(rows_html([ranked_row(choice, ranker, scores, 0, how, before)]))
        if missing:
            left = time_left(total - missing, total, time.monotonic() - started)
            told = Markdown(f"The nearest are ranked, {total - missing:,} of {total:,} images {literal(left)}")
            bar.progress((total - missing) / total, text=told)
    bar.empty()


def _ranks(lists: HiddenLists, scores: Scores) -> tuple[tuple[int, int], tuple[int, int]]:
    """The ranks of the nearest true match and of the wrong winner, before and now."""
    truth = lists.same, lists.ignored
    match = rank_of_match(lists.before, *truth), rank_of_match(scores, *truth)
    before, now = (
        ranked_places(one, 0, truth).tolist().index(lists.question.wrong) + 1 for one in (lists.before, scores)
    )
    return match, (before, now)
