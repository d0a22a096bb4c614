"""When and by which camera something was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import plotly.graph_objects as go

from reidviz.figures.palette import COLOURS, RIGHT
from reidviz.figures.text import Plain

KINDS = {
    True: ("passes the threshold", RIGHT, "circle"),
    False: ("does not pass the threshold", COLOURS[7], "circle-open"),
    None: ("hit", COLOURS[0], "circle"),
}


@dataclass(frozen=True)
class Sighting:
    """One hit: when, in UTC without saying so, by which camera, whether it passes a threshold (None: there is none, or
    it was not judged), and what is told where the mouse rests."""

    when: datetime
    camera: Plain
    match: bool | None
    told: Plain


def timeline(sightings: Sequence[Sighting]) -> go.Figure:
    """Hits over time (UTC), a line a camera."""
    figure = go.Figure()
    for kind, (name, colour, symbol) in KINDS.items():
        mine = [one for one in sightings if one.match is kind]
        if mine:
            figure.add_scatter(
                x=[one.when for one in mine],
                y=[one.camera for one in mine],
                text=[one.told for one in mine],
                mode="markers",
                name=name,
                marker={"color": colour, "symbol": symbol, "size": 10},
                hovertemplate="%{text}<br>%{x}<extra></extra>",
            )
    cameras = sorted({one.camera for one in sightings})
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=min(420, 110 + 32 * len(cameras)),
        xaxis={"title": "when (UTC)"},
        yaxis={"type": "category", "categoryorder": "array", "categoryarray": cameras[::-1], "automargin": True},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        showlegend=any(one.match is not None for one in sightings),
    )
    return figure
