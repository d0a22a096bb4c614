"""How much more often each group of probes fails than its share of all probes lets expect."""

import textwrap
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from reidviz.evaluation.failures.lift import Lift
from reidviz.figures.palette import RIGHT, WRONG
from reidviz.figures.text import Plain, plain

WIDE = 38
"""Letters of a group's name on one line."""
GREY = "#7F7F7F"


def lifts_figure(lifts: Sequence[Lift], outcome: Plain) -> go.Figure:
    """A row a group, the surest at the top: its lift with the interval over persons, full where it is claimed; each
    mark carries its row as customdata. outcome: "failures", say."""
    figure = go.Figure()
    kinds = {
        Plain(f"surely more {outcome}"): (
            WRONG,
            "circle",
            [i for i, o in enumerate(lifts) if o.claimed and o.lift > 1],
        ),
        Plain(f"surely fewer {outcome}"): (
            RIGHT,
            "square",
            [i for i, o in enumerate(lifts) if o.claimed and o.lift < 1],
        ),
        Plain("not told from chance"): (GREY, "circle-open", [i for i, o in enumerate(lifts) if not o.claimed]),
    }
    for name, (colour, symbol, rows) in kinds.items():
        if rows:
            figure.add_trace(_marks(name, colour, symbol, rows, [lifts[i] for i in rows]))
    figure.add_vline(x=1, line={"color": GREY, "width": 1, "dash": "dot"})
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=110 + 34 * len(lifts),
        xaxis={"title": Plain(f"lift: share among {outcome} / share among all"), "rangemode": "tozero"},
        yaxis={
            "type": "category",
            "autorange": "reversed",
            "automargin": True,
            "categoryorder": "array",
            "categoryarray": [_wrapped(one.group.name) for one in lifts],
        },
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.0, "yanchor": "bottom"},
        showlegend=True,
        dragmode=False,
    )
    return figure


def _marks(name: Plain, colour: str, symbol: str, rows: list[int], lifts: list[Lift]) -> go.Scatter:
    lift = np.array([one.lift for one in lifts])
    return go.Scatter(
        x=lift,
        y=[_wrapped(one.group.name) for one in lifts],
        error_x={
            "array": np.maximum([one.interval.high for one in lifts] - lift, 0),
            "arrayminus": np.maximum(lift - [one.interval.low for one in lifts], 0),
            "color": colour,
            "thickness": 1.5,
            "width": 4,
        },
        name=name,
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 10, "line": {"width": 2, "color": colour}},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0.6}},
        customdata=[
            [row, one.inside, one.among_found, one.among_all, one.interval.low, one.interval.high, one.p]
            for row, one in zip(rows, lifts, strict=True)
        ],
        hovertemplate="%{y}<br>lift %{x:.2f} (%{customdata[4]:.2f} to %{customdata[5]:.2f}), p = %{customdata[6]:.3f}"
        "<br>%{customdata[2]:.1f} % of these, %{customdata[3]:.1f} % of all: %{customdata[1]} probes<extra></extra>",
    )


def _wrapped(name: str) -> Plain:
    return Plain("<br>".join(plain(line) for line in textwrap.wrap(name, WIDE)))
