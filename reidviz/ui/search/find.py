"""Searching for the probe of the page: how far, and whether the pair classifier looks at the first hits again."""

import time
from dataclasses import dataclass, replace

import streamlit as st

from reidviz.gallery.search import Found, search
from reidviz.gallery.second_stage import rescored, second_stage_of
from reidviz.gallery.store import Filter
from reidviz.ui.search.galleries import Searched
from reidviz.ui.search.probe import Probe
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import Markdown

LENGTHS = (40, 100, 200, 500)
AGAIN = 40


@dataclass(frozen=True)
class How:
    """k: how many hits; again: how many of them the classifier looks at again; weight: of the classifier, 0-1."""

    k: int
    again: int
    weight: float


def choose_how(searched: Searched, probe: Probe) -> How:
    """Draw how many hits are wanted and, of a network of both tasks, the second stage and its dial."""
    second = second_stage_of(searched.ranker) if searched.ranker.form == "network" and probe.images else None
    with st.popover("Depth", icon=":material/tune:", key="search-depth"):
        k = st.selectbox("Hits", LENGTHS, index=1, key="search-k")
        if second is None:
            return How(k, 0, 0.0)
        again = st.toggle(
            "Look again with the pair classifier",
            key="search-again",
            help=f"The first {AGAIN} hits are compared with the probe pixel by pixel, and ordered by both scores.",
        )
        fitted = second.weight or 0.0
        weight = st.slider("The multi-task dial", 0.0, 1.0, fitted, 0.02, key=f"search-dial {searched.model.sha256}")
    return How(k, AGAIN if again else 0, weight)


def find(searched: Searched, probe: Probe, only: Filter, how: How) -> tuple[Found, float]:
    """The hits, and the seconds that the first stage took. ReidvizError where images of the second cannot be read."""
    started = time.perf_counter()
    (found,) = search(searched.store, searched.ranker, probe.feature[None], how.k, only, probe.own)
    seconds = time.perf_counter() - started
    return (_again(searched, probe, found, how) if how.again else found), seconds


@remembered(st.cache_data, max_entries=64, show_spinner=Markdown("The pair classifier looks again …"))
def _again(searched: Searched, probe: Probe, found: Found, how: How) -> Found:
    second = second_stage_of(searched.ranker)
    assert second is not None, "only offered where there is one"
    return rescored(found, probe.images, searched.images, replace(second, weight=how.weight), how.again)
