"""What a popover is called whose inputs are out of sight while it is closed."""

from collections.abc import Iterable

import streamlit as st

from reidviz.ui.widgets.markup import Markdown


def with_count(label: Markdown, keys: Iterable[str]) -> Markdown:
    """The label, and how many of the inputs of these keys are set."""
    count = sum(st.session_state.get(key) not in (None, [], False) for key in keys)
    return Markdown(f"{label} ({count})") if count else label
