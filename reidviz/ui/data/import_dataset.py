"""Adding a data set: a folder below the data folder, or a zip; what it is read as is shown before it is added."""

import shutil
import tempfile
from pathlib import Path
from uuid import uuid4

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import short
from reidviz.common.progress import Progress
from reidviz.data.catalogue.imported import added, discard, folders, is_added, is_unpacked, remove, unpack, unpacked_for
from reidviz.data.catalogue.zip_import import place_of
from reidviz.data.doctor.findings import counted
from reidviz.ui.background.jobs import quick_board
from reidviz.ui.background.progress_bar import watch
from reidviz.ui.data.dataset_card import show_examples, show_known
from reidviz.ui.data.import_preview import preview
from reidviz.ui.session.datasets import BUILT_IN
from reidviz.ui.session.keys import (
    ADD_DATA_OPEN,
    CHOSEN_BEFORE,
    DATA,
    DATA_ADDED,
    IMPORTING,
    MODELS,
    NOT_ADDED,
    PROTOCOL,
    UNPACKED,
    UPLOADS_TAKEN,
    ZIP,
    ZIP_NAME,
    ZIP_NAME_PROPOSED,
    Key,
)
from reidviz.ui.widgets.image_upload import free
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import show_error

LARGEST_MB = 2_000


def choose_added() -> None:
    """Where a data set was added a moment ago, choose it in the sidebar; to be called before that is drawn."""
    spec = DATA_ADDED.pop()
    if spec:
        DATA.set(spec)
        ADD_DATA_OPEN.set(False)
        for key in (PROTOCOL, MODELS, CHOSEN_BEFORE):
            key.pop()
        st.query_params.clear()


def show_add() -> None:
    """Draw which folders may be read, both ways, what can be read, and what was added."""
    st.caption(_may_be_read())
    box = st.expander("Add a data set", icon=":material/add:", key=ADD_DATA_OPEN.name, on_change="rerun")
    if not box.open:
        return
    with box:
        if unpacked := UNPACKED.get():
            _unpacked(unpacked)
        else:
            left, right = st.columns([2, 5])
            with left:
                way = st.segmented_control(
                    "From", ["A folder", "A zip"], default="A folder", required=True, key="add-way"
                )
            with right:
                if way == "A zip":
                    _zip()
                    folder = None
                else:
                    folder = _folder()
            if folder is not None:
                preview(folder)
                if is_unpacked(folder) and not is_added(folder):
                    _offer_to_discard(folder)
        if (error := NOT_ADDED.pop()) is not None:
            show_error(error)
        _added()
        with st.popover("What can be read", icon=":material/help:"):
            show_examples()
            show_known()


def _may_be_read() -> Markdown:
    """Whose folders this server reads, a sentence."""
    if settings.any_folder():
        return Markdown(
            ":material/folder_open: Any folder of this machine may be read here, since the server answers to this "
            "machine only."
        )
    named = len(settings.data_roots()) - 2
    others = literal(counted(named, "folder"))
    more = Markdown(f" and the {others} named by whoever started the server" if named else "")
    return Markdown(f":material/folder: Data sets are read from the data folder{more} only.")


def _folder() -> Path | None:
    found = folders()
    if not found:
        st.info(
            "There is no folder below the data folder (`data/` beside the app, or REIDVIZ_IMPORTS). Put data sets "
            "there" + (", or type NAME:FOLDER into *Data set* in the sidebar." if settings.any_folder() else ".")
        )
        return None
    names = [folder.name for folder in found]
    return st.selectbox(
        "Folder",
        found,
        key="add-folder",
        format_func=lambda f: f.name if names.count(f.name) == 1 else f"{f.parent.name}/{f.name}",
    )


def _unpacked(folder: Path) -> None:
    """What came out of a zip, before it is added."""
    st.markdown(f"**{literal(folder.name)}** is unpacked. Is it read right?")
    preview(folder)
    _offer_to_discard(folder)


def _offer_to_discard(folder: Path) -> None:
    st.button(
        "Discard what was unpacked", icon=":material/delete:", key="add-discard", on_click=_discard, args=(folder,)
    )


def _discard(folder: Path) -> None:
    try:
        discard(folder)
    except ReidvizError as error:
        NOT_ADDED.set(error)
    UNPACKED.pop()


def _zip() -> None:
    file = st.file_uploader(
        "A zip of a data set's folder",
        type="zip",
        key=_uploader().name,
        on_change=_name_it,
        max_upload_size=LARGEST_MB,
        help=f"Up to {LARGEST_MB:,} MB, which the server holds in memory meanwhile; unpack larger ones in the data "
        "folder yourself. Images and lists are unpacked, everything else is left out.",
    )
    name = st.text_input("Name", key=ZIP_NAME.name, max_chars=60)
    if importing := IMPORTING.get():
        _import(*importing)
        return
    st.button(
        "Unpack",
        icon=":material/unarchive:",
        disabled=file is None,
        key="add-zip-now",
        on_click=_start,
        args=(file, name.strip()),
    )


def _uploader() -> Key[UploadedFile]:
    """The key of the field for zips; another one after each import, so that an upload is not held once it is taken."""
    return ZIP.of(str(UPLOADS_TAKEN.get(0)))


def _name_it() -> None:
    """Propose the file's name, unless somebody has typed one meanwhile."""
    file = _uploader().get()
    if ZIP_NAME.get("") in ("", ZIP_NAME_PROPOSED.get()):
        name = "" if file is None else Path(file.name).stem[:60]
        ZIP_NAME.set(name)
        ZIP_NAME_PROPOSED.set(name)


def _start(file: UploadedFile, name: str) -> None:
    """Unpack in the background a copy that is in no folder, so that none is left however this ends.

    Where it cannot be called so the upload stays, to be given another name.
    """
    try:
        settings.must_be_writable()
        place_of(name, settings.data_dir())
        settings.data_dir().mkdir(parents=True, exist_ok=True)
        copy = tempfile.TemporaryFile(dir=settings.data_dir())  # noqa: SIM115
        shutil.copyfileobj(file, copy)
    except ReidvizError as error:
        NOT_ADDED.set(error)
        return
    except OSError as error:
        NOT_ADDED.set(ReidvizError(f"The zip could not be kept: {error.strerror}.", "Free some room."))
        return

    def work(progress: Progress) -> None:
        with copy:
            unpack(copy, name, progress)

    key = f"import {uuid4().hex}"
    quick_board().start(key, work)
    IMPORTING.set((key, name))
    UPLOADS_TAKEN.set(UPLOADS_TAKEN.get(0) + 1)
    free(file)


def _import(key: str, name: str) -> None:
    """Wait for what is unpacked; once it is there, show it."""
    job = quick_board().get(key)
    if job is not None and not job.finished:
        watch(key, quick_board())
        return
    IMPORTING.pop()
    quick_board().forget(key)
    if job is not None and job.state == "failed" and job.error is not None:
        show_error(job.error)
    elif job is not None and job.state == "cancelled":
        st.info("The import was cancelled. Nothing was kept.", icon=":material/cancel:")
    else:
        folder = next((one for one in folders() if one.name == name and is_unpacked(one)), None)
        if folder is not None:
            UNPACKED.set(folder)
        st.rerun()


def _added() -> None:
    """What was added, to be removed."""
    specs = added()
    if not specs:
        return
    with st.popover("Remove a data set", icon=":material/delete:"):
        spec = st.selectbox("Data set", specs, key="remove-data", format_func=short)
        st.caption(
            "Its images, unpacked from a zip, are deleted."
            if unpacked_for(spec)
            else "Only its entry goes, and the list that was written here for it; its images stay where they are."
        )
        st.button("Remove it", icon=":material/delete:", key="remove-now", on_click=_remove, args=(spec,))


def _remove(spec: str) -> None:
    try:
        remove(spec)
    except ReidvizError as error:
        NOT_ADDED.set(error)
        return
    if DATA.get() == spec:
        DATA_ADDED.set(BUILT_IN[0])
