"""How many images are selected, on every page: to be cleared, taken away as a list, and found again by the address."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import read_json, write_json
from reidviz.common.printable import spreadsheet_cell
from reidviz.data.keys import key_of
from reidviz.ui.session.address import tell
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import SELECTION
from reidviz.ui.session.named_selections import named_selections, show_named
from reidviz.ui.session.selection import Selection, clear, selected

MOST_BYTES = 64 * 1024**2
_KEY = re.compile(r"[0-9a-f]{16}")


def show_selection(choice: Choice) -> None:
    """Draw the chip in the sidebar, where anything of the chosen data set is selected or was under a name; keep it for
    the address."""
    named = named_selections(choice.dataset.manifest_hash)
    _recall(named)
    places = selected(choice)
    present = SELECTION.get(Selection())
    if len(places):
        name = next((name for name, one in named.items() if one == present), None)
        tell("selection", name or _keep(present))
    else:
        tell("selection")
    with st.sidebar, st.container(horizontal=True, vertical_alignment="center"):
        if len(places):
            _show_chip(choice, len(places))
        show_named(choice, named)


def _show_chip(choice: Choice, count: int) -> None:
    st.button(
        f"{count:,} selected",
        icon=":material/close:",
        key="selection-clear",
        help="Select nothing",
        on_click=clear,
    )
    st.download_button(
        "CSV",
        data=lambda: _table(choice),
        file_name="selection.csv",
        mime="text/csv",
        icon=":material/download:",
        key="selection-csv",
        help="Id, person, camera and role of each selected image",
        on_click="ignore",
    )


def _recall(named: Mapping[str, Selection]) -> None:
    """What the address says, where this session has selected nothing yet."""
    wanted = st.query_params.get("selection", "")
    if SELECTION.get() is not None or not wanted:
        return
    if wanted in named:
        SELECTION.set(named[wanted])
        return
    try:
        if not _KEY.fullmatch(wanted):
            raise ReidvizError("There is no selection of that name.")
        SELECTION.set(read_json(_file(wanted), Selection, "The selection", MOST_BYTES))
    except ReidvizError:
        st.sidebar.caption("The selection that the address tells of is not known here.")
        SELECTION.set(Selection())


def _keep(selection: Selection) -> str:
    """Write it down, unless it was; the key that the address tells."""
    key = key_of(selection)[:16]
    if not _file(key).is_file():
        write_json(_file(key), asdict(selection))
    return key


def _file(key: str) -> Path:
    return settings.cache_dir() / "selections" / f"{key}.json"


def _table(choice: Choice) -> bytes:
    """The selected images as CSV."""
    parts = choice.split
    roles = {
        int(i): role
        for role, part in (("train", parts.train), ("gallery", parts.gallery), ("probe", parts.probes))
        for i in part
    }
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(["path", "identity", "camera", "role"])
    for i in selected(choice).tolist():
        sample = choice.dataset.samples[i]
        cells = sample.id, sample.identity, sample.camera or "", roles.get(i, "")
        writer.writerow([spreadsheet_cell(cell) for cell in cells])
    return made.getvalue().encode()
