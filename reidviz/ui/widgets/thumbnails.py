"""Images of a data set or of the user's own, as data URIs: so nothing is served by path."""

from dataclasses import dataclass

import streamlit as st
from PIL import Image

from reidviz.data.dataset import Dataset
from reidviz.data.images.decode import load_image
from reidviz.data.images.encode import data_uri
from reidviz.ui.session.remembered import remembered


@dataclass(frozen=True, eq=False)
class KeyedImage:
    """An image in full size; key tells it from others."""

    image: Image.Image
    key: str


@remembered(st.cache_data, max_entries=4000)
def thumbnail(dataset: Dataset, index: int) -> str:
    """The data URI of one sample's image, cached for all users. Raises ReidvizError when it cannot be read."""
    return data_uri(load_image(dataset, index))
