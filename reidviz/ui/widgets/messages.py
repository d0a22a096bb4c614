"""How pages speak: the question a page answers, errors as one sentence with a hint."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import streamlit as st

from reidviz.common.errors import ReidvizError
from reidviz.ui.widgets.markup import Markdown

T = TypeVar("T")


def heading(title: Markdown, question: Markdown) -> None:
    """A page's title and, on the same line, the one question it answers."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="heading"):
        st.title(title, anchor=False, width="content")
        st.markdown(f":gray[{question}]", width="content")


def say_read_only() -> None:
    """One line, at the head of pages on which other servers let things be changed."""
    st.caption(":material/lock: This server is read-only: nothing is trained, imported or deleted here.")


def show_error(error: ReidvizError) -> None:
    """One plain sentence and a hint, as plain text: nothing in it is taken for Markdown or HTML."""
    with st.container(border=True):
        st.markdown(":red[:material/error:] **This did not work**")
        st.text(f"{error.message}\n{error.hint}".strip())


@contextmanager
def said() -> Iterator[None]:
    """What cannot be had inside is said in its place, and the page goes on."""
    try:
        yield
    except ReidvizError as error:
        show_error(error)


def or_stop(work: Callable[[], T]) -> T:
    """The result of work; when it cannot be had, its error is shown and the page ends."""
    try:
        return work()
    except ReidvizError as error:
        show_error(error)
        st.stop()
