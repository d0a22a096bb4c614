"""The views of a page: one is shown, so that no page is long."""

import streamlit as st

from reidviz.ui.session.address import linked
from reidviz.ui.session.keys import Key
from reidviz.ui.widgets.markup import literal


def choose_view(name: str, key: Key[str], views: list[str]) -> str:
    """Draw the choice of a view, which the address tells under a name; the one that is chosen, at first the first."""
    linked(name, key, views, views[0])
    st.segmented_control(
        "View",
        views,
        selection_mode="single",
        required=True,
        key=key.name,
        format_func=literal,
        label_visibility="collapsed",
    )
    return key.get(views[0])
