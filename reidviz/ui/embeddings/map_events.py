"""What the mouse does on a map beyond what st.plotly_chart reports.

It shows the image of a point where it rests for a moment, and a click selects the point while the lasso or the box is
the tool at hand (st.plotly_chart reports clicks with other tools only).
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import streamlit as st

from reidviz.common.errors import ReidvizError
from reidviz.ui.embeddings.points import Points
from reidviz.ui.server.boundary import fragment
from reidviz.ui.session.keys import MAP_CLICK, MAP_HOVER, MAP_HOVERED


def _component(name: str) -> Any:
    """A component without looks, of a script in this folder."""
    scripts = (Path(__file__).with_name(file).read_text(encoding="utf-8") for file in ("map_point.js", f"{name}.js"))
    return st.components.v2.component(f"reidviz_{name}", js="".join(scripts))


_resting = _component("map_resting")
_clicking = _component("map_clicking")


@fragment
def hover_images(sides: Mapping[str, Points]) -> None:
    """Show images over the charts in containers of these keys, which begin with map-side-; a point's customdata is
    its row."""
    wanted = MAP_HOVERED.get("")
    data = {"row": "", "image": "", "told": ""}
    found = _found(wanted, sides)
    if found is not None:
        points, row = found
        with suppress(ReidvizError):
            data |= {"row": wanted, "image": points.image(row), "told": points.description(row)}
    _resting(data=data, key=MAP_HOVER.name, height=1, on_row_change=_hovered)


def _hovered() -> None:
    MAP_HOVERED.set(MAP_HOVER.get({})["row"] or "")


def on_click(sides: Mapping[str, Points], take: Callable[[Points, int], None]) -> None:
    """Call take(points, row) before the fragment that this stands in runs again, when a point was clicked."""

    def clicked() -> None:
        found = _found(MAP_CLICK.get({})["row"] or "", sides)
        if found is not None:
            take(*found)

    _clicking(key=MAP_CLICK.name, height=1, on_row_change=clicked)


def _found(wanted: str, sides: Mapping[str, Points]) -> tuple[Points, int] | None:
    """The points of a side and the row that the browser names, where there is such a row."""
    side, _, row = wanted.partition(" ")
    return (sides[side], int(row)) if side in sides and row.isdigit() and int(row) < len(sides[side]) else None
