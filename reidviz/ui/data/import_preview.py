"""What a folder is read as, before it is added: persons, cameras with examples, twelve of its files, another rule."""

from pathlib import Path

import numpy as np
import streamlit as st

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import MARK, printable, short
from reidviz.data.catalogue.imported import add, candidates, questionable
from reidviz.data.dataset import Dataset
from reidviz.data.formats.reading import is_misfit, unread_line
from reidviz.data.keys import key_of
from reidviz.ui.session.datasets import dataset_named
from reidviz.ui.session.keys import DATA_ADDED, NOT_ADDED, UNPACKED
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import show_error

FILES = 12
FOUND, NONE, PART, EXPRESSION = "found by pattern", "no cameras", "a part of the name", "a regular expression"
EXAMPLE = r"(?P<identity>\d+)_c(?P<camera>\d+)"


def preview(folder: Path) -> None:
    """Show what the folder is read as, let the user say otherwise, and add it when asked."""
    try:
        offered = _candidates(str(folder))
    except ReidvizError as error:
        show_error(error)
        offered = (f"folder:{folder}",)
    if len(offered) > 1:
        st.info(f"There are {len(offered)} lists in it. Which one names the images?", icon=":material/help:")
    spec = offered[0] if len(offered) == 1 else st.selectbox("Read by", offered, key="add-list", format_func=short)
    if spec.startswith("folder:") and Path(spec.partition(":")[2]).is_dir():
        spec += _rule()
    try:
        dataset = dataset_named(spec)
    except ReidvizError as error:
        show_error(error)
        return
    cameras = set(dataset.cameras.tolist()) - {""}
    seen_by = Markdown(f"{len(cameras):,} cameras" if cameras else "unknown cameras")
    st.markdown(
        f"**{len(dataset.samples):,} images of {len(dataset.persons):,} persons by {seen_by}**, "
        f"read as {literal(short(dataset.name))}."
    )
    doubt = questionable(dataset)
    sure = not doubt or st.checkbox(f"{literal(doubt)} Add it all the same.", key=f"add-sure {key_of(spec)}")
    st.button(
        "Add this data set",
        icon=":material/add:",
        type="primary",
        key="add-now",
        disabled=not sure,
        on_click=_add,
        args=(folder.name, spec),
    )
    for note in (*dataset.notes, unread_line(dataset)):
        if note:
            st.caption(literal(note))
    st.dataframe(_table(dataset), hide_index=True, key="add-files")


@st.cache_data(max_entries=16, ttl=60, show_spinner="Looking at the folder …")
def _candidates(folder: str) -> tuple[str, ...]:
    return candidates(Path(folder))


def _rule() -> str:
    """How the names of files are to be understood, as it stands in the name of the data set."""
    a, b, c = st.columns([2, 1, 1])
    how = a.selectbox("Cameras and identities from the files' names", [FOUND, NONE, PART, EXPRESSION], key="add-rule")
    if how == NONE:
        return f"{MARK}none"
    if how == PART:
        number = b.number_input("Part", 1, 20, 1, key="add-part", help="Counted from 1")
        separator = c.text_input("Separator", "_", key="add-separator", max_chars=5) or "_"
        return f"{MARK}part:{number}" + ("" if separator == "_" else f":{separator}")
    if how == EXPRESSION:
        written = st.text_input(
            "Regular expression",
            EXAMPLE,
            key="add-expression",
            max_chars=200,
            help="Found anywhere in a file's path below the folder. The group camera names the camera, the group "
            "identity the person; without that group it is the folder.",
        )
        return f"{MARK}{written}"
    return ""


def _table(dataset: Dataset) -> dict[str, list[str]]:
    """What twelve files become: those that do not fit first, then some by every camera, from beginning to end."""
    misfits = [(name, one.reason) for one in dataset.unread if is_misfit(one.reason) for name in one.examples][:3]
    count = FILES - len(misfits)
    cameras = np.unique(dataset.cameras)[:count]
    places: set[int] = set()
    for rest, camera in zip(range(len(cameras), 0, -1), cameras, strict=True):
        its = np.flatnonzero(dataset.cameras == camera)
        share = min(len(its), (count - len(places)) // rest)
        places.update(its[np.linspace(0, len(its) - 1, share).round().astype(int)].tolist())
    some = [dataset.samples[i] for i in sorted(places)]
    return {
        "file": [printable(name) for name, _ in misfits] + [printable(s.id) for s in some],
        "person": [""] * len(misfits) + [printable(s.identity) for s in some],
        "camera": [""] * len(misfits) + [printable(s.camera or "unknown") for s in some],
        "role": [f"not read: {printable(reason)}" for _, reason in misfits] + [s.split or "by protocol" for s in some],
    }


def _add(name: str, spec: str) -> None:
    try:
        add(name, spec)
    except ReidvizError as error:
        NOT_ADDED.set(error)
        return
    UNPACKED.pop()
    DATA_ADDED.set(spec)
