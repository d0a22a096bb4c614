"""A slider over a value that the session keeps."""

from collections.abc import Callable

import streamlit as st

from reidviz.ui.session.keys import Key
from reidviz.ui.widgets.markup import Markdown


def slider(
    label: Markdown,
    bounds: tuple[float, float],
    value: float,
    step: float,
    key: Key[float],
    moved: Callable[[float], None],
    digits: int = 2,
) -> None:
    """Draw a slider that stands at a value, and call moved(new value) when somebody moves it. The label is read out,
    not shown.

    The value is set in every run but those that the slider itself starts: Streamlit drops what an interrupted run had
    not yet sent, and the browser would show, and send back, the lower end instead.
    """
    touched: Key[bool] = Key(f"{key.name} touched")

    def changed() -> None:
        touched.set(True)
        moved(key.get(value))

    if not touched.pop() or key.get() is None:
        key.set(value)
    form = f"%.{digits}f"
    st.slider(label, *bounds, step=step, format=form, key=key.name, on_change=changed, label_visibility="collapsed")
