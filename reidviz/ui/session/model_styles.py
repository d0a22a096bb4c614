"""How the chosen models look on every page: by name, whether or not their results have arrived."""

import re
from collections.abc import Iterable

import streamlit as st

from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.figures.style import ModelStyle, style_of
from reidviz.ui.widgets.markup import render

AT_STEP = re.compile(r" at step \d+")
"""What the name of a model says of how far its training is."""


def styles_of(rankers: Iterable[Ranker]) -> dict[tuple[object, ...], ModelStyle]:
    """The look of each of these, by its source: its name may tell a step or a cascade."""
    names: dict[tuple[object, ...], str] = {}
    for one in rankers:
        names.setdefault(one.source, AT_STEP.sub("", one.name))
    styles = style_of(names.values())
    return {key: styles[name] for key, name in names.items()}


def sign_menu(key: str, rankers: Iterable[Ranker]) -> None:
    """Put its sign before each model in the menu of that key, in the order in which they are chosen there."""
    st.html(render("session/menu_signs.html", key=key, styles=list(styles_of(rankers).values())))
