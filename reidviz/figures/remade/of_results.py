"""Figures of how models rank, made from a record and the results of its models."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import plotly.graph_objects as go

from reidviz.evaluation.pipeline.smaller_galleries import size_curve_of
from reidviz.evaluation.published import published_for
from reidviz.evaluation.ranking.by_cameras import rank1_by_cameras
from reidviz.evaluation.ranking.uncertainty import MOST_BANDS, cmc_band
from reidviz.figures.cmc import cmc_figure
from reidviz.figures.compare import board_figure, camera_matrix_figure
from reidviz.figures.gallery_size import gallery_size_figure
from reidviz.figures.published import add_published
from reidviz.figures.remade.recorded import Recorded
from reidviz.figures.text import plain

NOTHING_SELECTED: Final = np.empty(0, dtype=np.int64)


def _cmc(of: Recorded) -> go.Figure:
    banded = of.results if len(of.results) <= MOST_BANDS else []
    bands = {plain(one.ranker.name): cmc_band(one.ranking, of.persons) for one in banded}
    curves = {plain(one.ranker.name): one.ranking.cmc for one in of.results}
    return cmc_figure(curves, of.styles, int(of.number("ranks", 1, 1e6)), bands)


def _cmc_with_published(of: Recorded) -> go.Figure:
    return add_published(_cmc(of), published_for(of.dataset, of.split))


def _gallery_size(of: Recorded) -> go.Figure:
    curves = {plain(one.ranker.name): size_curve_of(one, of.dataset, of.split) for one in of.results}
    return gallery_size_figure(curves, of.styles)


def _board(of: Recorded) -> go.Figure:
    up, across = of.named(of.text("better")), of.named(of.text("worse"))
    titles = plain(across.ranker.name), plain(up.ranker.name)
    return board_figure(across.ranking.first, up.ranking.first, titles, NOTHING_SELECTED)


def _camera_matrix(of: Recorded) -> go.Figure:
    cameras = of.dataset.cameras[of.split.probes], of.dataset.cameras[of.split.gallery]
    share, count, mine, theirs = rank1_by_cameras(of.named(of.text("model")).scores, of.truth, *cameras)
    return camera_matrix_figure(share, count, *([plain(name or "?") for name in names] for names in (mine, theirs)))


OF_RESULTS: Final[Mapping[str, Callable[[Recorded], go.Figure]]] = {
    "cmc": _cmc,
    "cmc-with-published": _cmc_with_published,
    "gallery-size": _gallery_size,
    "rank-board": _board,
    "camera-matrix": _camera_matrix,
}
