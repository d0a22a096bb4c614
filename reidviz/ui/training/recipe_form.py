"""An input for every setting of a recipe, in groups; what they are, the recipe's fields say."""

from typing import Any, get_args

import streamlit as st
from streamlit.elements.lib.grid_container import GridContainer

from reidviz.common.setting import Setting
from reidviz.training.recipe import GROUPS, SETTINGS, Recipe, type_of, value_of
from reidviz.ui.widgets.markup import Markdown, literal


def recipe_inputs(recipe: Recipe, key: str, without: str) -> dict[str, Any]:
    """Draw all inputs but one, holding the recipe's settings at first; what they hold now, as changed() takes it.

    Inputs under another key start anew from the recipe.
    """
    values: dict[str, Any] = {}
    for group in GROUPS:
        with group_of_inputs(literal(group)):
            for name, setting in SETTINGS.items():
                if setting.group == group and name != without:
                    values[name] = setting_input(name, value_of(recipe, name), f"{key}-{name}")
    return values


def group_of_inputs(title: Markdown) -> GridContainer:
    """A grid to draw inputs in, beside its title."""
    left, right = st.columns([1, 7], gap="small")
    left.markdown(f"**{title}**")
    return right.grid(columns=6, min_column_width=112, vertical_alignment="bottom")


def setting_input(name: str, value: Any, key: str) -> Any:
    """Draw the input of one setting; what it holds."""
    setting, kind = SETTINGS[name], type_of(name)
    label, meaning = literal(setting.label), _help(setting)
    if options := get_args(kind):
        return st.selectbox(label, options, options.index(value), key=key, help=meaning, persist_state="session")
    if kind is bool:
        return st.selectbox(label, ("yes", "no"), 1 - value, key=key, help=meaning, persist_state="session") == "yes"
    low, high = (0 if setting.low is None else setting.low), setting.high
    most = None if high is None else kind(high)
    form = "%d" if kind is int else "%g"
    step = kind(setting.step or 1)
    return kind(
        st.number_input(label, kind(low), most, value, step, form, key=key, help=meaning, persist_state="session")
    )


def _help(setting: Setting) -> Markdown:
    meaning = literal(setting.meaning)
    return Markdown(f"{meaning} {literal(setting.range.capitalize())}.") if setting.range else meaning
