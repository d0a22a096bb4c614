"""Uploads. They are held in memory until their session ends; what was taken elsewhere is freed at once."""

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Final

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from reidviz.common.printable import printable
from reidviz.data.images.decode import SUFFIXES, decode
from reidviz.ui.session.keys import UPLOADED
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import or_stop
from reidviz.ui.widgets.thumbnails import KeyedImage

UPLOAD_TYPES = tuple(suffix.removeprefix(".") for suffix in SUFFIXES)
UPLOAD_MB = 20
MOST_IMAGES = 20
MOST_HELD = 64 * 1024**2
"""Bytes of one upload that outlive its screen."""
HELD: Final = Markdown("In this server's memory while this session lasts, and nowhere else.")


def upload(label: Markdown, key: str) -> KeyedImage | None:
    """Draw the upload of an image of one person; None before there is one. A file that is no image ends the page."""
    file = st.file_uploader(
        label,
        type=UPLOAD_TYPES,
        key=key,
        max_upload_size=UPLOAD_MB,
        help=f"One of {literal(', '.join(UPLOAD_TYPES))}. {HELD}",
        on_change=_forget,
        args=(key,),
    )
    found = _held(key, [] if file is None else [file])
    return found[0] if found else None


def upload_several(label: Markdown, key: str) -> list[KeyedImage]:
    """Draw the upload of one or several images of one person. A file that is no image ends the page."""
    files = st.file_uploader(
        label,
        type=UPLOAD_TYPES,
        accept_multiple_files=True,
        key=key,
        max_upload_size=UPLOAD_MB,
        help=f"Each one of {literal(', '.join(UPLOAD_TYPES))}. {HELD}",
        on_change=_forget,
        args=(key,),
    )
    if len(files) > MOST_IMAGES:
        st.caption(f"The first {MOST_IMAGES} of these {len(files):,} images are taken.")
    return _held(key, files[:MOST_IMAGES])


def _held(key: str, files: Sequence[UploadedFile]) -> list[KeyedImage]:
    """The images of these files, else of those from before another screen was shown, which Streamlit forgets then."""
    held = UPLOADED.of(key)
    uploaded = tuple((file.name, file.getvalue()) for file in files) or held.get(())
    if uploaded and not files:
        more = f" and {len(uploaded) - 1} more" if len(uploaded) > 1 else ""
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(literal(f"{printable(uploaded[0][0])}{more}, uploaded before"), width="content")
            st.button(
                "Remove", icon=":material/close:", type="tertiary", key=f"{key}-remove", on_click=_forget, args=(key,)
            )
    images = [
        KeyedImage(or_stop(partial(decode, data, name)), hashlib.sha256(data).hexdigest()) for name, data in uploaded
    ]
    held.set(uploaded if sum(len(data) for _, data in uploaded) <= MOST_HELD else ())
    return images


def drop_upload(key: str) -> None:
    """Take away what was uploaded under a key; to be called in a callback."""
    st.session_state.pop(key, None)
    _forget(key)


def _forget(key: str) -> None:
    UPLOADED.of(key).pop()


def free(file: UploadedFile) -> None:
    """Drop an upload from the server's memory."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
