"""Features on a plane: PCA at once, slower projections when they are ready, with progress until then."""

from dataclasses import dataclass
from typing import Final

import streamlit as st

from reidviz.common.arrays import Float32Array
from reidviz.common.progress import Progress
from reidviz.data.keys import key_of
from reidviz.evaluation.embedding.projection import SLOW, Plane, lay_out, load_cached, principal
from reidviz.ui.background.jobs import quick_board
from reidviz.ui.background.progress_bar import wait_for
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import literal

METHODS: Final = ("PCA", *SLOW)


@dataclass(frozen=True, eq=False)
class Cloud:
    """Features (N, D) to be laid out; key tells them from others."""

    features: Float32Array
    key: str


def plane_or_progress(cloud: Cloud, method: str, start: Plane | None = None) -> Plane | None:
    """Features on a plane (N, 2) by one of METHODS; None, and its progress is drawn, while it is computed.

    start is where a slow projection begins.
    """
    if method == "PCA":
        return _principal(cloud)
    plane = load_cached(cloud.features, method, start)
    if plane is None:

        def work(progress: Progress) -> None:
            lay_out(cloud.features, method, progress, start)

        wait_for(key_of(method, cloud, start), work, f"Compute {literal(method)}", quick_board())
    return plane


@remembered(st.cache_resource, max_entries=16)
def _principal(cloud: Cloud) -> Plane:
    return principal(cloud.features)
