"""The maps on canvases: what the browser is told of them, and what it tells of a lasso or a click.

Plotly draws a chart of 20,000 points anew for each selection; on a canvas the points fade at once, and the server is
asked without waiting for that.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from reidviz.common.arrays import IntArray
from reidviz.evaluation.embedding.projection import Plane
from reidviz.figures.embedding import Group, Links
from reidviz.figures.palette import RIGHT, WRONG
from reidviz.ui.session.keys import MAPS

_html, _css, _script = (
    Path(__file__).with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".html", ".css", ".js")
)
_maps = st.components.v2.component("reidviz_canvas_maps", html=_html, css=_css, js=_script)


def map_data(
    name: str,
    label: str,
    plane: Plane,
    groups: Sequence[Group],
    selected: IntArray,
    links: Links,
    sizes: npt.NDArray[np.float32] | None = None,
    uploaded: Plane | None = None,
) -> dict[str, Any]:
    """What the browser draws one map from; as figures.embedding.map_figure takes it. Places go from 0 to 1."""
    low, high = plane.min(0), plane.max(0)
    middle, wide = (low + high) / 2, max(1e-12, float((high - low).max()))

    def fitted(places: Plane) -> npt.NDArray[np.float32]:
        return np.asarray((places - middle) / wide + 0.5, dtype=np.float32)

    return {
        "name": name,
        "label": label,
        "points": _packed(fitted(plane)),
        "groups": [
            {
                "name": str(group.name) if group.telling else "",
                "symbol": group.symbol,
                "shades": [group.shades] if isinstance(group.shades, str) else list(group.shades),
                "rows": _packed(group.rows.astype(np.int32)),
            }
            for group in groups
        ],
        "sizes": "" if sizes is None else _packed(sizes.astype(np.float32)),
        "selected": _packed(selected.astype(np.int32)),
        "links": [
            [links.right.tolist(), RIGHT, [], "to its true match"],
            [links.wrong.tolist(), WRONG, [4, 3], "to its nearest wrong neighbour"],
        ],
        "uploaded": [] if uploaded is None else fitted(uploaded).tolist(),
        "same": True,
    }


def show_maps(maps: Sequence[dict[str, Any]], take: Callable[[str, Sequence[int]], None]) -> None:
    """Draw the maps side by side; take(name of a map, rows) is called before the next run when rows were chosen."""

    def chosen() -> None:
        told = MAPS.get({}).get("rows") or {}
        rows, side = told.get("rows"), told.get("side")
        if isinstance(rows, list) and all(isinstance(row, int) and row >= 0 for row in rows):
            take(str(side), rows)

    _maps(data={"maps": list(maps)}, key=MAPS.name, height="content", on_rows_change=chosen)


def _packed(values: npt.NDArray[Any]) -> str:
    """Numbers as the browser's typed arrays read them."""
    return b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")
