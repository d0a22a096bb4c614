"""How far pairs of two data sets lie apart, and how they mix."""

import numpy as np
import plotly.graph_objects as go

from reidviz.common.arrays import BoolArray, Float32Array
from reidviz.evaluation.embedding.projection import Plane
from reidviz.figures.palette import colour

BINS = 40


def distances_figure(distance: Float32Array, alike: BoolArray) -> go.Figure:
    """Histograms of joint-feature distances (T, S) of alike and of unlike comparisons, each summing to 100 %."""
    figure = go.Figure()
    edges = np.linspace(float(distance.min()), float(distance.max()) + 1e-6, BINS + 1)
    centres = (edges[1:] + edges[:-1]) / 2
    for position, (name, which) in enumerate((("alike", alike), ("unlike", ~alike))):
        share = 100 * np.histogram(distance[which], edges)[0] / max(1, which.sum())
        figure.add_bar(
            x=centres,
            y=share,
            name=name,
            marker={"color": colour(position), "pattern": {"shape": ["", "/"][position]}},
            opacity=0.6,
            hovertemplate="%{y:.1f} % at distance %{x:.2f}<extra>" + name + "</extra>",
        )
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=260,
        barmode="overlay",
        bargap=0,
        legend={"x": 0.02, "y": 0.98},
        xaxis={"title": "distance of joint features"},
        yaxis={"title": "comparisons (%)"},
    )
    return figure


def projection_figure(plane: Plane, from_target: BoolArray, same: BoolArray) -> go.Figure:
    """Pairs on a plane (N, 2): colour tells the data set, the sign the kind of pair."""
    figure = go.Figure()
    for domain, (domain_name, of_domain) in enumerate((("target", from_target), ("source", ~from_target))):
        kinds = (("same person", same, "circle"), ("different persons", ~same, "x-thin-open"))
        for kind_name, of_kind, symbol in kinds:
            which = of_domain & of_kind
            figure.add_scatter(
                x=plane[which, 0],
                y=plane[which, 1],
                name=f"{domain_name}, {kind_name}",
                mode="markers",
                marker={"color": colour(domain), "symbol": symbol, "size": 7, "opacity": 0.75},
                hovertemplate=f"{domain_name}, {kind_name}<extra></extra>",
            )
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=360,
        legend={"orientation": "h", "x": 0, "y": -0.02, "yanchor": "top"},
        xaxis={"showticklabels": False, "zeroline": False},
        yaxis={"showticklabels": False, "zeroline": False},
    )
    return figure
