"""How far pairs of two data sets lie apart, and how they mix."""

import numpy as np
import plotly.graph_objects as go

from reidviz.common.arrays import BoolArray, Float32Array
from reidviz.evaluation.embedding.projection import Plane
from reidviz.figures.histogram import histograms
from reidviz.figures.palette import colour
from reidviz.figures.text import Plain

BINS = 40


def distances_figure(distance: Float32Array, alike: BoolArray) -> go.Figure:
    """Histograms of joint-feature distances (T, S) of alike and of unlike comparisons, each summing to 100 %."""
    edges = np.linspace(float(distance.min()), float(distance.max()) + 1e-6, BINS + 1)
    kinds = {Plain("alike"): alike, Plain("unlike"): ~alike}
    shares = {name: 100 * np.histogram(distance[of], edges)[0] / max(1, of.sum()) for name, of in kinds.items()}
    figure = histograms(edges, shares, Plain("at distance %{x:.2f}"))
    figure.update_layout(height=260, xaxis={"title": "distance of joint features"}, yaxis={"title": "comparisons (%)"})
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
