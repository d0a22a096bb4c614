"""A validation on a plane with the trails that led to it, and how many persons are learnt by which step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import plotly.graph_objects as go

from reidviz.common.arrays import IntArray
from reidviz.evaluation.embedding.projection import Plane
from reidviz.figures.palette import RIGHT, WRONG
from reidviz.figures.style import ModelStyle
from reidviz.figures.text import Plain
from reidviz.figures.training import Points, rank1_figure

TAIL: Final = 3
"""Of everybody but the chosen person, the last so many places are joined: more would hide the points."""
GREY: Final = "#7F7F7F"
CHOSEN: Final = "#B87F00"
FOUND: Final = "#3A93C8"
GALLERY: Final = Plain("gallery")
MISSED: Final = Plain("missed at both")
KEPT: Final = Plain("found at both")
LEARNT: Final = Plain("learnt")
FORGOTTEN: Final = Plain("forgotten")
LOOKS: Final[Mapping[Plain, tuple[str, str, float]]] = {
    GALLERY: ("square-open", GREY, 5),
    MISSED: ("circle-open", GREY, 7),
    KEPT: ("circle", FOUND, 6),
    LEARNT: ("triangle-up", RIGHT, 10),
    FORGOTTEN: ("x", WRONG, 9),
}
"""Marker, colour and size of the images of each fate, in the order in which they are drawn."""


@dataclass(frozen=True, eq=False)
class TrailMap:
    """What a map shows.

    planes   positions of the images (N, 2) at each time, the last one drawn as points
    centres  of each person (K, 2) at each time; persons: of each image, 0 ... K - 1 (N,); names: of each person (K,)
    fates    the rows of planes by the names of LOOKS
    chosen   the person that stands out
    """

    planes: Sequence[Plane]
    centres: Sequence[Plane]
    persons: IntArray
    names: Sequence[Plain]
    fates: Mapping[Plain, IntArray]
    chosen: int


def trails_figure(shown: TrailMap, bounds: Plane, height: int = 430) -> go.Figure:
    """The map; a click on an image tells its person (customdata).

    bounds: the least and greatest x and y (2, 2) that the axes show, the same at all times, so that nothing jumps.
    """
    figure = go.Figure()
    everybody = np.stack([*shown.centres[-TAIL:], np.full_like(shown.centres[0], np.nan)], axis=1)
    if len(shown.centres) > 1:
        path = everybody.reshape(-1, 2)
        line = {"color": GREY, "width": 1}
        figure.add_scatter(
            x=path[:, 0], y=path[:, 1], mode="lines", line=line, opacity=0.35, hoverinfo="skip", name="trails"
        )
    plane = shown.planes[-1]
    names = np.array(shown.names, dtype=object)
    for fate, (symbol, shade, size) in LOOKS.items():
        rows = shown.fates.get(fate, np.empty(0, dtype=np.int64))
        if not len(rows):
            continue
        people = shown.persons[rows]
        figure.add_scatter(
            x=plane[rows, 0],
            y=plane[rows, 1],
            mode="markers",
            name=fate,
            text=names[people],
            customdata=people.astype(np.int32),
            marker={"symbol": symbol, "color": shade, "size": size, "opacity": 0.85},
            hovertemplate="person %{text}, " + fate + "<extra></extra>",
        )
    _add_chosen(figure, shown)
    (left, low), (right, high) = bounds
    hidden = {"showticklabels": False, "zeroline": False, "showgrid": False}
    figure.update_layout(
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        height=height,
        hovermode="closest",
        dragmode="pan",
        legend={"orientation": "h", "x": 0, "y": -0.01, "yanchor": "top", "itemsizing": "constant"},
        xaxis=hidden | {"range": [float(left), float(right)]},
        yaxis=hidden | {"range": [float(low), float(high)], "scaleanchor": "x"},
    )
    return figure


def _add_chosen(figure: go.Figure, shown: TrailMap) -> None:
    """The images of the chosen person, ringed, and the way that their middle went."""
    path = np.stack([one[shown.chosen] for one in shown.centres])
    name = Plain(f"person {shown.names[shown.chosen]}")
    figure.add_scatter(
        x=path[:, 0],
        y=path[:, 1],
        mode="lines+markers",
        name=name,
        line={"color": CHOSEN, "width": 3},
        marker={"color": CHOSEN, "size": np.linspace(4, 9, len(path))},
        hoverinfo="skip",
    )
    rows = np.flatnonzero(shown.persons == shown.chosen)
    ends = shown.planes[-1][rows]
    ring = {"symbol": "circle-open", "size": 16, "color": CHOSEN, "line": {"width": 2.5}}
    figure.add_scatter(
        x=ends[:, 0], y=ends[:, 1], mode="markers", marker=ring, showlegend=False, hoverinfo="skip", name=name
    )


def learnt_figure(curves: Mapping[Plain, Points], styles: Mapping[Plain, ModelStyle], total: int) -> go.Figure:
    """The share of persons, in percent, that are learnt for good by each step, a line a ranker."""
    return rank1_figure(curves, styles, total).update_yaxes(title="persons learnt (%)")
