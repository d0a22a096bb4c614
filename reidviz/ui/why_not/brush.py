"""The brush: one box over a probe, its true match and the wrong winner, which the browser sends while it moves."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path

import streamlit as st

from reidviz.evaluation.explain.masking import Box
from reidviz.ui.session.keys import BRUSH, HIDDEN_BOX

_html, _css, _script = (
    Path(__file__).with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".html", ".css", ".js")
)
_brush = st.components.v2.component("reidviz_brush", html=_html, css=_css, js=_script)


@dataclass(frozen=True)
class BrushImage:
    """An image to brush over, as a data URI, and what stands below it.

    mean  its mean colour, which hides
    kind  how its frame looks: "", "right" or "wrong"
    """

    image: str
    mean: str
    title: str
    note: str
    kind: str = ""


def brush(images: Sequence[BrushImage], hidden: Sequence[bool]) -> None:
    """Draw the images, and the box on those where it hides; HIDDEN_BOX is set before the next run when it moves."""

    def moved() -> None:
        told = BRUSH.get({}).get("box")
        if isinstance(told, dict):
            HIDDEN_BOX.set(box_of(told.get("sides")))

    data = {"images": [asdict(one) for one in images], "hidden": list(hidden), "box": HIDDEN_BOX.get()}
    _brush(data=data, key=BRUSH.name, height="content", on_box_change=moved)


def box_of(sides: object) -> Box | None:
    """The box that a browser tells; None where it tells none, or nonsense."""
    if not isinstance(sides, list | tuple) or len(sides) != 4:
        return None
    if not all(isinstance(one, int | float) and isfinite(one) and 0 <= one <= 1 for one in sides):
        return None
    top, left, bottom, right = map(float, sides)
    return (top, left, bottom, right) if top < bottom and left < right else None
