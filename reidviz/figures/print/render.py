"""A Plotly figure of this app as a Matplotlib figure for print: the same numbers, colours, dashes and markers.

Plotly's own export needs a browser. Nothing here uses pyplot: a Figure belongs to who asked for it, and nothing of it
stays. Drawing goes under one lock, because Matplotlib shares its fonts among threads.
"""

import textwrap
from threading import RLock
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from reidviz.common.errors import ReidvizError
from reidviz.figures.print.looks import COLORWAY, PX, colour, dash, text
from reidviz.figures.print.traces import draw

LOCK: Final = RLock()
WIDE = 6.0
"""Inches: nearly the width of a page's text."""
PIXELS_AN_INCH = 110
LINE = 0.17
SET: Final[dict[Any, Any]] = {
    "font.family": ["sans-serif"],
    "svg.fonttype": "none",
    "svg.hashsalt": "reidviz",
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.5,
}
"""Text stays text, and the same figure makes the same bytes."""


def drawn(figure: go.Figure) -> Any:
    """The figure for print, the legend below its axes. ReidvizError for what is not known how to print."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with LOCK:
        matplotlib.rcParams.update(SET)
        shown = [trace for trace in figure.data if trace.visible not in (False, "legendonly")]
        layout = figure.layout
        named = sum(_in_legend(trace, layout) for trace in shown)
        high = float(np.clip((layout.height or 330) / PIXELS_AN_INCH, 1.4, 6.5))
        made = Figure(figsize=(WIDE, high + LINE * -(-named // 2)), layout="constrained")
        FigureCanvasAgg(made)
        axes = made.subplots()
        _frame(axes, layout)
        handles = _draw_all(axes, shown, layout)
        for shape in layout.shapes:
            _shape(axes, shape)
        for note in layout.annotations:
            _note(axes, note)
        _scale(axes, layout, shown)
        if handles and layout.showlegend is not False and (len(handles) > 1 or layout.showlegend):
            labels, signs = zip(*handles, strict=True)
            made.legend(signs, labels, loc="outside lower center", ncols=_columns(labels), fontsize=8, frameon=False)
        return made


def _draw_all(axes: Any, traces: list[Any], layout: Any) -> list[tuple[str, Any]]:
    """Draw the traces; name and sign of those that stand in the legend."""
    beside = layout.barmode in (None, "group")
    bars = [trace for trace in traces if trace.type == "bar"]
    axes.reidviz_bargap = layout.bargap
    handles, before = [], None
    for number, trace in enumerate(traces):
        axes.reidviz_bar = (bars.index(trace), len(bars)) if beside and trace.type == "bar" else (0, 1)
        handle = draw(axes, trace, COLORWAY[number % len(COLORWAY)], before)
        before = trace
        if handle is not None and _in_legend(trace, layout):
            handles.append(("\n".join(textwrap.wrap(text(trace.name), 60)), handle))
    return handles


def _in_legend(trace: Any, layout: Any) -> bool:
    return bool(trace.name) and trace.showlegend is not False and layout.showlegend is not False


def _columns(labels: tuple[str, ...]) -> int:
    longest = max(len(line) for label in labels for line in label.split("\n"))
    return max(1, min(len(labels), 3, 84 // (longest + 8)))


def _frame(axes: Any, layout: Any) -> None:
    """Axes as in print: open above and right, a faint grid behind, and the logarithm said."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8, width=0.6)
    for name, told in (("x", layout.xaxis), ("y", layout.yaxis)):
        title = text(told.title.text)
        if told.type == "log":
            (axes.set_xscale if name == "x" else axes.set_yscale)("log")
            title = title if "log" in title else f"{title} (log)".strip()
        (axes.set_xlabel if name == "x" else axes.set_ylabel)("\n".join(textwrap.wrap(title, 80)), fontsize=9)
        if told.showgrid is not False:
            axes.grid(True, axis=name, color="#DDDDDD", linewidth=0.5)
    axes.set_axisbelow(True)
    if layout.title.text:
        axes.set_title(text(layout.title.text), fontsize=10)


def _scale(axes: Any, layout: Any, traces: list[Any]) -> None:
    """Ranges, ticks and directions, after all is drawn."""
    from matplotlib.ticker import MaxNLocator, NullFormatter, NullLocator, ScalarFormatter

    for name, told in (("x", layout.xaxis), ("y", layout.yaxis)):
        axis = axes.xaxis if name == "x" else axes.yaxis
        ends = None if told.range is None else [float(end) for end in told.range]
        if ends is not None:
            (axes.set_xlim if name == "x" else axes.set_ylim)([10**end for end in ends] if told.type == "log" else ends)
        elif told.rangemode == "tozero" and told.type != "log":
            (axes.set_xlim if name == "x" else axes.set_ylim)(0)
        if told.tickvals is not None:
            words = told.tickvals if told.ticktext is None else told.ticktext
            axis.set_ticks(list(told.tickvals), [text(word) for word in words])
            axis.set_minor_locator(NullLocator())
        elif told.type == "log":
            plain = ScalarFormatter()
            plain.set_scientific(False)
            axis.set_major_formatter(plain)
            axis.set_minor_formatter(NullFormatter())
        elif _whole(told, name, traces):
            axis.set_major_locator(MaxNLocator(integer=True))
        if told.showticklabels is False:
            axis.set_ticks([])
        if told.autorange == "reversed":
            axis.set_inverted(True)
    if layout.yaxis.scaleanchor:
        axes.set_aspect("equal", adjustable="datalim")


def _whole(axis: Any, name: str, traces: list[Any]) -> bool:
    """Whether an axis counts: every place on it is a whole number."""
    places = [np.asarray(trace[name]) for trace in traces if trace.type != "heatmap" and trace[name] is not None]
    return axis.type != "category" and bool(places) and all(one.dtype.kind in "iu" for one in places)


def _shape(axes: Any, shape: Any) -> None:
    """A line or a rectangle, from edge to edge where Plotly says so."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    across = axes.transAxes if _of_frame(shape.xref) else axes.transData
    up = axes.transAxes if _of_frame(shape.yref) else axes.transData
    from matplotlib.transforms import blended_transform_factory

    where = blended_transform_factory(across, up)
    if shape.type == "line":
        line = Line2D(
            [shape.x0, shape.x1],
            [shape.y0, shape.y1],
            color=colour(shape.line.color or "#444444", shape.opacity),
            linestyle=dash(shape.line.dash),
            linewidth=PX * (2 if shape.line.width is None else shape.line.width),
            transform=where,
        )
        axes.add_line(line)
        return
    if shape.type != "rect":
        raise ReidvizError(f"A shape of the kind {shape.type} cannot be printed.")
    shade = colour(shape.fillcolor, shape.opacity) if shape.fillcolor else "none"
    wide, high = shape.x1 - shape.x0, shape.y1 - shape.y0
    axes.add_patch(Rectangle((shape.x0, shape.y0), wide, high, facecolor=shade, linewidth=0, transform=where, zorder=0))


def _note(axes: Any, note: Any) -> None:
    """The text of an annotation, at its place."""
    from matplotlib.transforms import blended_transform_factory

    across = axes.transAxes if _of_frame(note.xref) else axes.transData
    up = axes.transAxes if _of_frame(note.yref) else axes.transData
    side = {"left": "left", "right": "right", "center": "center"}.get(note.xanchor or "center", "center")
    level = {"top": "top", "bottom": "bottom", "middle": "center"}.get(note.yanchor or "middle", "center")
    axes.text(
        note.x,
        note.y,
        text(note.text),
        transform=blended_transform_factory(across, up),
        ha=side,
        va=level,
        fontsize=8,
        clip_on=False,
    )


def _of_frame(reference: str | None) -> bool:
    return reference is not None and (reference == "paper" or reference.endswith(" domain"))
