"""Images as points on a plane, and how far images of one person and of different persons lie apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from reidviz.common.arrays import IntArray
from reidviz.evaluation.embedding.projection import Plane
from reidviz.figures.histogram import histograms
from reidviz.figures.palette import RIGHT, WRONG
from reidviz.figures.text import Plain

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "star", "x", "hexagon")
SIZE = 7.0


@dataclass(frozen=True, eq=False)
class Group:
    """Points that go under one name in the legend. rows: positions in the plane; shades: a colour each, or one for all.

    telling  whether its name is worth a line in the legend
    """

    name: Plain
    rows: IntArray
    shades: Sequence[str] | str
    symbol: str = "circle"
    telling: bool = True


@dataclass(frozen=True, eq=False)
class Links:
    """Lines between points, rows (L, 2) of the plane."""

    right: IntArray
    wrong: IntArray


def map_figure(
    plane: Plane,
    groups: Sequence[Group],
    selected: IntArray,
    links: Links,
    sizes: npt.NDArray[np.float32] | None = None,
    uploaded: Plane | None = None,
    height: int = 460,
) -> go.Figure:
    """Points (N, 2) as a figure to take away; the page draws the same on a canvas.

    selected  rows that stand out, the others fading; none fade where it is empty
    sizes     of the points in pixels, by row
    uploaded  where images of the user's own lie (M, 2)
    """
    figure = go.Figure()
    for group in groups:
        figure.add_trace(_points(plane, group, selected, sizes))
    for name, pairs, shade, dash in (
        ("to its true match", links.right, RIGHT, "solid"),
        ("to its nearest wrong neighbour", links.wrong, WRONG, "dot"),
    ):
        if len(pairs):
            figure.add_trace(_lines(plane, pairs, name, shade, dash))
    if uploaded is not None:
        figure.add_scatter(
            x=uploaded[:, 0],
            y=uploaded[:, 1],
            name="your image",
            mode="markers",
            marker={"symbol": "star", "size": 20, "color": "#B87F00", "line": {"width": 1.5, "color": "#7F7F7F"}},
        )
    figure.update_layout(
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        height=height,
        legend={"orientation": "h", "x": 0, "y": -0.01, "yanchor": "top", "itemsizing": "constant"},
        xaxis={"showticklabels": False, "zeroline": False, "showgrid": False},
        yaxis={"showticklabels": False, "zeroline": False, "showgrid": False, "scaleanchor": "x"},
    )
    return figure


def distances_figure(
    edges: npt.NDArray[np.float64], same: npt.NDArray[np.float64], different: npt.NDArray[np.float64]
) -> go.Figure:
    """Histograms over edges (B + 1) of the distances within and between persons, shares (B,) that sum to 1 each."""
    shares = {Plain("one person"): 100 * same, Plain("different persons"): 100 * different}
    figure = histograms(edges, shares, Plain("at distance %{x:.2f}"))
    figure.update_layout(height=210, xaxis={"title": "Euclidean distance"}, yaxis={"title": "pairs (%)"})
    return figure


def _points(
    plane: Plane,
    group: Group,
    selected: IntArray,
    sizes: npt.NDArray[np.float32] | None,
) -> go.Scatter:
    rows = group.rows
    return go.Scatter(
        x=plane[rows, 0],
        y=plane[rows, 1],
        name=group.name,
        mode="markers",
        showlegend=group.telling,
        selectedpoints=np.flatnonzero(np.isin(rows, selected)).astype(np.int32) if len(selected) else None,
        marker={
            "color": group.shades if isinstance(group.shades, str) else np.array(group.shades),
            "symbol": group.symbol,
            "size": SIZE if sizes is None else sizes[rows],
            "opacity": 0.85,
            "line": {"width": 0.5, "color": "rgba(128,128,128,.6)"},
        },
        selected={"marker": {"opacity": 1.0}},
        unselected={"marker": {"opacity": 0.13}},
    )


def _lines(plane: Plane, pairs: IntArray, name: str, shade: str, dash: str) -> go.Scatter:
    gap = np.full((len(pairs), 1), np.nan, dtype=np.float32)
    x, y = (np.concatenate([plane[pairs, axis], gap], axis=1).ravel() for axis in (0, 1))
    return go.Scatter(x=x, y=y, name=name, mode="lines", line={"color": shade, "dash": dash, "width": 1.8})
