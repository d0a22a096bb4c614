"""Pictures of a data set, a page at a time: only what is on screen is decoded."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import streamlit as st

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset, IntArray
from reidviz.data.keys import key_of
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.selection import select
from reidviz.ui.widgets.markup import Html, in_html
from reidviz.ui.widgets.thumbnails import thumbnail

A_PAGE = 48
EVERY = "all"
STYLE: Final = """<style>
.rv-grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(74px, 1fr)); gap: 8px; }
.rv-grid figure { margin: 0; font-size: .7rem; line-height: 1.25; text-align: center; min-width: 0; }
.rv-grid img, .rv-grid .none { width: 100%; height: 130px; object-fit: contain; border-radius: 5px; display: block;
  background: rgba(128,128,128,.12); }
.rv-grid .none { display: flex; align-items: center; justify-content: center; padding: 4px; font-size: .66rem; }
.rv-grid figcaption { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; opacity: .85; }
.rv-group { border-left: 3px solid #009E73; padding-left: 8px; margin-bottom: 8px; }
</style>"""


def browse(choice: Choice) -> None:
    """Filter by person, camera and role, and leaf through the pictures."""
    dataset = choice.dataset
    st.subheader("Pictures", anchor=False)
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
        st.info("No picture is like that. Choose another person, camera or role.")
        return
    pages = -(-len(shown) // A_PAGE)
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.pagination(pages, key=f"browse-page {key_of(dataset, shown)}") if pages > 1 else 1
        part = shown[(page - 1) * A_PAGE : page * A_PAGE]
        st.caption(f"{len(part)} of {len(shown):,} pictures, by person, camera and name")
        st.button(
            "Select these",
            icon=":material/lasso_select:",
            key="browse-select",
            help="They become the selection of all pages",
            on_click=select,
            args=(choice, part.tolist()),
        )
    st.html(STYLE + grid(dataset, part))


def grid(dataset: Dataset, positions: Sequence[int] | IntArray) -> Html:
    """Pictures as HTML; one that cannot be decoded shows why."""
    return Html(f'<div class="rv-grid">{"".join(_figure(dataset, int(i)) for i in positions)}</div>')


def _figure(dataset: Dataset, index: int) -> Html:
    sample = dataset.samples[index]
    told = in_html(f"person {sample.identity}, camera {sample.camera or 'unknown'}, {sample.id}")
    try:
        shown = Html(f'<img src="{thumbnail(dataset, index)}" alt="{told}" title="{told}">')
    except ReidvizError as error:
        shown = Html(f'<div class="none" title="{told}">{in_html(error.message)}</div>')
    caption = sample.identity + (f" · {sample.camera}" if sample.camera else "")
    return Html(f"<figure>{shown}<figcaption>{in_html(caption)}</figcaption></figure>")
