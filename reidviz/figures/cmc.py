"""CMC curves: the share of probes whose true match is among the first k."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from reidviz.common.arrays import Float64Array
from reidviz.figures.band import add_band
from reidviz.figures.style import ModelStyle
from reidviz.figures.text import Plain, below


def cmc_figure(
    curves: Mapping[Plain, Float64Array],
    styles: Mapping[Plain, ModelStyle],
    ranks: int = 20,
    bands: Mapping[Plain, tuple[Float64Array, Float64Array]] | None = None,
) -> go.Figure:
    """One line a model over ranks 1 ... `ranks`; each curve in percent, one value a rank from 1 on. bands: the ends of
    the intervals of some, drawn behind them."""
    figure = go.Figure()
    for name, ends in (bands or {}).items():
        low, high = (end[:ranks] for end in ends)
        add_band(figure, np.arange(1, len(low) + 1), low, high, styles[name].colour)
    for name, curve in curves.items():
        shown, style = curve[:ranks], styles[name]
        figure.add_trace(
            go.Scatter(
                x=np.arange(1, len(shown) + 1),
                y=shown,
                name=name,
                mode="lines+markers" if len(shown) <= 20 else "lines",
                line={"color": style.colour, "dash": style.dash, "width": 2.5},
                marker={"symbol": style.symbol, "size": 7},
                hovertemplate="%{y:.1f} % within rank %{x}<extra>" + name + "</extra>",
            )
        )
    lowest = min((float(curve[0]) for curve in curves.values()), default=0.0)
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        hovermode="x unified",
        xaxis={"title": "rank k", "range": [0.5, ranks + 0.5]},
        yaxis={"title": "probes found within rank k (%)", "range": [max(0.0, lowest - 8), 101]},
    )
    figure.update_layout(below(330, len(curves)))
    return figure
