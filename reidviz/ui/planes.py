"""Features on a plane: PCA at once, slower projections when they are ready, with progress until then."""

from dataclasses import dataclass
from typing import Final

import streamlit as st

from reidviz.evaluation.projection import SLOW, Plane, kept, lay_out, principal
from reidviz.evaluation.scores import FloatArray
from reidviz.keys import key_of
from reidviz.progress import Progress
from reidviz.ui.jobs import JobBoard
from reidviz.ui.markup import literal
from reidviz.ui.remembered import remembered
from reidviz.ui.waiting import wait_for

METHODS: Final = ("PCA", *SLOW)


@st.cache_resource
def layouts() -> JobBoard:
    """A board of their own, so that scores do not wait for projections."""
    return JobBoard()


@dataclass(frozen=True, eq=False)
class Cloud:
    """Features (N, D) to be laid out; key tells them from others."""

    features: FloatArray
    key: str


def plane_or_progress(cloud: Cloud, method: str, start: Plane | None = None) -> Plane | None:
    """Features on a plane (N, 2) by one of METHODS; None, and its progress is drawn, while it is computed.

    start is where a slow projection begins.
    """
    if method == "PCA":
        return _principal(cloud)
    plane = kept(cloud.features, method, start)
    if plane is None:

        def work(progress: Progress) -> None:
            lay_out(cloud.features, method, progress, start)

        wait_for(key_of(method, cloud, start), work, f"Compute {literal(method)}", layouts())
    return plane


@remembered(st.cache_resource, max_entries=16)
def _principal(cloud: Cloud) -> Plane:
    return principal(cloud.features)
