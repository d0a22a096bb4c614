"""The traces of a Plotly figure on axes of Matplotlib, one function a kind."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from reidviz.common.errors import ReidvizError
from reidviz.figures.print.looks import PX, Colour, colour, dash, marker, text

MOST_VECTORS = 3_000
"""Marks or cells beyond which they become pixels within an SVG or a PDF."""
CELLS_WITH_TEXT = 400


def draw(axes: Any, trace: Any, own: str, before: Any = None) -> Any:
    """Draw a trace, in the colour `own` where it names none; what stands for it in the legend, None for nothing.

    before: the trace drawn before it, which a filled one may lean on. ReidvizError for a kind that is not known.
    """
    if trace.type not in KINDS:
        raise ReidvizError(f"A trace of the kind {trace.type} cannot be printed.")
    return KINDS[trace.type](axes, trace, own, before)


def scatter(axes: Any, trace: Any, own: str, before: Any) -> Any:
    """Lines, markers, error bars, and areas that are filled."""
    x, y = _places(trace.x, trace.y), _places(trace.y, trace.x)
    line = colour(trace.line.color or trace.marker.color if _single(trace.marker.color) else trace.line.color or own)
    line = line if trace.line.color or _single(trace.marker.color) else colour(own)
    if trace.fill not in (None, "none"):
        return _filled(axes, trace, x, y, colour(trace.fillcolor or trace.line.color or own, trace.opacity), before)
    mode = trace.mode or "lines"
    handle = None
    if "lines" in mode:
        width = 2.0 if trace.line.width is None else trace.line.width
        (handle,) = axes.plot(
            x,
            y,
            color=line[:3],
            alpha=line[3] * (1.0 if trace.opacity is None else trace.opacity),
            linestyle=dash(trace.line.dash),
            linewidth=PX * width,
            drawstyle="steps-post" if trace.line.shape == "hv" else "default",
        )
    if "markers" in mode:
        handle = _markers(axes, trace, x, y, line, handle)
    if "text" in mode and trace.text is not None:
        for place in range(len(x)):
            word = trace.text if isinstance(trace.text, str) else trace.text[place]
            axes.annotate(text(word), (x[place], y[place]), ha="center", va="bottom", fontsize=7)
    for name in ("x", "y"):
        _error_bars(axes, trace, name, x, y, line)
    return handle


def bar(axes: Any, trace: Any, own: str, before: Any) -> Any:
    """Bars, upright or lying, hatched where Plotly hatches; with error bars."""
    lying = trace.orientation == "h"
    place, length = (trace.y, trace.x) if lying else (trace.x, trace.y)
    place, length = _places(place, length), _places(length, place)
    numbers = np.asarray(place).dtype.kind in "fiu"
    step = float(np.median(np.diff(np.unique(place)))) if numbers and len(set(place)) > 1 else 1.0
    gap = 0.2 if axes.reidviz_bargap is None else axes.reidviz_bargap
    shade = colour(trace.marker.color if _single(trace.marker.color) else own)
    shades = shade if _single(trace.marker.color) or trace.marker.color is None else _shades(trace.marker.color)
    shape = trace.marker.pattern.shape
    options = {
        "color": shades,
        "alpha": trace.opacity,
        "hatch": {"/": "////", "\\": "\\\\\\\\", "x": "xxxx", ".": "...."}.get(shape or ""),
        "edgecolor": "white" if shape else None,
        "linewidth": 0,
    }
    number, of = axes.reidviz_bar
    wide = step * (1 - gap) / of
    if of > 1:
        names = list(dict.fromkeys(np.asarray(place).tolist()))
        middle = np.asarray(place, dtype=float) if numbers else np.array([names.index(one) for one in place], float)
        if not numbers:
            (axes.set_yticks if lying else axes.set_xticks)(range(len(names)), [text(one) for one in names])
        place = middle + (number - (of - 1) / 2) * wide
    made = axes.barh(place, length, wide, **options) if lying else axes.bar(place, length, wide, **options)
    for name in ("x", "y"):
        _error_bars(axes, trace, name, length if lying else place, place if lying else length, (0, 0, 0, 1))
    return made


def heatmap(axes: Any, trace: Any, own: str, before: Any) -> None:
    """Cells, their scale beside them, and what stands in each where they are few."""
    from matplotlib.colors import LinearSegmentedColormap

    z = np.asarray(trace.z, dtype=float)
    steps = [(float(at), colour(shade)) for at, shade in trace.colorscale or ((0, "#f7fbff"), (1, "#08306b"))]
    steps = [(0.0, steps[0][1])] * (steps[0][0] > 0) + steps + [(1.0, steps[-1][1])] * (steps[-1][0] < 1)
    scale = LinearSegmentedColormap.from_list("of the figure", steps)
    low = np.nanmin(z) if trace.zmin is None else trace.zmin
    high = np.nanmax(z) if trace.zmax is None else trace.zmax
    rows, columns = z.shape
    made = axes.pcolormesh(z, cmap=scale, vmin=low, vmax=high, rasterized=z.size > MOST_VECTORS, linewidth=0)
    _name_cells(axes.set_xticks, trace.x, columns)
    _name_cells(axes.set_yticks, trace.y, rows)
    if trace.texttemplate and z.size <= CELLS_WITH_TEXT:
        digits = 1 if ".1f" in trace.texttemplate else 2 if ".2f" in trace.texttemplate else 0
        for row, column in np.argwhere(np.isfinite(z)):
            dark = sum(scale((z[row, column] - low) / max(1e-12, high - low))[:3]) < 1.6
            shade = "white" if dark else "black"
            where = (column + 0.5, row + 0.5)
            axes.annotate(f"{z[row, column]:.{digits}f}", where, ha="center", va="center", color=shade, fontsize=7)
    if trace.showscale is not False:
        axes.figure.colorbar(made, ax=axes, label=text(trace.colorbar.title.text), shrink=0.9, pad=0.02)


KINDS: Final[dict[str, Callable[[Any, Any, str, Any], Any]]] = {
    "scatter": scatter,
    "bar": bar,
    "heatmap": heatmap,
}


def _places(values: Any, beside: Any) -> Any:
    """Numbers, or names as they are shown; counted from 0 where there are none."""
    if values is None:
        return np.arange(len(beside) if beside is not None else 0)
    found = np.asarray(values)
    return found if found.dtype.kind in "fiub" else [text(one) for one in values]


def _single(told: Any) -> bool:
    return isinstance(told, str)


def _shades(told: Any) -> list[Colour]:
    return [colour(one) for one in told]


def _filled(axes: Any, trace: Any, x: Any, y: Any, shade: Colour, before: Any) -> Any:
    """An area of its own outline, down to the trace before it, or down to nought."""
    if trace.fill == "toself":
        return axes.fill(x, y, facecolor=shade, linewidth=0)[0]
    under: Any = 0
    if trace.fill == "tonexty":
        if before is None or len(before.x) != len(x):
            raise ReidvizError("An area between two curves cannot be printed, because their places differ.")
        under = np.asarray(before.y)
    elif trace.fill != "tozeroy":
        raise ReidvizError(f"An area filled {trace.fill} cannot be printed.")
    return axes.fill_between(x, under, y, facecolor=shade, linewidth=0)


def _markers(axes: Any, trace: Any, x: Any, y: Any, line: Colour, drawn: Any) -> Any:
    """Markers by size and colour, those that are not selected faded as on screen."""
    told = trace.marker
    sizes = np.broadcast_to(np.asarray(6.0 if told.size is None else told.size, dtype=float), (len(x),))
    signs = [told.symbol] * len(x) if told.symbol is None or _single(told.symbol) else list(told.symbol)
    shades = [line] * len(x) if told.color is None or _single(told.color) else _shades(told.color)
    opacity = (1.0 if trace.opacity is None else trace.opacity) * (1.0 if told.opacity is None else told.opacity)
    fade = np.full(len(x), opacity)
    if trace.selectedpoints is not None:
        fade[:] = 0.1
        fade[list(trace.selectedpoints)] = 1.0
    handle = drawn
    for sign in dict.fromkeys(signs):
        which = [place for place, one in enumerate(signs) if one == sign]
        shape, filled = marker(sign)
        drawn_in = [(*shades[place][:3], shades[place][3] * fade[place]) for place in which]
        axes.scatter(
            [x[place] for place in which],
            [y[place] for place in which],
            s=(PX * sizes[which]) ** 2,
            marker=shape,
            facecolors=drawn_in if filled else "none" if shape not in "x|_" else drawn_in,
            edgecolors=None if filled or shape in "x|_" else drawn_in,
            linewidths=0 if filled else PX * (told.line.width or 1.2),
            rasterized=len(x) > MOST_VECTORS,
            zorder=2.5,
        )
        if handle is None and which:
            handle = _sign(shape, filled, drawn_in[0])
    if drawn is not None and len(x):
        shape, filled = marker(signs[0])
        return _sign(shape, filled, shades[0], drawn)
    return handle


def _sign(shape: str, filled: bool, shade: Colour, line: Any = None) -> Any:
    """A trace's sign in the legend."""
    from matplotlib.lines import Line2D

    return Line2D(
        [],
        [],
        color=shade[:3],
        linestyle="none" if line is None else line.get_linestyle(),
        linewidth=1.5 if line is None else line.get_linewidth(),
        marker=shape,
        markersize=5,
        markerfacecolor=shade[:3] if filled else "none",
    )


def _error_bars(axes: Any, trace: Any, name: str, x: Any, y: Any, shade: Colour) -> None:
    told = trace[f"error_{name}"]
    if told.array is None or told.visible is False:
        return
    above = np.asarray(told.array, dtype=float)
    beneath = above if told.arrayminus is None else np.asarray(told.arrayminus, dtype=float)
    shade = colour(told.color) if told.color else shade
    options = {f"{name}err": np.stack([beneath, above]), "ecolor": shade, "elinewidth": 1.0, "capsize": 2.5}
    axes.errorbar(x, y, fmt="none", **options)


def _name_cells(set_ticks: Any, names: Any, count: int) -> None:
    """Names in the middle of rows or columns; of numbers and of many, some."""
    step = max(1, -(-count // 12))
    shown = range(0, count, step)
    words = [str(place + 1) for place in shown] if names is None else [text(names[place]) for place in shown]
    set_ticks([place + 0.5 for place in shown], words)
