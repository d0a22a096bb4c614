"""Rank-1 over the size of the gallery."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from reidviz.evaluation.ranking.gallery_size import SizeCurve
from reidviz.figures.band import add_band
from reidviz.figures.logarithmic import log_axis
from reidviz.figures.style import ModelStyle
from reidviz.figures.text import Plain, below


def gallery_size_figure(curves: Mapping[Plain, SizeCurve], styles: Mapping[Plain, ModelStyle]) -> go.Figure:
    """One line a model with the band of its interval, over a logarithmic number of persons in the gallery."""
    figure = go.Figure()
    for name, curve in curves.items():
        add_band(figure, curve.sizes, curve.low, curve.high, styles[name].colour)
    for name, curve in curves.items():
        style = styles[name]
        figure.add_scatter(
            x=curve.sizes,
            y=curve.rank1,
            customdata=np.stack([curve.low, curve.high], axis=1),
            name=name,
            mode="lines+markers",
            line={"color": style.colour, "dash": style.dash, "width": 2.5},
            marker={"symbol": style.symbol, "size": 6},
            hovertemplate="%{y:.1f} % (%{customdata[0]:.1f} to %{customdata[1]:.1f})<extra>" + name + "</extra>",
        )
    least = min(float(curve.low.min()) for curve in curves.values())
    sizes = np.concatenate([one.sizes for one in curves.values()])
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        hovermode="x unified",
        xaxis=log_axis("persons in the gallery (log scale)", sizes, ends=True) | {"hoverformat": ",d"},
        yaxis={"title": "rank-1 (%)", "range": [max(0.0, least - 4), 101]},
    )
    figure.update_layout(below(320, len(curves)))
    return figure
