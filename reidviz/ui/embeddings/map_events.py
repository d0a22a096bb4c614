"""The image of the point that the mouse rests on, and the nearest neighbours of that point on both maps."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import streamlit as st

from reidviz.common.errors import ReidvizError
from reidviz.evaluation.embedding.neighbours import nearest
from reidviz.ui.embeddings.spaces import EmbeddingMap
from reidviz.ui.server.boundary import fragment
from reidviz.ui.session.keys import MAP_HOVER, MAP_HOVERED

NEIGHBOURS = 5
_resting = st.components.v2.component(
    "reidviz_map_resting", js=Path(__file__).with_name("map_resting.js").read_text(encoding="utf-8")
)


@fragment
def hover_images(sides: Mapping[str, EmbeddingMap]) -> None:
    """Show images over maps of these names."""
    wanted = MAP_HOVERED.get("")
    data: dict[str, object] = {"row": "", "image": "", "told": "", "near": {}}
    found = _found(wanted, sides)
    if found is not None:
        side, row = found
        with suppress(ReidvizError):
            data |= {"row": wanted, "image": side.points.image(row), "told": _told(side, row)}
            data["near"] = {name: _near(side, row, one) for name, one in sides.items()}
    _resting(data=data, key=MAP_HOVER.name, height=1, on_row_change=_hovered)


def _hovered() -> None:
    MAP_HOVERED.set(MAP_HOVER.get({}).get("row") or "")


def _told(side: EmbeddingMap, row: int) -> str:
    return f"{side.points.description(row)}; rings: its {NEIGHBOURS} nearest by {side.space.name}"


def _near(side: EmbeddingMap, row: int, shown: EmbeddingMap) -> list[int]:
    """The rows on a map of the images nearest to a row of a side, by the features of that side."""
    places, _ = nearest(side.features, side.features[row : row + 1], NEIGHBOURS + 1)
    rows = places[0][places[0] != row][:NEIGHBOURS]
    if shown is side:
        return [int(one) for one in rows]
    own = rows[rows < len(side.points.positions)]
    return [int(one) for one in shown.points.rows_of(np.sort(side.points.positions[own]))]


def _found(wanted: str, sides: Mapping[str, EmbeddingMap]) -> tuple[EmbeddingMap, int] | None:
    """The side and the row that the browser names, where there is such a row."""
    name, _, row = wanted.partition(" ")
    known = name in sides and row.isascii() and row.isdigit() and len(row) < 10
    return (sides[name], int(row)) if known and int(row) < len(sides[name].points) else None
