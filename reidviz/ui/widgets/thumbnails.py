"""Images of a data set or of the user's own, and as data URIs: so nothing is served by path."""

import base64
import io
from dataclasses import dataclass

import streamlit as st
from PIL import Image

from reidviz.data.dataset import Dataset
from reidviz.data.images.decode import load_image
from reidviz.ui.session.remembered import remembered

HEIGHT = 180


@dataclass(frozen=True, eq=False)
class KeyedImage:
    """An image in full size; key tells it from others."""

    image: Image.Image
    key: str


@remembered(st.cache_data, max_entries=4000)
def thumbnail(dataset: Dataset, index: int) -> str:
    """The data URI of one sample's image, cached for all users. Raises ReidvizError when it cannot be read."""
    return data_uri(load_image(dataset, index))


def data_uri(image: Image.Image, height: int = HEIGHT) -> str:
    """An RGB image as a JPEG data URI, at most so many pixels high."""
    if image.height > height:
        image = image.resize((max(1, round(image.width * height / image.height)), height), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
