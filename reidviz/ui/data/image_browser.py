"""Images of a data set, a page at a time: only what is on screen is decoded."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from reidviz.common.arrays import IntArray
from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.data.keys import key_of
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.selection import select
from reidviz.ui.widgets.markup import Html, render
from reidviz.ui.widgets.thumbnails import thumbnail

A_PAGE = 48
EVERY = "all"


def browse(choice: Choice) -> None:
    """Filter by person, camera and role, and leaf through the images."""
    dataset = choice.dataset
    st.header("Images", anchor=False)
    a, b, c = st.columns([2, 1, 1])
    person = a.selectbox("Person", [EVERY, *np.unique(dataset.identities).tolist()], key="browse-person")
    cameras = np.unique(dataset.cameras).tolist()
    camera = b.selectbox("Camera", [EVERY, *cameras], key="browse-camera", format_func=lambda c: c or "unknown")
    roles = {
        EVERY: np.arange(len(dataset.samples)),
        "training": choice.split.train,
        "probes": choice.split.probes,
        "gallery": choice.split.gallery,
    }
    role = c.selectbox("Role", list(roles), key="browse-role")
    keep = np.isin(np.arange(len(dataset.samples)), roles[role])
    if person != EVERY:
        keep &= dataset.identities == person
    if camera != EVERY:
        keep &= dataset.cameras == camera
    shown = np.flatnonzero(keep)
    if not len(shown):
        st.info("No image is like that. Choose another person, camera or role.")
        return
    pages = -(-len(shown) // A_PAGE)
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.pagination(pages, key=f"browse-page {key_of(dataset, shown)}") if pages > 1 else 1
        part = shown[(page - 1) * A_PAGE : page * A_PAGE]
        st.caption(f"{len(part)} of {len(shown):,} images, by person, camera and name")
        st.button(
            "Select these",
            icon=":material/lasso_select:",
            key="browse-select",
            help="They become the selection of all pages",
            on_click=select,
            args=(choice, part.tolist()),
        )
    st.html(grid(dataset, part))


def grid(dataset: Dataset, positions: Sequence[int] | IntArray) -> Html:
    """Images as HTML; one that cannot be decoded shows why."""
    return render("data/image_grid.html", images=[_figure(dataset, int(i)) for i in positions])


def _figure(dataset: Dataset, index: int) -> dict[str, str]:
    sample = dataset.samples[index]
    told = {
        "label": f"person {sample.identity}, camera {sample.camera or 'unknown'}, {sample.id}",
        "caption": sample.identity + (f" · {sample.camera}" if sample.camera else ""),
    }
    try:
        return told | {"image": thumbnail(dataset, index), "error": ""}
    except ReidvizError as error:
        return told | {"error": error.message}
