"""The numbers of a figure as one table: a row a mark, with the interval that is drawn around it."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from reidviz.common.errors import ReidvizError
from reidviz.figures.print.looks import colour, text

HEADS = ("series", "x", "y", "low", "high")
Row = tuple[Any, ...]


def rows(figure: go.Figure) -> list[Row]:
    """Rows of HEADS, of a heatmap with its value as y's neighbour: series is the row, x the column, y the value.

    ReidvizError for a trace of a kind that is not known.
    """
    bands: dict[tuple[float, ...], dict[Any, tuple[Any, Any]]] = {}
    for trace in figure.data:
        if _is_band(trace):
            bands[colour(trace.fillcolor)[:3]] = _ends(trace)
    found: list[Row] = []
    for number, trace in enumerate(figure.data):
        if trace.visible is False or _is_band(trace):
            continue
        found += _of_trace(trace, text(trace.name).replace("\\$", "$") or f"series {number + 1}", bands)
    return found


def _of_trace(trace: Any, name: str, bands: dict[tuple[float, ...], dict[Any, tuple[Any, Any]]]) -> list[Row]:
    if trace.type == "heatmap":
        z = np.asarray(trace.z)
        across = range(z.shape[1]) if trace.x is None else trace.x
        down = range(z.shape[0]) if trace.y is None else trace.y
        return [(_told(down[i]), _told(across[j]), _told(z[i, j]), "", "") for i, j in np.ndindex(*z.shape)]
    if trace.type not in ("scatter", "bar"):
        raise ReidvizError(f"The numbers of a trace of the kind {trace.type} cannot be taken away.")
    length = len(trace.y if trace.x is None else trace.x)
    x = range(length) if trace.x is None else trace.x
    y = range(length) if trace.y is None else trace.y
    shade = trace.line.color if trace.type != "bar" else None
    band = bands.get(colour(shade)[:3], {}) if isinstance(shade, str) else {}
    made = []
    for place in range(length):
        low, high = band.get(_told(x[place]), ("", ""))
        for bar, at in ((trace.error_y, y), (trace.error_x, x)):
            if bar.array is not None:
                above = bar.array[place]
                beneath = above if bar.arrayminus is None else bar.arrayminus[place]
                low, high = at[place] - beneath, at[place] + above
        made.append((name, _told(x[place]), _told(y[place]), _told(low), _told(high)))
    return made


def _is_band(trace: Any) -> bool:
    """Whether a trace is an outline that goes up one way along x and comes back."""
    if trace.type != "scatter" or trace.fill != "toself" or trace.x is None or len(trace.x) % 2:
        return False
    half = len(trace.x) // 2
    return bool(np.array_equal(np.asarray(trace.x[:half]), np.asarray(trace.x[half:])[::-1]))


def _ends(trace: Any) -> dict[Any, tuple[Any, Any]]:
    half = len(trace.x) // 2
    back = np.asarray(trace.y[half:])[::-1]
    pairs = zip(trace.x[:half], trace.y[:half], back, strict=True)
    return {_told(x): (_told(min(one, other)), _told(max(one, other))) for x, one, other in pairs}


def _told(value: Any) -> Any:
    """A number as Python has it; anything else as it is shown."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int | float):
        return value
    return text(value).replace("\\$", "$")
