"""Uploads. Streamlit holds them in memory until their session ends; what was taken is freed at once."""

import hashlib
from functools import partial

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from reidviz.data.images.decode import SUFFIXES, decode
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import or_stop
from reidviz.ui.widgets.thumbnails import KeyedImage

UPLOAD_TYPES = tuple(suffix.removeprefix(".") for suffix in SUFFIXES)
UPLOAD_MB = 20
MOST_IMAGES = 20


def upload(label: Markdown, key: str) -> KeyedImage | None:
    """Draw the upload of an image of one person; None before there is one. A file that is no image ends the page."""
    file = st.file_uploader(
        label,
        type=UPLOAD_TYPES,
        key=key,
        max_upload_size=UPLOAD_MB,
        help=f"One of {literal(', '.join(UPLOAD_TYPES))}. It stays in this server's memory and is not kept.",
    )
    if file is None:
        return None
    data = file.getvalue()
    return KeyedImage(or_stop(lambda: decode(data, file.name)), hashlib.sha256(data).hexdigest())


def upload_several(label: Markdown, key: str) -> list[KeyedImage]:
    """Draw the upload of one or several images of one person. A file that is no image ends the page."""
    files = st.file_uploader(
        label,
        type=UPLOAD_TYPES,
        accept_multiple_files=True,
        key=key,
        max_upload_size=UPLOAD_MB,
        help=f"Each one of {literal(', '.join(UPLOAD_TYPES))}. They stay in this server's memory and are not kept.",
    )
    if len(files) > MOST_IMAGES:
        st.caption(f"The first {MOST_IMAGES} of these {len(files):,} images are taken.")
    found = [(file.getvalue(), file.name) for file in files[:MOST_IMAGES]]
    return [KeyedImage(or_stop(partial(decode, data, name)), hashlib.sha256(data).hexdigest()) for data, name in found]


def free(file: UploadedFile) -> None:
    """Drop an upload from the server's memory."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
