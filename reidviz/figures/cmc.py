"""CMC curves: the share of probes whose true match is among the first k."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from reidviz.figures.style import ModelStyle
from reidviz.figures.text import MOST_INSIDE, Plain, below


def cmc_figure(
    curves: Mapping[Plain, npt.NDArray[np.float64]], styles: Mapping[Plain, ModelStyle], ranks: int = 20
) -> go.Figure:
    """One line a model over ranks 1 ... `ranks`; each curve in percent, one value a rank from 1 on."""
    figure = go.Figure()
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
    low = min((float(curve[0]) for curve in curves.values()), default=0.0)
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=380,
        hovermode="x unified",
        legend={"x": 0.98, "y": 0.03, "xanchor": "right", "yanchor": "bottom"},
        xaxis={"title": "rank k", "range": [0.5, ranks + 0.5]},
        yaxis={"title": "probes found within rank k (%)", "range": [max(0.0, low - 8), 101]},
    )
    if len(curves) > MOST_INSIDE:
        figure.update_layout(below(340, len(curves)))
    return figure
