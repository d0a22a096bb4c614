"""Adding a data set: a folder below the data folder, or a zip."""

import tempfile
from pathlib import Path

import streamlit as st

from reidviz import settings
from reidviz.data.catalogue import add_folder, add_zip, folders
from reidviz.data.zips import recognised
from reidviz.errors import ReidvizError
from reidviz.progress import Progress
from reidviz.ui.data_card import show_known
from reidviz.ui.jobs import board
from reidviz.ui.messages import show_error
from reidviz.ui.waiting import watch

LARGEST_MB = 2_000


def choose_added() -> None:
    """Where a data set was added a moment ago, choose it in the sidebar; to be called before that is drawn."""
    spec = st.session_state.pop("data added", None)
    if spec:
        st.session_state["data"] = spec
        for key in ("protocol", "models"):
            st.session_state.pop(key, None)
        st.session_state.pop("chosen before", None)
        st.query_params.clear()


def show_add() -> None:
    """Draw both ways, and what can be read."""
    busy = "importing" in st.session_state or "not added" in st.session_state
    with st.expander("Add a data set", icon=":material/add:", key="data-add", expanded=busy):
        way = st.segmented_control("From", ["A folder", "A zip"], default="A folder", required=True, key="add-way")
        if way == "A folder":
            _folder()
        else:
            _zip()
        st.markdown("**What can be read**")
        show_known()


def _folder() -> None:
    found = folders()
    if not found:
        st.info(
            f"There is no folder in {settings.data_dir()}. Put data sets there, or type NAME:FOLDER into *Data set* in "
            "the sidebar."
        )
        return
    chosen = st.selectbox("Folder", found, key="add-folder", format_func=str)
    st.button("Add this folder", icon=":material/folder_open:", key="add-folder-now", on_click=_add, args=(chosen,))
    if (error := st.session_state.pop("not added", None)) is not None:
        show_error(error)


def _add(folder: Path) -> None:
    try:
        st.session_state["data added"] = add_folder(folder)
    except ReidvizError as error:
        st.session_state["not added"] = error


def _zip() -> None:
    file = st.file_uploader(
        "A zip of a data set's folder",
        type="zip",
        key="add-zip",
        on_change=_name_it,
        max_upload_size=LARGEST_MB,
        help=f"Up to {LARGEST_MB:,} MB, which the server holds in memory meanwhile; unpack larger ones in "
        f"{settings.data_dir()} yourself. Pictures and lists are unpacked, everything else is left out.",
    )
    name = st.text_input("Name", key="add-name", max_chars=60)
    running = st.session_state.get("importing")
    if running is not None:
        _import(running)
        return
    if st.button("Import", icon=":material/unarchive:", disabled=file is None, key="add-zip-now") and file is not None:
        with tempfile.NamedTemporaryFile(prefix="reidviz-", suffix=".zip", delete=False) as kept:
            kept.write(file.getvalue())
        st.session_state["importing"] = (kept.name, name.strip())
        st.rerun()


def _name_it() -> None:
    file = st.session_state["add-zip"]
    st.session_state["add-name"] = "" if file is None else Path(file.name).stem[:60]


def _import(running: tuple[str, str]) -> None:
    """Unpack in the background; once it is there, choose it."""
    path, name = Path(running[0]), running[1]

    def work(progress: Progress) -> None:
        try:
            add_zip(path, name, progress)
        finally:
            path.unlink(missing_ok=True)

    key = f"import {path}"
    job = board().get(key) or board().start(key, work)
    if not job.finished:
        watch(key, board())
        return
    path.unlink(missing_ok=True)  # the work never began where it was cancelled while it waited for its turn
    del st.session_state["importing"]
    board().forget(key)
    if job.state == "failed" and job.error is not None:
        show_error(job.error)
    elif job.state == "cancelled":
        st.info("The import was cancelled. Nothing was kept.", icon=":material/cancel:")
    else:
        st.session_state["data added"] = recognised(settings.data_dir() / name)
        st.rerun()
