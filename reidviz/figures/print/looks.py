"""How Plotly's looks are called in Matplotlib: colours, dashes, markers and texts."""

import html
import re
from typing import Any, Final

from reidviz.common.errors import ReidvizError

DASHES: Final[dict[str, Any]] = {
    "solid": "solid",
    "dash": (0, (5, 2.5)),
    "dot": (0, (1.2, 1.8)),
    "dashdot": (0, (5, 2, 1.2, 2)),
    "longdash": (0, (9, 3)),
    "longdashdot": (0, (9, 2.5, 1.2, 2.5)),
}
MARKERS: Final = {
    "circle": "o",
    "square": "s",
    "diamond": "D",
    "triangle-up": "^",
    "triangle-down": "v",
    "star": "*",
    "cross": "P",
    "x": "X",
    "x-thin": "x",
    "hexagon": "h",
    "line-ns": "|",
    "line-ew": "_",
}
COLORWAY: Final = ("#636efa", "#EF553B", "#00cc96", "#ab63fa", "#FFA15A", "#19d3f3", "#FF6692", "#B6E880")
"""Plotly's own colours, for traces that name none."""
_RGB = re.compile(r"rgba?\(([^)]*)\)")
_TAG = re.compile(r"<[^>]{0,40}>")
PX: Final = 0.75
"""Points a pixel of the page becomes in print."""

Colour = tuple[float, float, float, float]


def colour(told: Any, opacity: float | None = None) -> Colour:
    """A CSS colour as red, green, blue and alpha in 0 ... 1, its alpha times opacity. ReidvizError when it is none."""
    from matplotlib.colors import to_rgba

    try:
        if found := _RGB.fullmatch(str(told).replace(" ", "")):
            parts = [float(part) for part in found[1].split(",")]
            red, green, blue = (part / 255 for part in parts[:3])
            alpha = parts[3] if len(parts) > 3 else 1.0
        else:
            red, green, blue, alpha = to_rgba(str(told))
    except ValueError as error:
        raise ReidvizError("A colour of this figure is not known in print.") from error
    return red, green, blue, alpha * (1.0 if opacity is None else float(opacity))


def dash(told: str | None) -> Any:
    """A line's dashes."""
    return DASHES.get(told or "solid", "solid")


def marker(told: Any) -> tuple[str, bool]:
    """A marker, and whether it is filled. ReidvizError for one that is not known."""
    name = str(told or "circle")
    filled = not name.endswith("-open")
    name = name.removesuffix("-open")
    if name not in MARKERS:
        raise ReidvizError(f"The marker {name} is not known in print.")
    return MARKERS[name], filled and MARKERS[name] not in "x|_"


def text(told: Any) -> str:
    """What Plotly shows of a text: without its tags and entities; no dollar begins a formula."""
    bare = html.unescape(_TAG.sub(" ", "" if told is None else str(told)))
    return bare.replace("$", r"\$")
