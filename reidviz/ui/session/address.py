"""The address tells what a page shows: a link to it shows the same, and Back undoes what was done, a step a press."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs

import streamlit as st
from streamlit.navigation.page import Page

from reidviz.ui.session import keys
from reidviz.ui.session.keys import LINKED, WENT_BACK, Key

T = TypeVar("T")
MOST_FIELDS = 200
_went_back = st.components.v2.component(
    "reidviz_went_back", js=Path(__file__).with_name("went_back.js").read_text(encoding="utf-8")
)
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
    """Follow the user back and forward. To be called before anything else reads the address or the session."""
    address = _went_back(key=WENT_BACK.name, height=1, on_address_change=lambda: None).address
    if address:
        _adopt(str(address))


def _adopt(address: str) -> None:
    """Forget what the session holds, so that the address is read as if by a new one."""
    path, _, search = address.partition("?")
    told = parse_qs(search, max_num_fields=MOST_FIELDS)
    if "data" not in told:
        return
    st.query_params.from_dict(told)
    keys.PAGE_TOLD.set(path.rstrip("/").rpartition("/")[2])
    for key in TOLD:
        key.pop()
    for name in LINKED.pop() or ():
        st.session_state.pop(name, None)
        _kept(name).pop()


def page_told(pages: list[Page], shown: Page) -> Page | None:
    """The page that the user went back to, where another one is shown: Streamlit may have left it again meanwhile."""
    told = keys.PAGE_TOLD.pop()
    page = next((one for one in pages if one.url_path == told), None)
    return page if page is not None and page.url_path != shown.url_path else None


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
    st.query_params.from_dict(kept | {"data": [data], "protocol": [protocol], "models": models})


def tell(name: str, *values: str) -> None:
    """Let the address tell these values under a name; nothing where there are none."""
    if not values:
        st.query_params.pop(name, None)
    elif st.query_params.get_all(name) != list(values):
        st.query_params[name] = values


def _kept(name: str) -> Key[Any]:
    return Key(f"{name} kept")
