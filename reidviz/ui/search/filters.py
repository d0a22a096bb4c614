"""Which of a gallery's images are searched."""

from datetime import UTC, datetime

import streamlit as st

from reidviz.common.printable import printable
from reidviz.data.formats.unlabelled import TIMES
from reidviz.data.keys import key_of
from reidviz.gallery.store import Facets, Filter
from reidviz.ui.search.galleries import Searched
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import literal

ANY = None
MOST_COLUMNS = 6


def choose_filter(searched: Searched) -> Filter:
    """Draw the filters that this gallery allows; what they let through."""
    facets = _facets(searched)
    own = key_of(searched.gallery.name)[:8]
    with st.popover("Filters", icon=":material/filter_alt:", key="search-filters"):
        cameras = st.multiselect("Cameras", facets.cameras, key=f"search-cameras {own}", format_func=printable)
        since, until = _times(facets, own)
        equal = []
        columns = [one for one in facets.values if one[0] not in TIMES]
        for name, values in columns[:MOST_COLUMNS]:
            chosen = st.selectbox(
                literal(name),
                [ANY, *values],
                key=f"search-column {own} {name}",
                format_func=lambda one: "any" if one is None else printable(one),
            )
            if chosen is not None:
                equal.append((name, chosen))
    return Filter(tuple(cameras) or None, since, until, tuple(equal))


@remembered(st.cache_data, max_entries=16)
def _facets(searched: Searched) -> Facets:
    return searched.store.facets()


def _times(facets: Facets, own: str) -> tuple[float | None, float | None]:
    if facets.first is None or facets.last is None:
        st.caption("No time is known of these images.")
        return None, None
    ends = [datetime.fromtimestamp(one, UTC).replace(tzinfo=None) for one in (facets.first, facets.last)]
    found = [
        st.datetime_input(label, None, ends[0], ends[1], key=f"search-{label} {own}", step=60)
        for label in ("Not before", "Not after")
    ]
    since, until = (None if one is None else one.replace(tzinfo=UTC).timestamp() for one in found)
    return since, until
