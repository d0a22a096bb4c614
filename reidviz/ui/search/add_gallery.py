"""Adding images to be searched: a folder, a zip or a data set, described in the background."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.leftovers import temporary_folder
from reidviz.common.printable import printable, short
from reidviz.common.progress import Progress
from reidviz.common.roots import existing_root
from reidviz.gallery.describe import describing_ranker
from reidviz.gallery.named import Gallery, check_name, galleries
from reidviz.gallery.remove import remove, remove_model
from reidviz.gallery.update import add, update
from reidviz.ui.background.jobs import board
from reidviz.ui.background.progress_bar import watch
from reidviz.ui.session.datasets import known_data
from reidviz.ui.session.keys import (
    GALLERY,
    GALLERY_ADDING,
    GALLERY_NOT_CHANGED,
    GALLERY_ZIP,
    UPLOADS_TAKEN,
    Key,
)
from reidviz.ui.session.models import known_rankers
from reidviz.ui.widgets.image_upload import free
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import show_error

LARGEST_MB = 2_000
WAYS: Final = ("A folder or list", "A zip", "A data set")
EXAMPLE: Final = ("People of synthetic cuhk03", "synthetic:cuhk03")


def show_adding() -> None:
    """Draw how far a gallery is that this session adds to, and what became of it."""
    if (error := GALLERY_NOT_CHANGED.pop()) is not None:
        show_error(error)
    adding = GALLERY_ADDING.get()
    if adding is None:
        return
    key, name = adding
    job = board().get(key)
    if job is not None and not job.finished:
        st.markdown(f"Describing the images of **{literal(name)}**. What is done can be searched already.")
        watch(key, board())
        return
    GALLERY_ADDING.pop()
    board().forget(key)
    if job is not None and job.state == "failed" and job.error is not None:
        show_error(job.error)
    elif job is not None and job.state == "cancelled":
        st.info("This was cancelled. What was described is kept; *Update* goes on.", icon=":material/cancel:")


def show_add(gallery: Gallery | None) -> None:
    """Draw what adds a gallery, and what can be done with the chosen one."""
    if gallery is not None:
        with st.popover("This gallery", icon=":material/photo_library:"):
            _manage(gallery)
    with st.popover("Add a gallery", icon=":material/add:"):
        _form()


def offer_example() -> None:
    """Draw the press that makes a gallery of drawn people."""
    st.button(
        "Make a gallery of the built-in people",
        icon=":material/auto_awesome:",
        type="primary",
        key="gallery-example",
        on_click=_start,
        args=(EXAMPLE[0], EXAMPLE[1], _models()[0]),
    )


def _models() -> list[str]:
    """The models that give features, each by the path of its file."""
    rankers = known_rankers().values()
    found = [one for one in rankers if one.kind == "distance" and one.refinement is None and not one.parts]
    return [str(one.path) for one in sorted(found, key=lambda one: one.path.stem != "mtdnet")]


def _form() -> None:
    names = {str(one.path): one.name for one in known_rankers().values() if one.kind == "distance"}
    way = st.segmented_control(
        "Images from", WAYS, default=WAYS[0], required=True, key="gallery-way", format_func=literal
    )
    images: str | UploadedFile | None
    if way == WAYS[0]:
        images = st.text_input(
            "Folder or list",
            key="gallery-folder",
            placeholder="/data/crops or /data/crops.csv",
            help="Any images, in folders or not; a list is CSV or Parquet with a column path and, if you like, camera "
            "and timestamp. Nobody has to be named.",
        ).strip()
    elif way == WAYS[1]:
        images = st.file_uploader("A zip of images", type="zip", key=_upload().name, max_upload_size=LARGEST_MB)
    else:
        images = st.selectbox("Data set", known_data(), key="gallery-data", format_func=short)
    models = _models()
    name = st.text_input("Name of the gallery", key="gallery-name", max_chars=60).strip()
    by = st.selectbox(
        "Described by", range(len(models)), key="gallery-by", format_func=lambda i: printable(names[models[i]])
    )
    st.button(
        "Describe them",
        icon=":material/play_arrow:",
        key="gallery-add-now",
        disabled=not images or not name or by is None,
        on_click=_start,
        args=(name, images, models[by or 0] if models else ""),
    )


def offer_removal(name: str) -> None:
    """Draw the press that removes a gallery."""
    st.button("Remove it", icon=":material/delete:", key="remove-gallery", on_click=_change, args=(remove, name))


def _manage(gallery: Gallery) -> None:
    unreadable = len(gallery.unreadable) + gallery.unnamed
    st.caption(
        f"Made {literal(gallery.created[:10])}; {unreadable:,} image{'' if unreadable == 1 else 's'} could not be read."
    )
    for note in gallery.notes:
        st.caption(literal(note))
    for one in gallery.unreadable[:10]:
        st.caption(f"{literal(one.id)}: {literal(one.reason)}")
    st.button("Update", icon=":material/sync:", key="gallery-update", on_click=_update, args=(gallery.name,))
    for model in gallery.models if len(gallery.models) > 1 else ():
        st.button(
            Markdown(f"Forget {literal(model.name)}"),
            icon=":material/playlist_remove:",
            key=f"forget-{model.sha256}",
            help="Removes what this model made of the gallery; what the others made of it stays.",
            on_click=_change,
            args=(remove_model, gallery.name, model.name),
        )
    offer_removal(gallery.name)


def _upload() -> Key[UploadedFile]:
    return GALLERY_ZIP.of(str(UPLOADS_TAKEN.get(0)))


def _start(name: str, images: str | UploadedFile, model: str) -> None:
    """Describe in the background; what is wrong with the names is said at once."""
    try:
        settings.must_be_writable()
        check_name(name)
        describing_ranker(model)
        if isinstance(images, str):
            if ":" not in images:
                existing_root(images)
            work = partial(_add, name, images, model)
        else:
            if name in galleries():
                raise ReidvizError(f"There is a gallery called {name} already.", "Choose another name.")
            held = ExitStack()
            work = partial(_add_copy, name, _copy(images, held), held, model)
    except ReidvizError as error:
        GALLERY_NOT_CHANGED.set(error)
        return
    _run(name, work)


def _copy(file: UploadedFile, held: ExitStack) -> Path:
    """The upload in a folder of its own, which stays until the stack is closed or this process ends."""
    try:
        folder = held.enter_context(temporary_folder(settings.galleries_dir()))
        with open(folder / "images.zip", "xb") as kept:
            shutil.copyfileobj(file, kept)
    except OSError as error:
        held.close()
        raise ReidvizError(f"The zip could not be kept: {error.strerror}.", "Free some room.") from error
    UPLOADS_TAKEN.set(UPLOADS_TAKEN.get(0) + 1)
    free(file)
    return folder / "images.zip"


def _add(name: str, images: str, model: str, progress: Progress) -> None:
    add(name, images, model, progress=progress)


def _add_copy(name: str, file: Path, held: ExitStack, model: str, progress: Progress) -> None:
    with held:
        add(name, str(file), model, progress=progress)


def _update(name: str) -> None:
    _run(name, partial(_bring_up_to_date, name))


def _bring_up_to_date(name: str, progress: Progress) -> None:
    update(name, progress)


def _run(name: str, work: Callable[[Progress], None]) -> None:
    key = f"gallery {uuid4().hex}"
    board().start(key, work)
    GALLERY_ADDING.set((key, name))
    GALLERY.set(name)


def _change(change: Callable[..., object], name: str, *more: str) -> None:
    """Remove something, and choose anew."""
    try:
        change(name, *more)
    except ReidvizError as error:
        GALLERY_NOT_CHANGED.set(error)
    GALLERY.pop()
