"""The address tells what a page shows: a link to it shows the same, and Back undoes what was done, a step a press."""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from reidviz.ui.session import keys
from reidviz.ui.session.keys import LINKED, Key

T = TypeVar("T")
TOLD: Final = (
    keys.DATA,
    keys.PROTOCOL,
    keys.MODELS,
    keys.CHOSEN_BEFORE,
    keys.SELECTION,
    keys.FUSED_PAIRS,
    keys.FUSION_WEIGHTS,
    keys.RERANK,
    keys.EXPAND,
    keys.RUN,
)
"""What the session keeps that the address tells under names of its own."""


OF_ANY_DATA: Final = ("fuse", "rerank", "expand", "dial", "view", "source")
"""What the address tells that is true of any data."""


def follow_address() -> None:
    """Where the user went back or forward, forget what the session holds, so that the address is read as if by a new
    one. To be called before anything else reads the address or the session."""
    context = get_script_run_ctx()
    if context is None or not context.is_history_navigation or "data" not in st.query_params:
        return
    for key in TOLD:
        key.pop()
    for name in LINKED.pop() or ():
        st.session_state.pop(name, None)
        _kept(name).pop()


def linked(name: str, key: Key[T], options: Sequence[T], default: T) -> None:
    """Let the menu of that key, which is drawn next, hold what the user chose, else what the address tells under a
    name, else a default; and let the address tell it.

    It is kept while other pages are shown, whose menus Streamlit forgets, and set in every run: Streamlit drops what a
    run that was interrupted had not yet sent.
    """
    follows(key)
    told = st.query_params.get(name)
    wanted = key.get(), _kept(key.name).get(), next((one for one in options if str(one) == told), None)
    value = next((one for one in wanted if one is not None and one in options), default)
    key.set(value)
    _kept(key.name).set(value)
    tell(name, *([str(value)] if value != default else []))


def follows(key: Key[Any]) -> bool:
    """What this key keeps is told by the address, so it is forgotten where the user goes back. Whether the address is
    to be read: it was not since it was opened or gone back to."""
    known = LINKED.get(set())
    LINKED.set(known | {key.name})
    return key.name not in known


def tell_choice(data: str, protocol: str, models: list[str], another: bool) -> None:
    """Let the address tell what is chosen in the sidebar; where that is another test than before, what it tells of the
    former is taken out."""
    told = {name: st.query_params.get_all(name) for name in st.query_params}
    kept = {name: values for name, values in told.items() if name in OF_ANY_DATA or not another}
    wanted = kept | {"data": [data], "protocol": [protocol], "models": models}
    if wanted != told:
        st.query_params.from_dict(wanted)


def tell(name: str, *values: str) -> None:
    """Let the address tell these values under a name; nothing where there are none."""
    if not values:
        st.query_params.pop(name, None)
    elif st.query_params.get_all(name) != list(values):
        st.query_params[name] = values


def _kept(name: str) -> Key[Any]:
    return Key(f"{name} kept")
