"""The door for models from elsewhere: a file that is uploaded or lies on this machine, then the form for its kind."""

import contextlib
import shutil
from pathlib import Path
from typing import Final
from uuid import uuid4

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.roots import existing_root
from reidviz.evaluation.pipeline.adding import SUFFIXES, must_be_known
from reidviz.ui.models.given_form import show_given
from reidviz.ui.models.network_form import show_network
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import MODEL_FILE, MODEL_NOT_TAKEN, MODEL_PATH, MODEL_UPLOAD, UPLOADS_TAKEN, Key
from reidviz.ui.widgets.image_upload import free
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import said, show_error

LARGEST_MB = 1_000
WAYS: Final = ("Upload", "A file on this machine")
BESIDE = ("data", "bin", "txt", "csv", "pt", "pth", "pkl")
"""Files that may come along: weights that lie beside a network, and names of images; pickles are refused by name."""


def show_add(choice: Choice) -> None:
    """Draw the choice of a file, and once there is one the form that adds it."""
    file = MODEL_FILE.get()
    if file is None or not file.is_file():
        _choose_file()
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{literal(file.name)}**, {file.stat().st_size / 1e6:,.1f} MB")
        st.button("Another file", icon=":material/undo:", key="model-other", on_click=_put_away, width="content")
    with said():
        if file.suffix.lower() == ".onnx":
            show_network(choice, file)
        else:
            show_given(choice, file)


def _choose_file() -> None:
    st.markdown(
        "A **network in ONNX**, **features** of images (.npz, .npy, .parquet, .mat, .safetensors), or a matrix of "
        "**scores** (probes × gallery) stands beside MTDnet on every page: in tables, curves, ranked lists, maps and "
        "thresholds."
    )
    if (error := MODEL_NOT_TAKEN.pop()) is not None:
        show_error(error)
    ways = WAYS if settings.any_folder() else WAYS[:1]
    way = st.segmented_control("From", ways, default=ways[0], required=True, key="model-way", format_func=literal)
    if way == "Upload":
        st.file_uploader(
            "The file of a model",
            type=[suffix.removeprefix(".") for suffix in SUFFIXES] + list(BESIDE),
            accept_multiple_files=True,
            key=_uploader().name,
            on_change=_take,
            max_upload_size=LARGEST_MB,
            help="One file; with it, where there are such, the file of weights that lies beside a network "
            "(NAME.onnx.data), or a text file that names the image of each row of features.",
        )
    else:
        st.text_input(
            "Its path",
            key=MODEL_PATH.name,
            placeholder="/data/osnet.onnx",
            on_change=_open,
            help="It is read where it lies, and copied when it is added.",
        )
    with st.popover("What a file must hold", icon=":material/help:"):
        st.markdown(_FORMS)


_FORMS = Markdown(
    "* **ONNX**: one input of images (N, 3, H, W) or (N, H, W, 3), fixed or free batch; how images are prepared is "
    "found on training images and shown.\n"
    "* **Features**: an array `features` (N, D) with `ids`, `paths` or `names` (N); in Parquet a column of lists or a "
    "column a dimension; in `.mat` `gallery_f`, `query_f` with `gallery_label`, `query_label`, `gallery_cam`, "
    "`query_cam`. Rows are matched with images by id, path or file name.\n"
    "* **Scores**: a matrix `scores`, `similarity`, `distances` or `distmat` (probes × gallery), best with `probe_ids` "
    "and `gallery_ids`.\n\n"
    "Pickles (.pt, .pth, .pkl) are not read: they may run any code."
)


def _uploader() -> Key[list[UploadedFile]]:
    """Another one after each file that was taken, so that an upload is not held once it is."""
    return MODEL_UPLOAD.of(str(UPLOADS_TAKEN.get(0)))


def _take() -> None:
    """Keep what was uploaded in a folder of its own, which is swept up when the server starts again."""
    files = _uploader().get([])
    folder = settings.cache_dir() / "models" / f".{uuid4().hex}"
    try:
        settings.must_be_writable()
        main = _main([Path(file.name) for file in files])
        folder.mkdir(parents=True)
        for file in files:
            with open(folder / Path(file.name).name, "wb") as kept:
                shutil.copyfileobj(file, kept)
        MODEL_FILE.set(folder / main.name)
    except ReidvizError as error:
        MODEL_NOT_TAKEN.set(error)
    except OSError as error:
        MODEL_NOT_TAKEN.set(ReidvizError(f"The upload could not be kept: {error.strerror}.", "Free some room."))
    UPLOADS_TAKEN.set(UPLOADS_TAKEN.get(0) + 1)
    for file in files:
        free(file)


def _main(names: list[Path]) -> Path:
    """The one that is a model; the others come along."""
    models = [name for name in names if name.suffix.lower() in SUFFIXES]
    if len(models) > 1:
        raise ReidvizError("These are several models.", "Add one after another.")
    if not models:
        must_be_known(names[0])
    return models[0]


def _open() -> None:
    """Take a file on this machine, where it lies."""
    path = MODEL_PATH.get("").strip()
    if not path:
        return
    try:
        settings.must_be_writable()
        file = existing_root(path)
        must_be_known(file)
        MODEL_FILE.set(file)
    except ReidvizError as error:
        MODEL_NOT_TAKEN.set(error)


def _put_away() -> None:
    """Forget the file; what was uploaded is deleted."""
    file = MODEL_FILE.pop()
    if file is not None and file.parent.parent == settings.cache_dir() / "models":
        with contextlib.suppress(OSError):
            shutil.rmtree(file.parent)
