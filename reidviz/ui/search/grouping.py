"""Hits in groups: by the camera that took them, or by a column of the gallery's list, as tracklets are."""

from dataclasses import dataclass
from typing import Final

import streamlit as st

from reidviz.common.printable import printable
from reidviz.data.keys import key_of
from reidviz.gallery.search import Found, Hit
from reidviz.ui.search.filters import columns_of, facets_of
from reidviz.ui.search.galleries import Searched

NOT, CAMERA = "Not grouped", "By camera"
TRACKLETS: Final = ("tracklet", "track", "track_id", "tracklet_id")
"""What a column may be called that says which images follow one another; it is offered first."""


@dataclass(frozen=True)
class Grouping:
    """column: of the list, "" for cameras, None: hits are not grouped."""

    column: str | None

    def title(self, hit: Hit) -> str:
        """What the group of a hit is called, "" where there are no groups."""
        if self.column is None:
            return ""
        if not self.column:
            return f"Camera {hit.entry.camera}" if hit.entry.camera else "Camera not known"
        value = dict(hit.entry.values).get(self.column, "")
        return f"{self.column} {value}" if value else f"{self.column} not known"

    def ordered(self, found: Found) -> list[tuple[str, list[int]]]:
        """The groups, that of the nearest hit first, each with the places of its hits in the list, the nearest
        first."""
        groups: dict[str, list[int]] = {}
        for place, hit in enumerate(found.hits):
            groups.setdefault(self.title(hit), []).append(place)
        return list(groups.items())


def choose_grouping(searched: Searched) -> Grouping:
    """Draw the choice of a grouping."""
    columns = sorted((name for name, _ in columns_of(facets_of(searched))), key=lambda name: name not in TRACKLETS)
    chosen = st.selectbox(
        "Groups",
        [NOT, CAMERA, *columns],
        key=f"search-group {key_of(searched.gallery.name)[:8]}",
        format_func=lambda one: printable(one) if one in (NOT, CAMERA) else f"By {printable(one)}",
        label_visibility="collapsed",
        width=170,
        persist_state="session",
    )
    return Grouping({NOT: None, CAMERA: ""}.get(chosen, chosen))
