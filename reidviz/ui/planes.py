"""Features on a plane: PCA at once, slower projections when they are ready, with progress until then."""

import streamlit as st

from reidviz.evaluation.projection import SLOW, Plane, kept, lay_out, principal
from reidviz.evaluation.scores import FloatArray
from reidviz.progress import Progress
from reidviz.ui.jobs import JobBoard
from reidviz.ui.waiting import wait_for

METHODS = ("PCA", *SLOW)


@st.cache_resource
def layouts() -> JobBoard:
    """A board of their own, so that scores do not wait for projections."""
    return JobBoard()


def plane_or_progress(features: FloatArray, method: str, key: str, start: Plane | None = None) -> Plane | None:
    """Features (N, D) on a plane (N, 2) by one of METHODS; None, and its progress is drawn, while it is computed.

    key tells these features from others; start is where a slow projection begins.
    """
    if method == "PCA":
        return _principal(key, features)
    plane = kept(features, method, start)
    if plane is None:

        def work(progress: Progress) -> None:
            lay_out(features, method, progress, start)

        wait_for(f"{method} {key} {'from' if start is not None else ''}", work, f"Compute {method}", layouts())
    return plane


@st.cache_resource(max_entries=16, show_spinner=False)
def _principal(key: str, _features: FloatArray) -> Plane:
    return principal(_features)
