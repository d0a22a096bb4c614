"""The hits of a search: cards by page, marks, the timeline, and what is taken away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from reidviz.common import settings
from reidviz.data.catalogue.in_words import camera_in_words
from reidviz.data.images.encode import data_uri
from reidviz.evaluation.certificate import Certificate, ModelMark, version
from reidviz.evaluation.pipeline.certified import now
from reidviz.evaluation.scores import score_text
from reidviz.figures.text import Plain, plain
from reidviz.figures.timeline import Sighting, timeline
from reidviz.gallery.page import PROBE_HEIGHT, SearchedProbe
from reidviz.gallery.search import Found, Hit
from reidviz.gallery.words import date_of, time_of
from reidviz.ui.marks.annotator import choose_annotator, say_mark_error
from reidviz.ui.search.galleries import Searched, image_or_none
from reidviz.ui.search.grouping import Grouping, choose_grouping
from reidviz.ui.search.marks import click_hit, marked_hits, press_hit
from reidviz.ui.search.probe import Probe, search_from
from reidviz.ui.search.take_away import offer_hits
from reidviz.ui.session.keys import SEARCH_CLICK
from reidviz.ui.widgets.card_clicks import on_card
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Html, Markdown, literal, render

A_PAGE = 40
CLICKS: Final = ("searches", "accepts", "rejects")
"""What a click on a hit does: it searches with the hit, or marks it."""
KINDS = {"accepted": "right", "rejected": "wrong"}


@dataclass(frozen=True)
class HitCard:
    """One hit as the template draws it. kind: how its frame looks; opens: its place in the list."""

    kind: str
    head: str
    label: str
    image: str
    lines: tuple[str, ...]
    opens: str


@dataclass(frozen=True)
class Group:
    """Cards under one title, "" where all are one group."""

    title: str
    note: str
    cards: tuple[HitCard, ...]


def show_hits(searched: Searched, probe: Probe, found: Found, bar: DeltaGenerator) -> None:
    """Draw the hits of one page and, in a bar, what can be done with them."""
    marks = marked_hits(searched).get(probe.key, {})
    pages = -(-len(found.hits) // A_PAGE)
    with bar:
        if not settings.read_only():
            _choose_click()
        grouping = choose_grouping(searched)
        offer_hits(searched, lambda: [_taken(probe, found, marks)], "hits")
        page = st.pagination(pages, key=f"search-page {probe.key}", max_visible_pages=4) if pages > 1 else 1
    shown = slice((page - 1) * A_PAGE, page * A_PAGE)
    st.html(cards_html(searched, found, grouping, shown, marks))
    say_mark_error()
    for told in _legend(found):
        st.caption(told)
    ids = [hit.entry.id for hit in found.hits]

    def clicked(place: int) -> None:
        how = SEARCH_CLICK.get(CLICKS[0])
        if how == CLICKS[0]:
            search_from(ids[place])
        else:
            click_hit(searched, probe.key, ids[place], "accepted" if how == CLICKS[1] else "rejected")

    def pressed(key: str, place: int) -> None:
        press_hit(searched, probe.key, ids[place], key)

    on_card((len(ids),), clicked, None if settings.read_only() else pressed)


def _choose_click() -> None:
    """Draw what a click does, and under whose name a mark is kept where it marks."""
    st.segmented_control(
        "A click on a hit",
        CLICKS,
        default=CLICKS[0],
        required=True,
        key=SEARCH_CLICK.name,
        format_func=lambda how: Markdown(f"Click {literal(how)}"),
        label_visibility="collapsed",
        persist_state="session",
    )
    if SEARCH_CLICK.get(CLICKS[0]) != CLICKS[0]:
        choose_annotator()


def cards_html(searched: Searched, found: Found, grouping: Grouping, shown: slice, marks: Mapping[str, str]) -> Html:
    """Some of the hits as HTML, counted through the groups, whose order is that of their nearest hits."""
    groups, start = [], 0
    for title, places in grouping.ordered(found):
        mine = places[max(0, shown.start - start) : max(0, shown.stop - start)]
        start += len(places)
        if mine:
            note = f"{len(places):,} of {len(found.hits):,} hits" if title else ""
            cards = tuple(hit_card(searched, found, found.hits[place], marks) for place in mine)
            groups.append(Group(title, note, cards))
    return render("search/hit_cards.html", groups=groups, compact=grouping.column is not None)


def _legend(found: Found) -> list[Markdown]:
    """What signs and orders mean that are on screen."""
    told = [] if found.threshold is None else [Markdown("● passes the threshold")]
    again = sum(hit.reranked is not None for hit in found.hits)
    if again and found.kind == "distance":
        told.append(Markdown(f"The first {again:,} are in the order of their re-ranked distances; d² is as it was."))
    return told


def _taken(probe: Probe, found: Found, marks: Mapping[str, str]) -> SearchedProbe:
    images = tuple(data_uri(image, PROBE_HEIGHT) for image in probe.images)
    return SearchedProbe(probe.name, images, found, marks)


def show_timeline(searched: Searched, found: Found) -> None:
    """Draw when each camera saw the hits whose time is known."""
    known = [(hit, date_of(hit.entry.time)) for hit in found.hits if hit.entry.time is not None]
    if not known:
        st.caption(
            "No timeline: it is not known when these images were taken. A list with a column `timestamp` tells it, and "
            "names like `20240131_235959.jpg` do."
        )
        return
    sightings = [
        Sighting(
            when,
            plain(hit.entry.camera or "not known"),
            found.is_match(hit),
            Plain(f"rank {hit.rank}, {plain(_score(found, hit))}<br>{plain(hit.entry.id)}"),
        )
        for hit, when in known
    ]
    mark = ModelMark(searched.model.name, searched.model.sha256, found.kind)
    record = Certificate("timeline", searched.gallery.name, models=(mark,), version=version(), date=now())
    chart(timeline(sightings), record, key="search-timeline", alt="When each camera saw the hits")


def hit_card(searched: Searched, found: Found, hit: Hit, marks: Mapping[str, str]) -> HitCard:
    """A hit as a card; it opens by its place in the list."""
    entry, matched = hit.entry, found.is_match(hit)
    score = _score(found, hit)
    told = [f"rank {hit.rank}", entry.id, score]
    told += [f"camera {entry.camera}"] if entry.camera else []
    told += [time_of(entry)] if entry.time is not None else []
    told += [f"{name} {value}" for name, value in entry.values[:8]]
    told += [marks[entry.id]] if entry.id in marks else []
    return HitCard(
        KINDS.get(marks.get(entry.id, ""), "unknown"),
        f"{hit.rank} ●" if matched else f"{hit.rank}",
        ", ".join(told),
        image_or_none(searched, entry.id),
        tuple(filter(None, (camera_in_words(entry.camera), time_of(entry)[5:16], score))),
        f"{hit.rank - 1}",
    )


def _score(found: Found, hit: Hit) -> str:
    return score_text("distance", hit.distance) if hit.score is None else score_text(found.kind, hit.score)
