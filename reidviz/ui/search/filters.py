"""Which of a gallery's images are searched."""

from collections.abc import Sequence
from datetime import UTC
from typing import Final

import streamlit as st

from reidviz.common.printable import printable
from reidviz.data.formats.unlabelled import TIMES
from reidviz.data.keys import key_of
from reidviz.gallery.store import MOST_VALUES, Facets, Filter
from reidviz.gallery.words import date_of
from reidviz.ui.search.galleries import Searched
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import literal
from reidviz.ui.widgets.popover_label import with_count

ANY = None
ENDS: Final = ("Not before", "Not after")
MOST_COLUMNS = 6
"""Columns that are offered at once; where a list has more, some are chosen first."""
Column = tuple[str, tuple[str, ...]]


def choose_filter(searched: Searched) -> Filter:
    """Draw the filters that this gallery allows; what they let through."""
    facets = facets_of(searched)
    own = key_of(searched.gallery.name)[:8]
    camera_key = f"search-cameras {own}"
    keys = [camera_key, *(_time_key(label, own) for label in ENDS)]
    offered = [name for name, _ in columns_of(facets)]
    if len(offered) > MOST_COLUMNS:
        offered = st.session_state.get(f"search-columns {own}", [])
    keys += [_column_key(name, own) for name in offered]
    with st.popover(with_count("Filters", keys), icon=":material/filter_alt:", key="search-filters"):
        cameras = st.multiselect(
            "Cameras", facets.cameras, key=camera_key, format_func=printable, persist_state="session"
        )
        since, until = _times(facets, own)
        equal = []
        for name, values in _offered(columns_of(facets), own):
            many = len(values) == MOST_VALUES
            chosen = st.selectbox(
                literal(name),
                [ANY, *values],
                key=_column_key(name, own),
                format_func=lambda one: "any" if one is None else printable(one),
                accept_new_options=many,
                persist_state="session",
                help=f"The first {MOST_VALUES} values are listed; any other can be written." if many else None,
            )
            if chosen is not None:
                equal.append((name, chosen))
    return Filter(tuple(cameras) or None, since, until, tuple(equal))


@remembered(st.cache_data, max_entries=16)
def facets_of(searched: Searched) -> Facets:
    """What the gallery can be filtered and grouped by."""
    return searched.store.facets()


def columns_of(facets: Facets) -> list[Column]:
    """The columns of the gallery's list, without those that tell a time."""
    return [one for one in facets.values if one[0] not in TIMES]


def _offered(columns: Sequence[Column], own: str) -> Sequence[Column]:
    if len(columns) <= MOST_COLUMNS:
        return columns
    names = [name for name, _ in columns]
    wanted = st.multiselect(
        "Columns", names, key=f"search-columns {own}", format_func=printable, persist_state="session"
    )
    return [one for one in columns if one[0] in wanted]


def _column_key(name: str, own: str) -> str:
    return f"search-column {own} {name}"


def _time_key(label: str, own: str) -> str:
    return f"search-{label} {own}"


def _times(facets: Facets, own: str) -> tuple[float | None, float | None]:
    if facets.first is None or facets.last is None:
        st.caption("No time is known of these images.")
        return None, None
    ends = [date_of(one) for one in (facets.first, facets.last)]
    found = [
        st.datetime_input(label, None, ends[0], ends[1], key=_time_key(label, own), step=60, persist_state="session")
        for label in ENDS
    ]
    since, until = (None if one is None else one.replace(tzinfo=UTC).timestamp() for one in found)
    return since, until
