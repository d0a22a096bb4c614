"""Who wins on how many probes."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from reidviz.evaluation.ranking.wins import Wins
from reidviz.figures.style import ModelStyle
from reidviz.figures.text import Plain


def wins_figure(names: Sequence[Plain], won: Wins, styles: Mapping[Plain, ModelStyle]) -> go.Figure:
    """One bar a model: probes whose true match it alone ranks best; and one for those that models share."""
    labels = [*names, "shared by two or more"]
    counts = np.array([*won.alone, won.shared])
    figure = go.Figure(
        go.Bar(
            x=counts,
            y=labels,
            orientation="h",
            text=counts,
            textposition="auto",
            marker={"color": [*(styles[name].colour for name in names), "#9a9a9a"]},
            hovertemplate="%{x} probes<extra>%{y}</extra>",
        )
    )
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=70 + 44 * len(labels),
        xaxis={"title": "probes"},
        yaxis={"autorange": "reversed"},
    )
    return figure
