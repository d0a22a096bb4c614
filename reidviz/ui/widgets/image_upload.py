"""Uploads. Streamlit holds them in memory until their session ends; what was taken is freed at once."""

import hashlib

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


def free(file: UploadedFile) -> None:
    """Drop an upload from the server's memory."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
