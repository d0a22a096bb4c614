"""Thumbnails as data URIs, so that a page of pictures is one message and nothing is served by path."""

import base64
import io

import streamlit as st
from PIL import Image

from reidviz.data.dataset import Dataset
from reidviz.data.images import picture

HEIGHT = 180


@st.cache_data(max_entries=4000, show_spinner=False)
def _encoded(cache_key: str, index: int, _dataset: Dataset) -> str:
    return data_uri(picture(_dataset, index))


def thumbnail(dataset: Dataset, index: int) -> str:
    """The data URI of one sample's picture, cached for all users. Raises ReidvizError when it cannot be read."""
    return _encoded(dataset.cache_key, index, dataset)


def data_uri(image: Image.Image) -> str:
    """An RGB image as a JPEG data URI, at most HEIGHT pixels high."""
    if image.height > HEIGHT:
        image = image.resize((max(1, round(image.width * HEIGHT / image.height)), HEIGHT), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
