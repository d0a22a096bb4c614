"""The scale of the multi-task dial: how well each weight does on the validation persons."""

import numpy as np
import plotly.graph_objects as go

from reidviz.figures.palette import colour, dash
from reidviz.models.model_card import Fusion


def dial_figure(fusion: Fusion, weight: float) -> go.Figure:
    """Validation mAP and rank-1 in percent over the weight, the flat part shaded, the fitted and the present one."""
    figure = go.Figure()
    for position, (name, values) in enumerate((("mAP", fusion.mAP), ("rank-1", fusion.rank1))):
        figure.add_scatter(
            x=np.array(fusion.weights),
            y=np.array(values),
            name=name,
            mode="lines",
            line={"color": colour(position), "dash": dash(position), "width": 2},
            hovertemplate="%{y:.1f} % at weight %{x:.2f}<extra>" + name + "</extra>",
        )
    figure.add_vrect(x0=fusion.low, x1=fusion.high, fillcolor=colour(2), opacity=0.15, line_width=0)
    figure.add_vline(
        x=fusion.weight,
        line={"color": colour(2), "width": 2},
        annotation={"text": f"fitted {fusion.weight:.2f}", "yanchor": "bottom"},
        annotation_position="top",
    )
    if weight != fusion.weight:
        figure.add_vline(x=weight, line={"color": colour(1), "width": 2, "dash": "dot"})
    shown = [*fusion.mAP, *fusion.rank1]
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 22, "b": 10},
        height=210,
        hovermode="x unified",
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom"},
        xaxis={"range": [0, 1], "title": "weight of the second score (0 the first alone, 1 the second alone)"},
        yaxis={"title": "validation (%)", "range": [min(shown) - 2, max(shown) + 2]},
    )
    return figure
