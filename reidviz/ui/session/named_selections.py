"""Selections that were given a name: they are kept beside the added data, each with the data set it is of."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import read_json, write_json
from reidviz.data.keys import key_of
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import NAMED_SELECTION, SELECTION, SELECTION_NOT_KEPT
from reidviz.ui.session.selection import Selection
from reidviz.ui.session.stamp import stamp_of
from reidviz.ui.widgets.markup import literal
from reidviz.ui.widgets.messages import show_error

MOST_BYTES = 64 * 1024**2
MOST_LETTERS = 60
MOST_KEPT = 200


@dataclass(frozen=True)
class Named:
    """A selection under a name."""

    name: str
    selection: Selection


def named_selections(data: str) -> dict[str, Selection]:
    """The selections of a data set, by the manifest hash of it, that were given a name; damaged files are left out."""
    files = sorted(_folder(data).glob("*.json"))[:MOST_KEPT]
    return _read(data, tuple(files), stamp_of(*files)) if files else {}


@st.cache_resource(max_entries=16, show_spinner=False)
def _read(data: str, files: tuple[Path, ...], stamp: tuple[int, ...]) -> dict[str, Selection]:
    """The same of these files at one moment."""
    found = {}
    for file in files:
        try:
            one = read_json(file, Named, "A selection", MOST_BYTES)
        except ReidvizError:
            continue
        if one.selection.data == data:
            found[one.name] = one.selection
    return dict(sorted(found.items()))


def show_named(choice: Choice, kept: Mapping[str, Selection]) -> None:
    """Draw the selections of this data set to go back to, and what gives the present one a name."""
    data = choice.dataset.manifest_hash
    present = SELECTION.get(Selection())
    writable = bool(present.ids) and present.data == data and not settings.read_only()
    if not kept and not writable:
        return
    with st.popover("Selections", icon=":material/bookmarks:"):
        for name, one in kept.items():
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    f"{literal(name)} ({len(one.ids):,})",
                    key=f"take selection {name}",
                    help="Select these images",
                    on_click=SELECTION.set,
                    args=(one,),
                )
                if not settings.read_only():
                    st.button(
                        "Delete",
                        key=f"delete selection {name}",
                        icon=":material/delete:",
                        type="tertiary",
                        on_click=_delete,
                        args=(data, name),
                    )
        if writable:
            st.text_input("Name of the present selection", key=NAMED_SELECTION.name, max_chars=MOST_LETTERS)
            st.button("Keep it", key="keep-selection", icon=":material/bookmark_add:", on_click=_keep)
        if error := SELECTION_NOT_KEPT.pop():
            show_error(error)


def _keep() -> None:
    name, selection = (NAMED_SELECTION.get("") or "").strip(), SELECTION.get(Selection())
    try:
        if not name:
            raise ReidvizError("The selection was not kept.", "Give it a name first.")
        settings.must_be_writable()
        write_json(_file(selection.data, name), asdict(Named(name[:MOST_LETTERS], selection)))
        NAMED_SELECTION.set("")
    except ReidvizError as error:
        SELECTION_NOT_KEPT.set(error)


def _delete(data: str, name: str) -> None:
    try:
        settings.must_be_writable()
        _file(data, name).unlink(missing_ok=True)
    except ReidvizError as error:
        SELECTION_NOT_KEPT.set(error)
    except OSError as error:
        SELECTION_NOT_KEPT.set(ReidvizError(f"It could not be deleted: {error.strerror}.", "Check the permissions."))


def _folder(data: str) -> Path:
    return settings.data_dir() / ".selections" / key_of(data)[:16]


def _file(data: str, name: str) -> Path:
    return _folder(data) / f"{key_of(name)[:16]}.json"
