"""Menus of the form that starts a training."""

from collections.abc import Callable

import streamlit as st

from reidviz.common.printable import titles
from reidviz.data.keys import key_of
from reidviz.ui.widgets.markup import Markdown


def menu_with_own(label: Markdown, options: list[str], present: str, key: str, help: Markdown | None = None) -> str:
    """A menu that holds `present` at first and takes other words too; it starts anew when `present` changes."""
    options = options if present in options else [*options, present]
    chosen = st.selectbox(
        label,
        options,
        options.index(present),
        key=f"{key}-{key_of(present)}",
        format_func=lambda one: titles(options).get(one, one),
        accept_new_options=True,
        help=help,
        persist_state="session",
    )
    return chosen or present


def menu_of(
    label: Markdown, options: list[str], present: str, key: str, help: Markdown, shown: Callable[[str], str] = str
) -> str:
    """A menu of these options that holds `present` at first, among them or not; shown: how an option is written."""
    options = options if present in options else [*options, present]
    index = options.index(present)
    return str(st.selectbox(label, options, index, key=key, help=help, format_func=shown, persist_state="session"))
