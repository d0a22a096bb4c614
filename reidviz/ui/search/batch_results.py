"""What a batch of probes found: the answer, a line of hits each, and the way to each probe's whole list."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from reidviz.gallery.page import SearchedProbe
from reidviz.gallery.words import matches_among, verdict_on_all
from reidviz.ui.background.jobs import quick_board
from reidviz.ui.background.progress_bar import watch
from reidviz.ui.search.batch import MOST_PROBES, Batch
from reidviz.ui.search.hits import Group, HitCard, hit_card
from reidviz.ui.search.marks import Said, key_of_probe, marked_hits
from reidviz.ui.search.probe import search_from
from reidviz.ui.search.take_away import offer_hits
from reidviz.ui.session.keys import SEARCH_BATCH, SEARCH_OPENED
from reidviz.ui.widgets.card_clicks import on_card
from reidviz.ui.widgets.markup import Markdown, literal, render, worded
from reidviz.ui.widgets.messages import show_error

A_PAGE = 10
SHOWN = 9
"""Hits of a probe in its line."""


def show_batch(answer: DeltaGenerator) -> bool:
    """Draw what the batch of this session found so far; False where there is none."""
    batch = SEARCH_BATCH.get()
    if batch is None:
        return False
    job = quick_board().get(batch.key)
    if job is not None and not job.finished:
        watch(batch.key, quick_board())
    elif job is not None and job.state == "failed" and job.error is not None:
        show_error(job.error)
    elif job is not None and job.state == "cancelled":
        st.info("This was cancelled. What was found by then is below.", icon=":material/cancel:")
    answers = list(batch.found)
    if answers:
        answer.markdown(worded(verdict_on_all([one.found for one in answers])))
        _show(batch, answers)
    return True


def _show(batch: Batch, answers: list[SearchedProbe]) -> None:
    pages = -(-len(answers) // A_PAGE)
    marks = marked_hits(batch.searched)
    with st.container(horizontal=True, vertical_alignment="center"):
        offer_hits(batch.searched, lambda: [_marked(batch, one, marks) for one in batch.found], "batch")
        page = st.pagination(pages, key=f"batch-page {batch.key}") if pages > 1 else 1
        st.caption("By name. Click a probe to see all of its hits, or a hit to search for that.")
    first = (page - 1) * A_PAGE
    shown = [_marked(batch, one, marks) for one in answers[first : first + A_PAGE]]
    groups = [_line(batch, place, one) for place, one in enumerate(shown)]
    st.html(render("search/hit_cards.html", groups=groups, compact=False))
    _what_is_missing(batch)

    def clicked(place: int, rank: int) -> None:
        if place >= len(shown):
            return
        if rank == 0:
            SEARCH_OPENED.set(shown[place].name)
        elif rank <= len(shown[place].found.hits):
            search_from(shown[place].found.hits[rank - 1].entry.id)

    on_card((len(shown), SHOWN + 1), clicked)


def _line(batch: Batch, place: int, one: SearchedProbe) -> Group:
    mine = HitCard("probe", "probe", f"{one.name}. Click: all of its hits", one.images[0], ("",), f"{place} 0")
    hits = [hit_card(batch.searched, one.found, hit, one.marks) for hit in one.found.hits[:SHOWN]]
    cards = [replace(card, opens=f"{place} {rank}") for rank, card in enumerate(hits, 1)]
    return Group(one.name, _note(one), (mine, *cards))


def _note(one: SearchedProbe) -> str:
    found = one.found
    if found.matches is None:
        return f"the first {min(SHOWN, len(found.hits))} of {len(found.hits):,} hits"
    return f"probably seen: {matches_among(found)}" if found.matches else "probably absent"


def _marked(batch: Batch, one: SearchedProbe, marks: dict[str, dict[str, Said]]) -> SearchedProbe:
    return replace(one, marks=marks.get(key_of_probe([batch.sha256(one.name)]), {}))


def _what_is_missing(batch: Batch) -> None:
    if batch.total > MOST_PROBES:
        st.caption(
            Markdown(
                f"The first {MOST_PROBES:,} of {batch.total:,} images are searched for here; "
                "`python -m reidviz gallery search` takes them all."
            )
        )
    if batch.left_out:
        with st.expander(Markdown(f"{len(batch.left_out):,} probes could not be read")):
            for one in batch.left_out[:100]:
                st.caption(literal(f"{one.id}: {one.reason}"))
