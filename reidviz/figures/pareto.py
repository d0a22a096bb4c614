"""Accuracy against cost: the ways to run each ranker, and the line that nothing beats in both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from reidviz.evaluation.ranking.pareto import undominated
from reidviz.evaluation.ranking.uncertainty import Interval
from reidviz.figures.logarithmic import log_axis
from reidviz.figures.style import ModelStyle
from reidviz.figures.text import Plain, below

GREY = "#7F7F7F"


@dataclass(frozen=True)
class Mark:
    """One way to run a ranker: "" as it was tested; milliseconds of a probe, rank-1 in percent and its interval."""

    way: Plain
    milliseconds: float
    rank1: float
    interval: Interval


def pareto_figure(marks: Mapping[Plain, Sequence[Mark]], styles: Mapping[Plain, ModelStyle]) -> go.Figure:
    """A mark a way, full as the ranker was tested and open for its cheaper ways, over a logarithmic time."""
    figure = go.Figure()
    figure.add_trace(_front([one for found in marks.values() for one in found]))
    for name, found in marks.items():
        style = styles[name]
        rank1 = np.array([one.rank1 for one in found])
        figure.add_scatter(
            x=[one.milliseconds for one in found],
            y=rank1,
            error_y={
                "array": [one.interval.high - one.rank1 for one in found],
                "arrayminus": [one.rank1 - one.interval.low for one in found],
                "thickness": 1,
                "width": 3,
            },
            name=name,
            mode="markers+text",
            text=[one.way for one in found],
            textposition=["top right" if place % 2 else "bottom right" for place in range(len(found))],
            textfont={"size": 11},
            marker={
                "color": style.colour,
                "symbol": [style.symbol + ("-open" if one.way else "") for one in found],
                "size": 10,
                "line": {"width": 2, "color": style.colour},
            },
            customdata=[[one.way, one.interval.low, one.interval.high] for one in found],
            hovertemplate="%{y:.1f} % (%{customdata[1]:.1f} to %{customdata[2]:.1f}), %{x:.3g} ms %{customdata[0]}"
            "<extra>" + name + "</extra>",
        )
    times = np.array([one.milliseconds for found in marks.values() for one in found])
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis=log_axis("time per probe (ms, log scale)", np.array([times.min() / 1.3, times.max() * 1.4])),
        yaxis={"title": "rank-1 (%)"},
    )
    figure.update_layout(below(380, len(marks) + 1))
    return figure


def _front(every: Sequence[Mark]) -> go.Scatter:
    """The steps from each way that no other beats in both to the next."""
    cost, gain = np.array([one.milliseconds for one in every]), np.array([one.rank1 for one in every])
    best = np.flatnonzero(undominated(cost, gain))
    best = best[np.argsort(cost[best], kind="stable")]
    return go.Scatter(
        x=cost[best],
        y=gain[best],
        name="no other is both faster and better",
        mode="lines",
        line={"color": GREY, "dash": "dot", "width": 1.5, "shape": "hv"},
        hoverinfo="skip",
    )
