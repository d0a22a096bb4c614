"""The interval around a curve."""

import numpy as np
import plotly.graph_objects as go

from reidviz.common.arrays import Float64Array, IntArray


def add_band(figure: go.Figure, x: IntArray, low: Float64Array, high: Float64Array, colour: str) -> None:
    """Fill a figure between the ends (K,) of an interval over x (K,); to be called before the curves are drawn."""
    figure.add_scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([high, low[::-1]]),
        fill="toself",
        fillcolor=colour,
        opacity=0.15,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
    )
