"""Searching for the probe of the page: how far, and what looks at the first hits again."""

import time
from dataclasses import replace
from typing import Final

import streamlit as st

from reidviz.gallery.search import Found, first_hits
from reidviz.gallery.second_stage import rescored, second_stage_of
from reidviz.gallery.stages import Depth, classifier_of, nearest
from reidviz.gallery.store import Filter
from reidviz.ui.search.galleries import Searched
from reidviz.ui.search.probe import Probe
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import Markdown, literal

LENGTHS: Final = (40, 100, 200, 500)
AGAIN: Final = (40, 100, 200)
"""Hits that the pair classifier may look at, the usual number first."""


def choose_how(searched: Searched, only: Filter, pixels: bool) -> Depth:
    """Draw how many hits are wanted, and what looks at the first of them again. pixels: whether the images of probes
    are there, which the pair classifier of a network of both tasks needs."""
    second = second_stage_of(searched.ranker) if searched.ranker.form == "network" and pixels else None
    with st.popover("Depth", icon=":material/tune:", key="search-depth"):
        k = st.selectbox("Hits", LENGTHS, index=1, key="search-k", persist_state="session")
        rerank = st.toggle(
            "Re-rank by mutual neighbours",
            key="search-rerank",
            persist_state="session",
            help="Hits that are each other's neighbours move up together (k-reciprocal re-ranking, Zhong et al., 2017: "
            "k1 20, k2 6, λ 0.3), among these hits.",
        )
        how = Depth(k, only, k if rerank else 0)
        if second is None:
            return how
        again = st.toggle(
            "Look again with the pair classifier",
            key="search-again",
            persist_state="session",
            help="The first hits are compared with the probe pixel by pixel, and ordered by both scores.",
        )
        if not again:
            return how
        count = st.selectbox(
            "Hits it looks at",
            AGAIN,
            key="search-again-count",
            format_func=lambda n: literal(f"{n}"),
            persist_state="session",
        )
        fitted = second.weight or 0.0
        weight = st.slider(
            "The multi-task dial",
            0.0,
            1.0,
            fitted,
            0.02,
            key=f"search-dial {searched.model.sha256}",
            persist_state="session",
        )
    return replace(how, again=count, weight=weight)


def find(searched: Searched, probe: Probe, how: Depth) -> tuple[Found, float]:
    """The hits, and the seconds that features took to be compared. ReidvizError where the network of the second stage
    cannot be read."""
    started = time.perf_counter()
    (found,) = nearest(searched.store, searched.ranker, [probe.feature], how, probe.own)
    seconds = time.perf_counter() - started
    return first_hits(_again(searched, probe, found, how) if how.again else found, how.k), seconds


@remembered(st.cache_data, max_entries=64, show_spinner=Markdown("The pair classifier looks again …"))
def _again(searched: Searched, probe: Probe, found: Found, how: Depth) -> Found:
    second = classifier_of(searched.ranker, how)
    assert second is not None, "asked for"
    return rescored(found, probe.images, searched.images, second, how.again)
