"""A picture of the user's own on both maps: where it falls, and who is nearest to it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

from reidviz.data.images import decode, picture, resize
from reidviz.evaluation.neighbours import nearest
from reidviz.evaluation.projection import Plane, place, principal_of
from reidviz.evaluation.scores import FloatArray
from reidviz.evaluation.spaces import describe_picture, width_and_height
from reidviz.ui.embedding_maps import Map
from reidviz.ui.embedding_selected import neighbours_row
from reidviz.ui.embedding_sides import Side
from reidviz.ui.messages import or_stop
from reidviz.ui.pictures import data_uri
from reidviz.ui.ranked import rows_html
from reidviz.ui.retrieval import UPLOAD_TYPES

ANCHORS = 10


@dataclass(frozen=True, eq=False)
class Uploaded:
    """A picture and what it is known by: the digest of its file."""

    image: Image.Image
    digest: str

    def features(self, side: Side) -> FloatArray:
        """Its features (1, D) in the space of a side."""
        return _features(self.digest, side.key, self.image, side)

    def on(self, one: Map) -> Plane:
        """Where it lies on a map (1, 2): projected where that is possible, else amid its nearest neighbours."""
        features = self.features(one.side)
        if one.method == "PCA":
            plane = principal_of(one.side.features).of(features)
            return plane if one.alignment is None else one.alignment.of(plane)
        places, distances = nearest(one.side.features, features, ANCHORS)
        return place(one.plane, places, distances)


def choose_upload() -> Uploaded | None:
    """Draw the upload of a picture."""
    file = st.file_uploader(
        "A picture of your own on both maps",
        type=UPLOAD_TYPES,
        key="map-upload",
        max_upload_size=20,
        help="JPEG, PNG, WebP or BMP, cropped to one person. It stays in this server's memory and is not kept.",
    )
    if file is None:
        return None
    data = file.getvalue()
    return Uploaded(or_stop(lambda: decode(data, file.name)), hashlib.sha256(data).hexdigest())


def show_uploaded(uploaded: Uploaded, sides: Sequence[Side]) -> None:
    """The uploaded picture and its nearest neighbours in both spaces."""
    st.subheader("Your picture and its neighbours", anchor=False)
    left, right = st.columns([1, 6], gap="medium")
    with left:
        st.image(data_uri(uploaded.image), alt="the uploaded picture")
        st.caption("The star on both maps. Its identity is not known here, so nothing is marked right or wrong.")
    with right:
        rows = [neighbours_row(side, side.space.name, uploaded.features(side), None, None) for side in sides]
        st.html(rows_html(rows))


@st.cache_data(max_entries=32, show_spinner="Describing your picture …")
def _features(digest: str, key: str, _image: Image.Image, _side: Side) -> FloatArray:
    width, height = width_and_height(_side.space)
    probe = None
    if _side.probe is not None:
        probe = resize(picture(_side.points.dataset, _side.probe), height, width)
    return np.asarray(describe_picture(_side.space, resize(_image, height, width), probe))
