"""What is chosen in the sidebar, for the page that runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import streamlit as st

from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.figures.style import ModelStyle
from reidviz.ui.navigation import pages
from reidviz.ui.session.model_styles import styles_of


@dataclass(frozen=True, eq=False)
class Choice:
    """A data set, one split of it and the rankers to compare, each under a name of its own."""

    dataset: Dataset
    split: Split
    rankers: tuple[Ranker, ...]

    def style(self, ranker: Ranker) -> ModelStyle:
        """How a chosen ranker looks."""
        return styles_of(self.rankers)[ranker.source]


_choice: ContextVar[Choice | None] = ContextVar("choice", default=None)


@contextmanager
def use_choice(choice: Choice) -> Iterator[None]:
    """While the page runs, current_choice() gives it the sidebar's choice."""
    token = _choice.set(choice)
    try:
        yield
    finally:
        _choice.reset(token)


def current_choice() -> Choice:
    """The choice that app.py made for this page.

    Until app.py has run once in a server, Streamlit takes the pages folder for the app and starts a page that is
    linked to directly without app.py; declaring the navigation ends that, and the page starts again within the app.
    """
    choice = _choice.get()
    if choice is None:
        st.navigation(pages(), position="hidden")
        st.rerun()
    return choice
