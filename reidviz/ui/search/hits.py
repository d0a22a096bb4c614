"""The hits of a search: cards by page, marks, the timeline, and what is taken away."""

from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from reidviz.evaluation.certificate import Certificate, ModelMark, version
from reidviz.evaluation.pipeline.certified import now
from reidviz.evaluation.scores import score_text
from reidviz.figures.text import Plain, plain
from reidviz.figures.timeline import Sighting, timeline
from reidviz.gallery.search import Found, Hit
from reidviz.gallery.words import csv_of, hits_table, time_of
from reidviz.ui.search.galleries import Searched, image_or_none
from reidviz.ui.search.probe import Probe, search_from
from reidviz.ui.session.keys import SEARCH_CLICK, SEARCH_MARKS, Key
from reidviz.ui.widgets.card_clicks import on_card
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Html, Markdown, literal, render

A_PAGE = 40
CLICKS: Final = ("searches", "accepts", "rejects")
"""What a click on a hit does: it searches with the hit, or marks it."""
KINDS = {"accepted": "right", "rejected": "wrong"}
Mark = Literal["accepted", "rejected"]


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
    marks = _marks(searched, probe)
    pages = -(-len(found.hits) // A_PAGE)
    with bar:
        st.segmented_control(
            "A click on a hit",
            CLICKS,
            default=CLICKS[0],
            required=True,
            key=SEARCH_CLICK.name,
            format_func=lambda how: Markdown(f"Click {literal(how)}"),
            label_visibility="collapsed",
        )
        by_camera = st.toggle("By camera", key="search-by-camera")
        _offer_csv(found, probe, marks.get({}))
        page = st.pagination(pages, key=f"search-page {probe.key}", max_visible_pages=4) if pages > 1 else 1
    shown = found.hits[(page - 1) * A_PAGE : page * A_PAGE]
    st.html(cards_html(searched, found, shown, marks.get({}), by_camera))
    if found.threshold is not None:
        st.caption("● passes the threshold")
    ids = [hit.entry.id for hit in found.hits]

    def clicked(place: int) -> None:
        how = SEARCH_CLICK.get(CLICKS[0])
        if how == CLICKS[0]:
            search_from(ids[place])
        else:
            _mark(searched, probe, ids[place], "accepted" if how == CLICKS[1] else "rejected")

    on_card((len(ids),), clicked)


def cards_html(searched: Searched, found: Found, hits: tuple[Hit, ...], marks: dict[str, str], by_camera: bool) -> Html:
    """Some of the hits as HTML, in one group or one a camera, the nearest first."""
    cards = [(hit.entry.camera, _card(searched, found, hit, marks)) for hit in hits]
    if not by_camera:
        return render("search/hit_cards.html", groups=[Group("", "", tuple(card for _, card in cards))])
    groups = []
    for camera in dict.fromkeys(camera for camera, _ in cards):
        mine = tuple(card for one, card in cards if one == camera)
        title = f"Camera {camera}" if camera else "Camera not known"
        groups.append(Group(title, f"{len(mine)} of the hits on this page", mine))
    return render("search/hit_cards.html", groups=groups)


def show_timeline(searched: Searched, found: Found) -> None:
    """Draw when each camera saw the hits whose time is known."""
    known = [hit for hit in found.hits if hit.entry.time is not None]
    if not known:
        st.caption(
            "No timeline: it is not known when these images were taken. A list with a column `timestamp` tells it, and "
            "names like `20240131_235959.jpg` do."
        )
        return
    sightings = [
        Sighting(
            hit.entry.time or 0.0,
            plain(hit.entry.camera or "not known"),
            found.is_match(hit),
            Plain(f"rank {hit.rank}, {plain(_score(found, hit))}<br>{plain(hit.entry.id)}"),
        )
        for hit in known
    ]
    mark = ModelMark(searched.model.name, searched.model.sha256, found.kind)
    record = Certificate("timeline", searched.gallery.name, models=(mark,), version=version(), date=now())
    chart(timeline(sightings), record, key="search-timeline", alt="When each camera saw the hits")


def _card(searched: Searched, found: Found, hit: Hit, marks: dict[str, str]) -> HitCard:
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
        tuple(filter(None, (f"cam {entry.camera}" if entry.camera else "", time_of(entry)[5:16], score))),
        f"{hit.rank - 1}",
    )


def _score(found: Found, hit: Hit) -> str:
    return score_text("distance", hit.distance) if hit.score is None else score_text(found.kind, hit.score)


def _offer_csv(found: Found, probe: Probe, marks: dict[str, str]) -> None:
    st.download_button(
        "Export",
        data=lambda: csv_of([hits_table(found, probe.name, marks)]),
        file_name="hits.csv",
        mime="text/csv",
        icon=":material/ios_share:",
        key="hits-export",
        help="All hits as CSV: rank, image, camera, time, scores, threshold, your marks",
        on_click="ignore",
    )


def _marks(searched: Searched, probe: Probe) -> Key[dict[str, str]]:
    return SEARCH_MARKS.of(searched.gallery.name, probe.key)


def _mark(searched: Searched, probe: Probe, id: str, mark: Mark) -> None:
    """Mark an entry; the same mark again takes it away."""
    key = _marks(searched, probe)
    marks = dict(key.get({}))
    if marks.pop(id, None) != mark:
        marks[id] = mark
    key.set(marks)
