"""Two models probe by probe: the board of their ranks, and rank-1 from camera to camera."""

import numpy as np
import streamlit as st

from reidviz.common.arrays import Float64Array, IntArray
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.ranking.by_cameras import rank1_by_cameras
from reidviz.figures.compare import board_figure, camera_matrix_figure
from reidviz.figures.text import plain
from reidviz.ui.results.certificates import certified
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import BOARD
from reidviz.ui.session.remembered import remembered
from reidviz.ui.session.selection import select, selected
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import literal


def show_board(choice: Choice, one: Result, other: Result) -> None:
    """Draw every probe by both ranks; a lasso selects probes for all pages."""
    marked = np.flatnonzero(np.isin(choice.split.probes, selected(choice)))
    figure = board_figure(
        other.ranking.first, one.ranking.first, (plain(other.ranker.name), plain(one.ranker.name)), marked
    )
    chart(
        figure,
        certified(choice, "rank-board", [one, other], better=one.ranker.name, worse=other.ranker.name),
        key=BOARD.name,
        on_select=lambda: _select(choice),
        selection_mode=("box", "lasso"),
        config={"displaylogo": False},
        alt="Rank of the true match by one model against the rank by another, a mark a probe",
    )
    st.caption(
        "A mark a probe, strewn a little so that equal ones are seen. Lasso some: they are selected on all pages."
    )


def show_cameras(choice: Choice, result: Result) -> None:
    """Draw rank-1 from each camera to each other, where there are several."""
    if len(set(choice.dataset.cameras[choice.split.probes].tolist()) | set(choice.dataset.cameras.tolist())) < 3:
        return
    share, count, mine, theirs = _by_cameras(result, choice.dataset, choice.split)
    chart(
        camera_matrix_figure(
            share, count, [plain(name or "?") for name in mine], [plain(name or "?") for name in theirs]
        ),
        certified(choice, "camera-matrix", [result], model=result.ranker.name),
        key="compare-cameras",
        alt="Rank-1 from each camera to each other",
        config={"displayModeBar": False},
    )
    st.caption(f"Rank-1 by {literal(result.ranker.name)} against the gallery images of one camera alone, in percent.")


@remembered(st.cache_resource, max_entries=16, show_spinner="Counting cameras …")
def _by_cameras(result: Result, dataset: Dataset, split: Split) -> tuple[Float64Array, IntArray, list[str], list[str]]:
    cameras = dataset.cameras[split.probes], dataset.cameras[split.gallery]
    return rank1_by_cameras(result.scores, ground_truth(dataset, split), *cameras)


def _select(choice: Choice) -> None:
    told = [point.get("customdata") for point in BOARD.get({})["selection"]["points"]]
    rows = sorted({int(np.ravel(one)[0]) for one in told if one is not None})
    if rows:
        select(choice, choice.split.probes[rows].tolist())
