"""Curves of trainings: losses and accuracy of one run, and how several do on their validation persons."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import plotly.graph_objects as go

from reidviz.common.arrays import Float64Array
from reidviz.figures.cmc import cmc_figure
from reidviz.figures.palette import colour, dash
from reidviz.figures.style import ModelStyle
from reidviz.figures.text import Plain, below
from reidviz.training.events import Event

Points = tuple[Float64Array, Float64Array]
"""Steps, and one value a step; NaN where there is none."""

WINDOW = 15
LOSSES: Final = {
    "loss": Plain("both"),
    "triplet_loss": Plain("ranking (triplets)"),
    "pair_loss": Plain("pairs"),
    "joint_loss": Plain("joint features"),
    "source_pair_loss": Plain("pairs of the source"),
}


def losses_figure(steps: Sequence[Event], total: int) -> go.Figure:
    """The losses of one run from its events of steps; of one that has a single loss, that alone."""
    names = [key for key in LOSSES if any(e.get(key) is not None for e in steps)]
    if len(names) == 2:
        names = names[1:]
    return steps_figure({LOSSES[key]: _points(steps, key) for key in names}, Plain("loss"), total)


def accuracy_figure(steps: Sequence[Event], total: int) -> go.Figure:
    """The share of pairs told right of one run from its events of steps."""
    points = _points(steps, "pair_accuracy", 100)
    return steps_figure({Plain("pairs told right"): points}, Plain("share of pairs (%)"), total, percent=True)


def steps_figure(curves: Mapping[Plain, Points], title: Plain, total: int, percent: bool = False) -> go.Figure:
    """One colour a curve over the steps of one run: every logged value thin, their running mean thick.

    A curve without a value is left out. total: steps of the whole training, the end of the axis.
    """
    figure = go.Figure()
    unit = " %" if percent else ""
    digits = ".1f" if percent else ".3f"
    for position, (name, (steps, values)) in enumerate(curves.items()):
        there = ~np.isnan(values)
        if not there.any():
            continue
        steps, values = steps[there], values[there]
        line = {"color": colour(position), "dash": dash(position)}
        figure.add_scatter(
            x=steps, y=values, mode="lines", opacity=0.5, hoverinfo="skip", showlegend=False, line=line | {"width": 1}
        )
        figure.add_scatter(
            x=steps,
            y=running_mean(values, WINDOW),
            name=name,
            mode="lines+markers" if len(steps) == 1 else "lines",
            line=line | {"width": 2.5},
            hovertemplate=f"%{{y:{digits}}}{unit}<extra>{name}</extra>",
        )
    _lay_out(figure, title, 300)
    figure.update_layout(
        xaxis={"title": "step", "range": [0, 1.02 * total]},
        yaxis={"range": [0, 101]} if percent else {"rangemode": "tozero"},
        showlegend=len(curves) > 1,
    )
    return figure


def rank1_figure(curves: Mapping[Plain, Points], styles: Mapping[Plain, ModelStyle], total: int) -> go.Figure:
    """Validation rank-1 in percent over the steps, one line a ranker of a run; the axis ends at step `total`."""
    figure = go.Figure()
    for name, (steps, values) in curves.items():
        style = styles[name]
        figure.add_scatter(
            x=steps,
            y=values,
            name=name,
            mode="lines+markers",
            line={"color": style.colour, "dash": style.dash, "width": 2.5},
            marker={"symbol": style.symbol, "size": 7},
            hovertemplate="%{y:.1f} % at step %{x}<extra>" + name + "</extra>",
        )
    _lay_out(figure, "rank-1 (%)", 340)
    figure.update_layout(
        below(340, len(curves)),
        hovermode="closest",
        xaxis={"title": "step", "range": [0, 1.02 * total]},
        yaxis={"rangemode": "tozero"},
    )
    return figure


def validation_cmc_figure(
    curves: Mapping[Plain, Float64Array], styles: Mapping[Plain, ModelStyle], ranks: int = 20
) -> go.Figure:
    """The CMC of the last validation, one line a ranker of a run."""
    figure = cmc_figure(curves, styles, ranks)
    _lay_out(figure, "found within rank k (%)", 340)
    figure.update_layout(below(340, len(curves)), hovermode="closest")
    return figure


def running_mean(values: Float64Array, window: int) -> Float64Array:
    """The mean of each value and the window - 1 before it, of fewer at the start."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(0, ends - window)
    return np.asarray((sums[ends] - sums[starts]) / (ends - starts), dtype=np.float64)


def _points(steps: Sequence[Event], key: str, scale: float = 1.0) -> Points:
    values = [np.nan if e.get(key) is None else scale * e[key] for e in steps]
    return np.array([e["step"] for e in steps], dtype=np.float64), np.array(values, dtype=np.float64)


def _lay_out(figure: go.Figure, title: Plain, height: int) -> None:
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=height,
        hovermode="x unified",
        legend={"x": 0.98, "y": 0.98, "xanchor": "right", "yanchor": "top"},
    )
    figure.update_yaxes(title=title)
