"""What every page has at the foot of the sidebar: its address to copy, and the keys."""

from pathlib import Path

import streamlit as st

_html, _css, _script = (
    Path(__file__).with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".html", ".css", ".js")
)
_tools = st.components.v2.component("reidviz_page_tools", html=_html, css=_css, js=_script)


def show_page_tools() -> None:
    """Draw them; and while they are there, keys work, and the focus stays near where it was when a page is drawn
    anew."""
    _tools(key="page-tools", height="content")
