"""Every probe by the rank that two models give its true match."""

import numpy as np
import plotly.graph_objects as go

from reidviz.common.arrays import IntArray
from reidviz.figures.palette import RIGHT, WRONG
from reidviz.figures.text import Plain

JITTER = 0.06
"""Of a decade, by which equal ranks are strewn so that they can be seen to be many."""


def board_figure(across: IntArray, up: IntArray, titles: tuple[Plain, Plain], selected: IntArray) -> go.Figure:
    """First ranks (P,) by one model across and by another up, on logarithmic axes; each probe carries its row as
    customdata. Below the diagonal the model up is better. selected: rows that stand out."""
    rng = np.random.default_rng(0)
    x, y = (np.log10(ranks) + rng.uniform(-JITTER, JITTER, len(ranks)) for ranks in (across, up))
    figure = go.Figure()
    kinds = {
        Plain(f"{titles[1]} is better"): (up < across, RIGHT, "circle"),
        Plain(f"{titles[0]} is better"): (up > across, WRONG, "x"),
        Plain("both alike"): (up == across, "#7F7F7F", "circle-open"),
    }
    for name, (which, colour, symbol) in kinds.items():
        rows = np.flatnonzero(which)
        figure.add_trace(
            go.Scatter(
                x=10 ** x[rows],
                y=10 ** y[rows],
                customdata=np.stack([rows, across[rows], up[rows]], axis=1).astype(np.int32),
                name=Plain(f"{name} ({len(rows):,})"),
                mode="markers",
                selectedpoints=np.flatnonzero(np.isin(rows, selected)) if len(selected) else None,
                marker={"color": colour, "symbol": symbol, "size": 7, "opacity": 0.65},
                unselected={"marker": {"opacity": 0.1}},
                hovertemplate="rank %{customdata[1]} across, %{customdata[2]} up<extra></extra>",
            )
        )
    most = int(max(across.max(initial=1), up.max(initial=1)))
    ends = [-0.15, float(np.log10(most)) + 0.15]
    figure.add_scatter(
        x=[1, most],
        y=[1, most],
        mode="lines",
        line={"color": "#7F7F7F", "width": 1},
        hoverinfo="skip",
        showlegend=False,
    )
    axis = {
        "type": "log",
        "range": ends,
        "tickvals": [v for v in (1, 2, 5, 10, 20, 50, 100, 500, 1000, 5000) if v <= most],
    }
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=460,
        dragmode="lasso",
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        xaxis=axis | {"title": Plain(f"rank of the true match by {titles[0]} (log)")},
        yaxis=axis | {"title": Plain(f"rank by {titles[1]} (log)")},
    )
    return figure


def camera_matrix_figure(share: np.ndarray, count: IntArray, probes: list[Plain], gallery: list[Plain]) -> go.Figure:
    """Rank-1 (probe cameras, gallery cameras) in percent, and how many probes each is of."""
    figure = go.Figure(
        go.Heatmap(
            z=share,
            x=[Plain(f"to {name}") for name in gallery],
            y=[Plain(f"from {name}") for name in probes],
            text=count,
            texttemplate="%{z:.0f}",
            colorscale="Blues",
            zmin=0,
            zmax=100,
            colorbar={"title": "rank-1 (%)", "thickness": 12},
            hovertemplate="%{y} %{x}: %{z:.1f} % of %{text} probes<extra></extra>",
        )
    )
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=120 + 34 * len(probes),
        xaxis={"type": "category"},
        yaxis={"type": "category", "autorange": "reversed"},
    )
    return figure
