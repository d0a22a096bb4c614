"""The name under which a model is added, and the button that adds it."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from reidviz.common.errors import ReidvizError
from reidviz.ui.session.keys import CHOSEN_BEFORE, MODEL_ADDED, MODEL_FILE, MODEL_NAME, MODEL_NOT_TAKEN, MODELS
from reidviz.ui.widgets.messages import show_error

MOST_LETTERS = 60


def offer_to_add(file: Path, add: Callable[[str], Path]) -> None:
    """Draw name and button. add: keeps the model under a name, and returns where."""
    key = MODEL_NAME.of(str(file))
    if key.get() is None:
        key.set(file.stem[:MOST_LETTERS])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Its name here", key=key.name, max_chars=MOST_LETTERS)
        st.button(
            "Add the model", type="primary", icon=":material/add:", key="model-add", on_click=_add, args=(file, add)
        )
    if (error := MODEL_NOT_TAKEN.pop()) is not None:
        show_error(error)


def _add(file: Path, add: Callable[[str], Path]) -> None:
    """Keep it, and choose it in the sidebar."""
    try:
        kept = add(MODEL_NAME.of(str(file)).get("").strip())
    except ReidvizError as error:
        MODEL_NOT_TAKEN.set(error)
        return
    MODEL_FILE.pop()
    MODEL_ADDED.set(kept.stem)
    chosen = MODELS.get(CHOSEN_BEFORE.get({}).get("models", []))
    MODELS.set(list(dict.fromkeys([*chosen, kept.stem])))
