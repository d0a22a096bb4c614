"""Which gallery is searched, by which of its models, and what this server keeps of it."""

from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.data.images.encode import data_uri
from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.gallery.images import GalleryImages
from reidviz.gallery.models import ranker_of
from reidviz.gallery.named import FILE, Gallery, GalleryModel, galleries, gallery_named
from reidviz.gallery.store import FeatureStore
from reidviz.ui.search.add_gallery import offer_removal
from reidviz.ui.session.address import linked
from reidviz.ui.session.keys import GALLERY, GALLERY_MODEL
from reidviz.ui.session.stamp import stamp_of
from reidviz.ui.widgets.messages import or_stop, show_error


@dataclass(frozen=True)
class Chosen:
    """A gallery, and one of the models that described it."""

    gallery: Gallery
    model: GalleryModel


@dataclass(frozen=True, eq=False)
class Searched(Chosen):
    """A gallery as one of its models sees it."""

    ranker: Ranker
    store: FeatureStore

    @cached_property
    def count(self) -> int:
        """How many images were described."""
        return self.store.count()

    @property
    def key(self) -> str:
        """What tells it from others, and from what it was before it was last added to."""
        return key_of(self.gallery.name, self.model.sha256, _stamp(self.gallery), self.count)

    @property
    def images(self) -> GalleryImages:
        """Its images; where these have to be listed that is done once after each update."""
        return _images(self.gallery.source, _stamp(self.gallery))


def choose_gallery() -> Chosen | None:
    """Draw the choice of a gallery and a model, side by side; None where there is no gallery. One whose record is
    damaged can only be removed, and the page ends."""
    names = galleries()
    if not names:
        return None
    linked("gallery", GALLERY, names, names[0])
    st.selectbox("Gallery", names, key=GALLERY.name, format_func=printable, width=360)
    name = GALLERY.get(names[0])
    try:
        gallery = gallery_named(name)
    except ReidvizError as error:
        show_error(error)
        if not settings.read_only():
            offer_removal(name)
        st.stop()
    models = [one.name for one in gallery.models]
    if not models:
        return None
    key = GALLERY_MODEL.of(gallery.name)
    linked("by", key, models, models[0])
    st.selectbox("Described by", models, key=key.name, format_func=printable, width=240)
    model = or_stop(lambda: gallery.model(key.get(models[0])))
    return Chosen(gallery, model)


def opened(chosen: Chosen) -> Searched:
    """The chosen gallery, ready to be searched; where its model or its features are gone that is said, and the page
    ends."""
    ranker = or_stop(lambda: ranker_of(chosen.model))
    store = or_stop(lambda: _store(chosen.gallery.name, chosen.model.name, chosen.gallery.created))
    return Searched(chosen.gallery, chosen.model, ranker, store)


@st.cache_resource(max_entries=8, show_spinner=False)
def _store(name: str, model: str, created: str) -> FeatureStore:
    """The features, which stay mapped between runs of the page."""
    gallery = gallery_named(name)
    return gallery.store(gallery.model(model))


@st.cache_resource(max_entries=4, show_spinner=False)
def _images(source: str, stamp: tuple[int, ...]) -> GalleryImages:
    return GalleryImages(source)


def _stamp(gallery: Gallery) -> tuple[int, ...]:
    return stamp_of(gallery.folder / FILE)


def image_or_none(searched: Searched, id: str) -> str:
    """The data URI of an entry's image, "" where it is gone or cannot be read."""
    try:
        return _thumbnail(searched.gallery.source, id, _stamp(searched.gallery))
    except ReidvizError:
        return ""


@st.cache_data(max_entries=4000, show_spinner=False)
def _thumbnail(source: str, id: str, stamp: tuple[int, ...]) -> str:
    return data_uri(_images(source, stamp).load(id))
