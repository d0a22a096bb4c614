"""Two distributions over the same axis."""

from collections.abc import Mapping

import plotly.graph_objects as go

from reidviz.common.arrays import Float64Array
from reidviz.figures.palette import colour
from reidviz.figures.text import Plain


def histograms(edges: Float64Array, shares: Mapping[Plain, Float64Array], near: Plain) -> go.Figure:
    """Bars over edges (B + 1) of the percentages (B,) of each name, one over the other; near: what stands before a
    place on the axis under the mouse."""
    figure = go.Figure()
    centres = (edges[1:] + edges[:-1]) / 2
    for position, (name, share) in enumerate(shares.items()):
        figure.add_bar(
            x=centres,
            y=share,
            name=name,
            marker={"color": colour(position), "pattern": {"shape": ["", "/"][position]}},
            opacity=0.6,
            hovertemplate="%{y:.1f} % " + near + "<extra>" + name + "</extra>",
        )
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10}, barmode="overlay", bargap=0, legend={"x": 0.02, "y": 0.98}
    )
    return figure
