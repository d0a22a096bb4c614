"""Pictures of a data set or of the user's own, and as data URIs: so nothing is served by path."""

import base64
import hashlib
import io
from dataclasses import dataclass

import streamlit as st
from PIL import Image

from reidviz.data.dataset import Dataset
from reidviz.data.images.decode import SUFFIXES, decode, picture
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import or_stop

HEIGHT = 180
UPLOAD_TYPES = tuple(suffix.removeprefix(".") for suffix in SUFFIXES)
UPLOAD_MB = 20


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture in full size; key tells it from others."""

    image: Image.Image
    key: str


def upload(label: Markdown, key: str) -> Picture | None:
    """Draw the upload of a picture of one person; None before there is one. A file that is no picture ends the page."""
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
    return Picture(or_stop(lambda: decode(data, file.name)), hashlib.sha256(data).hexdigest())


@remembered(st.cache_data, max_entries=4000)
def thumbnail(dataset: Dataset, index: int) -> str:
    """The data URI of one sample's picture, cached for all users. Raises ReidvizError when it cannot be read."""
    return data_uri(picture(dataset, index))


def data_uri(image: Image.Image) -> str:
    """An RGB image as a JPEG data URI, at most HEIGHT pixels high."""
    if image.height > HEIGHT:
        image = image.resize((max(1, round(image.width * HEIGHT / image.height)), HEIGHT), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
