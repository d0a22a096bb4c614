"""Hits to take away: as a table, or as one file with their images."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import streamlit as st

from reidviz.gallery.page import SearchedProbe, html_of
from reidviz.gallery.words import csv_of, hits_table
from reidviz.ui.search.galleries import Searched

Listed = Callable[[], Sequence[SearchedProbe]]


def offer_hits(searched: Searched, listed: Listed, key: str) -> None:
    """Draw what hands the hits of probes out, which are asked for when they are."""
    with st.popover("Export", icon=":material/ios_share:", key=f"{key}-export"):
        st.caption("All hits: rank, image, camera, time, scores, threshold, your marks.")
        st.download_button(
            "Table (CSV)",
            lambda: csv_of([hits_table(one.found, one.name, one.marks) for one in listed()]),
            "hits.csv",
            "text/csv",
            icon=":material/table:",
            key=f"{key}-csv",
            on_click="ignore",
        )
        st.caption("One file with the images, for whoever has no reidviz. It shows people: mind whom you give it.")
        st.download_button(
            "Page (HTML)",
            lambda: html_of(
                searched.gallery.name,
                searched.model.name,
                listed(),
                searched.images.uri_or_none,
                f"{datetime.now(UTC):%Y-%m-%d}",
            ),
            "hits.html",
            "text/html",
            icon=":material/html:",
            key=f"{key}-html",
            on_click="ignore",
        )
