"""What follows when an image in a piece of HTML is clicked, or Enter is pressed on it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from reidviz.ui.session.keys import CARD_CLICK

KEYS = ("a", "x", "s", "u")
_clicks = st.components.v2.component(
    "reidviz_card_clicks", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def on_card(bounds: Sequence[int], take: Callable[..., None], mark: Callable[..., None] | None = None) -> None:
    """Call take(numbers) before the next run when somebody clicks an element whose data-card are so many numbers, each
    below its bound, and mark(key, numbers) when a, x, s or u is pressed on it; anything else that a browser sends is
    passed over."""

    def clicked() -> None:
        if (numbers := _numbers((CARD_CLICK.get({}).get("card") or "").split(), bounds)) is not None:
            take(*numbers)

    def pressed() -> None:
        key, _, told = (CARD_CLICK.get({}).get("mark") or "").partition(" ")
        if mark is not None and key in KEYS and (numbers := _numbers(told.split(), bounds)) is not None:
            mark(key, *numbers)

    _clicks(key=CARD_CLICK.name, height=1, on_card_change=clicked, on_mark_change=pressed)


def _numbers(told: Sequence[str], bounds: Sequence[int]) -> list[int] | None:
    """What was told as so many numbers below their bounds, None where it is none."""
    if len(told) != len(bounds) or not all(one.isascii() and one.isdigit() and len(one) < 12 for one in told):
        return None
    numbers = [int(one) for one in told]
    return numbers if all(number < bound for number, bound in zip(numbers, bounds, strict=True)) else None
