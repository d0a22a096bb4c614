"""Published figures as grey, dashed marks on a figure of CMC curves, told apart from what was measured."""

from collections.abc import Sequence

import plotly.graph_objects as go

from reidviz.evaluation.published import Published
from reidviz.figures.text import Plain, plain

GROUP = "published"
GREY = "#7F7F7F"
DASHED = {"color": GREY, "dash": "dash", "width": 1.2}
SYMBOLS = ("circle-open", "square-open", "diamond-open", "triangle-up-open", "star-open", "x-thin-open", "cross-open")
REACH = 0.35
"""Of a rank, by which a mark that stands alone is dashed to either side."""


def add_published(figure: go.Figure, marks: Sequence[Published]) -> go.Figure:
    """The figure of cmc_figure() with one mark or dashed line a method, in a group of the legend of their own; the
    figure itself where there are none."""
    for place, one in enumerate(marks):
        name = Plain(f"published: {plain(one.method)}")
        if len(one.cmc) == 1:
            ((rank, percent),) = one.cmc.items()
            figure.add_scatter(
                x=[rank - REACH, rank + REACH],
                y=[percent, percent],
                legendgroup=GROUP,
                showlegend=False,
                hoverinfo="skip",
                mode="lines",
                line=DASHED,
            )
        figure.add_scatter(
            x=list(one.cmc),
            y=list(one.cmc.values()),
            name=name,
            legendgroup=GROUP,
            mode="lines+markers",
            line=DASHED,
            marker={"symbol": SYMBOLS[place % len(SYMBOLS)], "size": 9, "color": GREY, "line": {"width": 1.5}},
            hovertemplate=Plain(f"%{{y:.1f}} %, {plain(one.source)}<extra>{name}</extra>"),
        )
    if marks:
        axis = figure.layout.yaxis
        lowest = min(min(one.cmc.values()) for one in marks)
        figure.update_layout(
            height=figure.layout.height + 20 * len(marks),
            yaxis={"range": [max(0.0, min(axis.range[0], lowest - 5)), axis.range[1]]},
        )
    return figure
