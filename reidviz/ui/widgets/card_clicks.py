"""What follows when an image in a piece of HTML is clicked, or Enter is pressed on it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from reidviz.ui.session.keys import CARD_CLICK

_clicks = st.components.v2.component(
    "reidviz_card_clicks", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def on_card(bounds: Sequence[int], take: Callable[..., None]) -> None:
    """Call take(numbers) before the next run when somebody clicks an element whose data-card are so many numbers, each
    below its bound; anything else that a browser sends is passed over."""

    def clicked() -> None:
        told = (CARD_CLICK.get({}).get("card") or "").split()
        if len(told) != len(bounds) or not all(one.isascii() and one.isdigit() and len(one) < 12 for one in told):
            return
        numbers = [int(one) for one in told]
        if all(number < bound for number, bound in zip(numbers, bounds, strict=True)):
            take(*numbers)

    _clicks(key=CARD_CLICK.name, height=1, on_card_change=clicked)
