"""Who is searched for: images of one person from the data set, from this computer, or from the gallery itself; a hit
that is clicked becomes the next probe, and breadcrumbs lead back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st
from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.data.images.decode import load_image
from reidviz.data.images.encode import data_uri
from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.gallery.search import ProbeFeature, feature_of
from reidviz.ui.search.galleries import Searched
from reidviz.ui.search.marks import key_of_probe
from reidviz.ui.session.address import follows, tell
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import PROBE, SEARCH_BATCH, SEARCH_OPENED, SEARCH_SOURCE, SEARCH_TRAIL
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.image_upload import upload_several
from reidviz.ui.widgets.markup import Markdown, literal, render
from reidviz.ui.widgets.messages import or_stop
from reidviz.ui.widgets.thumbnails import KeyedImage
from reidviz.ui.widgets.views import choose_view

SOURCES: Final = ("Upload images", "From the data set", "From the gallery", "A whole folder")
MOST_STEPS = 12


@dataclass(frozen=True, eq=False)
class Probe:
    """name: what it is called; images: of one person, none where only features are known; feature: by which it is
    searched for; own: entries of the gallery that it is made of; key: what tells it from others."""

    name: str
    images: tuple[Image.Image, ...]
    feature: ProbeFeature
    own: tuple[str, ...]
    key: str


def choose_probe(choice: Choice, searched: Searched) -> Probe | None:
    """Draw where the probe comes from, and how it was come by; None before there is one."""
    with st.container(horizontal=True, vertical_alignment="center"):
        source = choose_view("probe-from", SEARCH_SOURCE, list(SOURCES))
    trail = _trail(searched)
    if source == SOURCES[0]:
        mine = upload_several("Images of one person, cropped to the person", "search-upload")
        first = _of_images("Your image" if len(mine) == 1 else f"Your {len(mine)} images", mine, searched)
    elif source == SOURCES[1]:
        first = _of_data(choice, searched)
    elif source == SOURCES[3]:
        first = _of_batch(searched)
    else:
        first = None
    if trail:
        _breadcrumbs(first, trail)
        return or_stop(lambda: _of_gallery(trail[-1], searched))
    if first is not None and source == SOURCES[3]:
        st.button("All probes", icon=":material/arrow_back:", key="all-probes", on_click=_close)
    return first


def search_from(id: str) -> None:
    """An entry of the gallery is the next probe; to be called in a callback."""
    SEARCH_TRAIL.set((*SEARCH_TRAIL.get(()), id)[-MOST_STEPS:])


def show_probe(probe: Probe) -> None:
    """Draw the images of the probe."""
    if len(probe.images) == 1:
        st.image(data_uri(probe.images[0]), alt="the probe", width=100)
    else:
        strip = [(data_uri(image), "an image of the probe") for image in probe.images]
        st.html(render("widgets/image_row.html", kind="rv-strip", images=strip))
    st.caption(literal(probe.name))


def _trail(searched: Searched) -> tuple[str, ...]:
    """The entries that were clicked one after another, as the address tells them."""
    if follows(SEARCH_TRAIL) and not SEARCH_TRAIL.get():
        SEARCH_TRAIL.set(tuple(st.query_params.get_all("hit")[-MOST_STEPS:]))
    try:
        searched.store.entries(SEARCH_TRAIL.get(()))
    except KeyError:
        SEARCH_TRAIL.set(())
    trail = SEARCH_TRAIL.get(())
    tell("hit", *trail)
    return trail


def _breadcrumbs(first: Probe | None, trail: tuple[str, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="search-trail"):
        st.markdown(":material/route:")
        if first is not None or SEARCH_SOURCE.get() in SOURCES[2:]:
            name = "Start" if first is None else first.name
            st.button(literal(name), key="trail-0", type="tertiary", on_click=SEARCH_TRAIL.set, args=((),))
        for place, id in enumerate(trail, 1):
            st.button(
                Markdown(f"› {literal(id.rpartition('/')[2])}"),
                key=f"trail-{place}",
                type="tertiary",
                disabled=place == len(trail),
                on_click=SEARCH_TRAIL.set,
                args=(trail[:place],),
            )


def _of_data(choice: Choice, searched: Searched) -> Probe | None:
    dataset = choice.dataset
    probes = {dataset.samples[i].id: int(i) for i in choice.split.probes}
    if not probes:
        st.info("This data set has no probes. Choose another one in the sidebar.")
        return None
    ids = list(probes)
    wanted = PROBE.get()
    chosen = st.selectbox(
        "Probe",
        ids,
        index=ids.index(wanted) if wanted in probes else 0,
        key="search-probe",
        format_func=printable,
        help="An image of the data set in the sidebar; the gallery need not be of that.",
    )
    image = or_stop(lambda: load_image(dataset, probes[chosen]))
    found = _of_images(chosen, [KeyedImage(image, key_of(dataset, chosen))], searched)
    own = (chosen,) if dataset.name == searched.gallery.source else ()
    return None if found is None else Probe(found.name, found.images, found.feature, own, found.key)


def _of_images(name: str, images: Sequence[KeyedImage], searched: Searched) -> Probe | None:
    if not images:
        return None
    feature = or_stop(lambda: _feature(tuple(images), searched.ranker))
    return Probe(name, tuple(one.image for one in images), feature, (), key_of_probe([one.key for one in images]))


def _of_batch(searched: Searched) -> Probe | None:
    """The probe of the batch that was opened, None where none is."""
    batch, opened = SEARCH_BATCH.get(), SEARCH_OPENED.get()
    if batch is None or opened is None or batch.searched.gallery.name != searched.gallery.name:
        return None
    images = or_stop(lambda: batch.probe(opened)).images
    return _of_images(opened, [KeyedImage(image, batch.sha256(opened)) for image in images], searched)


def _close() -> None:
    SEARCH_OPENED.pop()


def _of_gallery(id: str, searched: Searched) -> Probe:
    try:
        feature = ProbeFeature(searched.store.features([id])[0])
    except KeyError as error:
        raise ReidvizError("This image is not in the gallery any more.", "Choose another one.") from error
    return Probe(id, (searched.images.load(id),), feature, (id,), key_of(id))


@remembered(st.cache_data, max_entries=64)
def _feature(images: tuple[KeyedImage, ...], ranker: Ranker) -> ProbeFeature:
    return feature_of(ranker, [one.image for one in images])
