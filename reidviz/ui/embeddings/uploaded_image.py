"""An image of the user's own on both maps: where it falls, and who is nearest to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from reidviz.common.arrays import Float32Array
from reidviz.data.images.decode import load_image
from reidviz.data.images.encode import data_uri
from reidviz.evaluation.embedding.neighbours import nearest
from reidviz.evaluation.embedding.projection import Plane, interpolate_position, principal_of
from reidviz.evaluation.embedding.spaces import describe_image
from reidviz.ui.embeddings.maps import Map
from reidviz.ui.embeddings.neighbours import neighbours_row
from reidviz.ui.embeddings.spaces import EmbeddingMap
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.image_upload import upload
from reidviz.ui.widgets.markup import literal
from reidviz.ui.widgets.person_cards import rows_html
from reidviz.ui.widgets.thumbnails import KeyedImage

ANCHORS = 10


@dataclass(frozen=True, eq=False)
class Uploaded(KeyedImage):
    """An image of the user's own."""

    def features(self, side: EmbeddingMap) -> Float32Array:
        """Its features (1, D) in the space of a side."""
        return _features(self, side)

    def on(self, one: Map) -> Plane | None:
        """Where it lies on a map (1, 2): projected where that is possible, else amid its nearest neighbours; None where
        the model is no network that could be asked."""
        if not one.side.space.describes:
            return None
        features = self.features(one.side)
        if one.method == "PCA":
            plane = principal_of(one.side.features).of(features)
            return plane if one.alignment is None else one.alignment.of(plane)
        places, distances = nearest(one.side.features, features, ANCHORS)
        return interpolate_position(one.plane, places, distances)


def choose_upload() -> Uploaded | None:
    """Draw the upload of an image."""
    mine = upload("An image of your own, cropped to one person, on both maps", "map-upload")
    return None if mine is None else Uploaded(mine.image, mine.key)


def show_uploaded(uploaded: Uploaded, sides: Sequence[EmbeddingMap]) -> None:
    """The uploaded image and its nearest neighbours in both spaces."""
    st.header("Your image and its neighbours", anchor=False)
    left, right = st.columns([1, 6], gap="medium")
    with left:
        st.image(data_uri(uploaded.image), alt="the uploaded image")
        st.caption("The star on both maps. Its identity is not known here, so nothing is marked right or wrong.")
    with right:
        able = [side for side in sides if side.space.describes]
        st.html(rows_html([neighbours_row(side, uploaded.features(side), None, None) for side in able]))
        for side in sides:
            if side not in able:
                st.caption(f"Of {literal(side.space.name)} only features are known: it cannot place other images.")


@remembered(st.cache_data, max_entries=32, show_spinner="Describing your image …")
def _features(mine: KeyedImage, side: EmbeddingMap) -> Float32Array:
    probe = None if side.probe is None else load_image(side.points.dataset, side.probe)
    return np.asarray(describe_image(side.space, mine.image, probe))
