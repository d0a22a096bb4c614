"""The images of a gallery, to choose a probe among."""

from collections.abc import Sequence

import streamlit as st

from reidviz.data.catalogue.in_words import camera_in_words
from reidviz.gallery.store import Entry
from reidviz.ui.search.galleries import Searched, image_or_none
from reidviz.ui.search.hits import Group, HitCard
from reidviz.ui.search.probe import search_from
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.card_clicks import on_card
from reidviz.ui.widgets.markup import render

A_PAGE = 60


def browse(searched: Searched) -> None:
    """Leaf through the gallery; a click on an image searches with it."""
    ids = _ids(searched)
    pages = -(-len(ids) // A_PAGE)
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.pagination(pages, key="search-browse") if pages > 1 else 1
        st.caption("By name. Click the image of a person to search for them.")
    entries = _still_there(searched, ids[(page - 1) * A_PAGE : page * A_PAGE])
    shown = [entry.id for entry in entries]
    cards = [_card(searched, place, entry) for place, entry in enumerate(entries)]
    st.html(render("search/hit_cards.html", groups=[Group("", "", tuple(cards))], compact=False))
    on_card((len(shown),), lambda place: search_from(shown[place]))


@remembered(st.cache_resource, max_entries=2)
def _ids(searched: Searched) -> list[str]:
    return sorted(searched.store.stamps())


def _still_there(searched: Searched, ids: Sequence[str]) -> list[Entry]:
    """The entries of these ids, without those that an update removed since they were listed."""
    try:
        return searched.store.entries(ids)
    except KeyError:
        there = searched.store.stamps()
        return searched.store.entries([one for one in ids if one in there])


def _card(searched: Searched, place: int, entry: Entry) -> HitCard:
    name = entry.id.rpartition("/")[2]
    camera = camera_in_words(entry.camera)
    label = f"{entry.id}. Click: search for this person"
    return HitCard("unknown", "", label, image_or_none(searched, entry.id), (name, camera), f"{place}")
