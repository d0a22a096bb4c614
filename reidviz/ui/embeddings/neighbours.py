"""The selected images, each with its nearest neighbours in the original space of both maps."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.data.keys import key_of
from reidviz.evaluation.embedding.neighbours import nearest
from reidviz.ui.embeddings.points import Points
from reidviz.ui.embeddings.spaces import EmbeddingMap
from reidviz.ui.retrieval.probe_picker import open_probe
from reidviz.ui.session.keys import MAP_FOCUS
from reidviz.ui.session.selection import selected
from reidviz.ui.widgets.card_clicks import on_card
from reidviz.ui.widgets.markup import literal, render
from reidviz.ui.widgets.messages import said
from reidviz.ui.widgets.person_cards import Card, Row, rows_html

A_PAGE = 120
GRID = 430
NEIGHBOURS = 10


def show_selected(sides: Sequence[EmbeddingMap]) -> None:
    """All selected images as one grid, a page of them at a time where they are very many."""
    points = sides[0].points
    rows = points.rows_of(selected(points.choice))
    if not len(rows):
        st.caption("Selected images stand here.")
        return
    pages = -(-len(rows) // A_PAGE)
    page = (
        st.pagination(pages, key=f"map-selected {key_of(points.dataset, rows)}", max_visible_pages=3)
        if pages > 1
        else 1
    )
    shown = rows[(page - 1) * A_PAGE : page * A_PAGE].tolist()
    with said(), st.container(height=GRID, border=False, key="map-grid"):
        images = [(points.image(row), points.description(row), row) for row in shown]
        st.html(render("embeddings/selected_grid.html", images=images, focus=_focus(rows)))
    st.caption("Click an image: its neighbours by both maps stand below.")
    on_card((len(points),), MAP_FOCUS.set)


def show_neighbours(sides: Sequence[EmbeddingMap]) -> None:
    """The neighbours of the image in hand: the one that was clicked, else the first that is selected."""
    points = sides[0].points
    rows = points.rows_of(selected(points.choice))
    if not len(rows):
        return
    st.header("Nearest neighbours", anchor=False)
    with said():
        _show_one(sides, points, _focus(rows))


def _focus(rows: IntArray) -> int:
    wanted = MAP_FOCUS.get()
    return wanted if wanted is not None and wanted in rows else int(rows[0])


def neighbours_row(side: EmbeddingMap, features: Float32Array, identity: str | None, leave_out: int | None) -> Row:
    """The images nearest to one with features (1, D), in the original space of a side; leave_out is its own row."""
    points = side.points
    places, distances = nearest(side.features, features, NEIGHBOURS + 1)
    pairs = [(p, d) for p, d in zip(places[0].tolist(), distances[0].tolist(), strict=True) if p != leave_out]
    cards = tuple(
        Card(
            rank + 1,
            points.image(place),
            str(points.identities[place]),
            str(points.cameras[place]),
            f"d {distance:.3f}",
            None if identity is None else identity == str(points.identities[place]),
        )
        for rank, (place, distance) in enumerate(pairs[:NEIGHBOURS])
    )
    note = f"the nearest of {len(points):,} images, before any projection"
    return Row(side.space.name, side.style, note, cards)


def _show_one(sides: Sequence[EmbeddingMap], points: Points, row: int) -> None:
    sample = points.dataset.samples[points.positions[row]]
    left, right = st.columns([1, 6], gap="medium")
    with left:
        st.image(points.image(row), alt=points.description(row))
        st.caption(literal(points.description(row)))
        for side in sides:
            rank = _rank_of(side, int(points.positions[row]))
            if rank is not None:
                st.caption(f"true match at rank **{rank}** by {literal(side.space.name)}")
        if points.roles[row] == "probe" and st.button(
            "Open", key=f"map-open-{row}", help="See its ranked galleries", width="stretch"
        ):
            open_probe(sample.id)
    with right:
        found = []
        for side in sides:
            own = side.points.rows_of(points.positions[row : row + 1])
            if len(own):
                at = int(own[0])
                found.append(neighbours_row(side, side.features[at : at + 1], sample.identity, leave_out=at))
        st.html(rows_html(found))


def _rank_of(side: EmbeddingMap, position: int) -> int | None:
    """The rank of the true match of a probe, by the ranking feature of a side."""
    place = np.flatnonzero(side.points.choice.split.probes == position)
    return None if side.ranking is None or not len(place) else int(side.ranking[1].first[place[0]])
