"""Test pairs by their scores: histograms, error curves, calibration, single passes, and one task against the other."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from reidviz.common.arrays import BoolArray, Float32Array, IntArray
from reidviz.evaluation.verification.calibration import Reliability
from reidviz.evaluation.verification.error_rates import Errors
from reidviz.figures.histogram import histograms
from reidviz.figures.palette import colour, dash
from reidviz.figures.style import ModelStyle
from reidviz.figures.text import LINE, MOST_INSIDE, Plain
from reidviz.models.variants import Kind

BINS = 60
MARK = "#CC79A7"
KINDS = (Plain("one person"), Plain("different persons"))
UNITS: Mapping[Kind, Plain] = {
    "distance": Plain("squared distance"),
    "probability": Plain("P(same)"),
    "fused": Plain("fused score"),
    "similarity": Plain("given score"),
    "dissimilarity": Plain("given score"),
}
MARGIN = {"l": 10, "r": 10, "t": 14, "b": 10}


def scores_figure(
    values: Float32Array,
    same: BoolArray,
    threshold: float,
    title: Plain,
    marked: float | None = None,
    height: int = 280,
) -> go.Figure:
    """Histograms of scores (P,) of both kinds of pairs, each summing to 100 %, the threshold, and one pair's score."""
    low, high = float(values.min()), float(values.max())
    edges = np.linspace(low, high + 1e-6 * max(1.0, abs(high)), BINS + 1)
    kinds = dict(zip(KINDS, (same, ~same), strict=True))
    shares = {name: 100 * np.histogram(values[of], edges)[0] / max(1, of.sum()) for name, of in kinds.items()}
    figure = histograms(edges, shares, Plain("near %{x:.3f}"))
    figure.add_vline(threshold, line={"dash": "dash", "color": "#7F7F7F"}, annotation_text="threshold")
    if marked is not None:
        figure.add_vline(marked, line={"width": 3, "color": MARK}, annotation_text="your pair")
    figure.update_layout(
        margin=MARGIN,
        height=height,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        xaxis={"title": title},
        yaxis={"title": "pairs (%, log scale)", "type": "log"}
        if _steep(values, same, edges)
        else {"title": "pairs (%)"},
    )
    return figure


def errors_figure(
    curves: Mapping[Plain, Errors],
    thresholds: Mapping[Plain, float],
    styles: Mapping[Plain, ModelStyle],
    deviates: bool,
) -> go.Figure:
    """False matches against hits (ROC), or against false non-matches on normal-deviate axes (DET, Martin et al., 1997);
    one curve a model, with a mark at its threshold."""
    from scipy.stats import norm

    figure = go.Figure()
    for name, curve in curves.items():
        style = styles[name]
        shown = np.ones(len(curve.thresholds), dtype=bool)
        if deviates:
            shown = (curve.false_match > 0) & (curve.false_non_match > 0)
            shown &= (curve.false_match < 1) & (curve.false_non_match < 1)
        across = curve.false_match[shown]
        up = curve.false_non_match[shown] if deviates else 1 - curve.false_non_match[shown]
        x, y = (norm.ppf(across), norm.ppf(up)) if deviates else (100 * across, 100 * up)
        told = np.stack([100 * across, 100 * up, curve.thresholds[shown]], axis=1)
        word = "false non-matches" if deviates else "hits"
        figure.add_scatter(
            x=x,
            y=y,
            customdata=told,
            name=name,
            mode="lines",
            line={"color": style.colour, "dash": style.dash, "width": 2.2},
            hovertemplate="%{customdata[0]:.2f} % false matches, %{customdata[1]:.2f} % " + word + "<extra></extra>",
        )
        at = int(np.searchsorted(curve.thresholds[shown], thresholds[name]).clip(max=max(0, len(x) - 1)))
        if len(x):
            figure.add_scatter(
                x=x[at : at + 1],
                y=y[at : at + 1],
                mode="markers",
                showlegend=False,
                marker={"size": 11, "color": style.colour, "symbol": style.symbol},
                hovertemplate=f"{name}: at its threshold<extra></extra>",
            )
    figure.update_layout(
        margin=MARGIN,
        height=340 + LINE * max(0, len(curves) - MOST_INSIDE),
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        xaxis={"title": "FMR (%)"},
        yaxis={"title": "FNMR (%)" if deviates else "pairs of the same person found (%)"},
    )
    if deviates:
        ticks = np.array([0.01, 0.1, 0.5, 2, 5, 10, 20, 40, 60, 80])
        axis = {"tickvals": norm.ppf(ticks / 100), "ticktext": [f"{tick:g}" for tick in ticks]}
        figure.update_xaxes(**axis)
        figure.update_yaxes(**axis)
    return figure


def reliability_figure(diagrams: Mapping[Plain, Reliability]) -> go.Figure:
    """Mean P(same) of each bin against the share of one person, with the diagonal of a score that can be believed."""
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name="can be believed", line={"color": "#7F7F7F", "dash": "dot", "width": 1.2}
    )
    for position, (name, one) in enumerate(diagrams.items()):
        figure.add_scatter(
            x=one.told,
            y=one.found,
            customdata=100 * one.weight,
            name=name,
            mode="lines+markers",
            marker={"size": 5 + 22 * np.sqrt(one.weight), "symbol": ["circle", "diamond"][position % 2]},
            line={"color": colour(position), "dash": dash(position)},
            hovertemplate="told %{x:.2f}, found %{y:.2f}, %{customdata:.1f} % of the weight<extra>" + name + "</extra>",
        )
    figure.update_layout(
        margin=MARGIN,
        height=340,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        xaxis={"title": "P(same) told", "range": [-0.02, 1.02]},
        yaxis={"title": "share of one person found", "range": [-0.02, 1.02]},
    )
    return figure


def passes_figure(
    passes: Mapping[Plain, npt.NDArray[np.floating]],
    styles: Mapping[Plain, ModelStyle],
    labels: Sequence[Plain],
    title: Plain,
) -> go.Figure:
    """The single passes (K,) behind each model's score, and their mean as a bar."""
    figure = go.Figure()
    for name, values in passes.items():
        figure.add_scatter(
            x=values,
            y=[name] * len(values),
            text=np.array(labels),
            mode="markers",
            marker={"size": 10, "color": styles[name].colour, "symbol": "circle-open", "line": {"width": 2}},
            hovertemplate="%{x:.4f}: %{text}<extra></extra>",
            showlegend=False,
        )
        figure.add_scatter(
            x=[float(values.mean())],
            y=[name],
            mode="markers",
            marker={"size": 22, "color": styles[name].colour, "symbol": "line-ns-open", "line": {"width": 4}},
            hovertemplate="mean %{x:.4f}<extra></extra>",
            showlegend=False,
        )
    figure.update_layout(
        margin=MARGIN,
        height=70 + 38 * max(2, len(passes)),
        xaxis={"title": title, "zeroline": False},
        yaxis={"autorange": "reversed", "automargin": True},
    )
    return figure


def plane_figure(
    across: Float32Array,
    up: Float32Array,
    same: BoolArray,
    rows: IntArray,
    thresholds: tuple[float, float],
    selected: IntArray,
    titles: tuple[Plain, Plain],
) -> go.Figure:
    """One score (P,) across, another (P,) up; each pair carries its row as customdata. Lines stand at both
    thresholds."""
    figure = go.Figure()
    for position, (name, which) in reversed(list(enumerate(zip(KINDS, (same, ~same), strict=True)))):
        figure.add_trace(
            go.Scatter(
                x=across[which],
                y=up[which],
                customdata=rows[which].astype(np.int32),
                name=name,
                mode="markers",
                selectedpoints=np.flatnonzero(np.isin(rows[which], selected)) if len(selected) else None,
                marker={
                    "color": colour(position),
                    "symbol": ["circle", "x"][position],
                    "size": [7, 5][position],
                    "opacity": [0.8, 0.35][position],
                },
                unselected={"marker": {"opacity": 0.08}},
                hovertemplate="%{x:.3f}, %{y:.3f}<extra>" + name + "</extra>",
            )
        )
    line = {"dash": "dash", "color": "#7F7F7F", "width": 1.5}
    figure.add_vline(thresholds[0], line=line)
    figure.add_hline(thresholds[1], line=line)
    figure.update_layout(
        margin=MARGIN,
        height=460,
        dragmode="lasso",
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemsizing": "constant"},
        xaxis={"title": titles[0]},
        yaxis={"title": titles[1]},
    )
    return figure


def _steep(values: Float32Array, same: BoolArray, edges: npt.NDArray[np.float64]) -> bool:
    """Whether one bin holds so much of a kind that the others could not be seen beside it."""
    return any(np.histogram(values[kind], edges)[0].max() > 0.6 * kind.sum() for kind in (same, ~same))
