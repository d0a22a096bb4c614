"""Two pictures to be compared: from the data, from what is selected, or uploaded."""

import hashlib
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

from reidviz.data.dataset import IntArray
from reidviz.data.images import decode, picture
from reidviz.evaluation.evaluate import Result
from reidviz.evaluation.truth import truth_of
from reidviz.ui.messages import literal, or_stop
from reidviz.ui.retrieval import UPLOAD_TYPES
from reidviz.ui.selection import selected
from reidviz.ui.state import Choice

FIRST, SECOND = "pair-first", "pair-second"


@dataclass(frozen=True, eq=False)
class Shown:
    """One of two pictures. key tells it from others; person and camera are None where they are not known."""

    image: Image.Image
    key: str
    told: str
    person: str | None
    camera: str | None


def choose_pair(choice: Choice, results: list[Result]) -> tuple[Shown, Shown]:
    """Draw the choice of two pictures; at first a probe and its true match."""
    ids = {choice.dataset.samples[i].id: int(i) for i in _test(choice).tolist()}
    _start(choice, ids)
    marked = [choice.dataset.samples[i].id for i in selected(choice).tolist()]
    marked = [one for one in marked if one in ids]
    left, right = st.columns(2)
    with left:
        first = _one(choice, ids, FIRST, "First picture")
    with right:
        second = _one(choice, ids, SECOND, "Second picture")
    with st.container(horizontal=True):
        probe = st.session_state[FIRST]
        for label, help_, found in _suggestions(choice, results, ids, probe):
            st.button(label, help=help_, on_click=_set, args=(probe, found))
        st.button(
            "The first two selected",
            icon=":material/lasso_select:",
            disabled=len(marked) < 2,
            help="Pictures are selected on the Embeddings page, or below.",
            on_click=_set,
            args=tuple(marked[:2]) if len(marked) > 1 else ("", ""),
        )
    return first, second


def _one(choice: Choice, ids: dict[str, int], key: str, label: str) -> Shown:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.selectbox(label, list(ids), key=key, format_func=lambda one: _told(choice, ids[one]))
        with st.popover("Upload", icon=":material/upload:"):
            file = st.file_uploader(
                "A picture of one person instead",
                type=UPLOAD_TYPES,
                key=f"{key}-file",
                max_upload_size=20,
                help="JPEG, PNG, WebP or BMP. It stays in this server's memory and is not kept.",
            )
    if file is not None:
        data = file.getvalue()
        image = or_stop(lambda: decode(data, file.name))
        return Shown(image, hashlib.sha256(data).hexdigest(), "your picture", None, None)
    position = ids[wanted]
    sample = choice.dataset.samples[position]
    image = or_stop(lambda: picture(choice.dataset, position))
    key = f"{choice.dataset.cache_key} {position}"
    return Shown(image, key, _told(choice, position), sample.identity, sample.camera)


def _start(choice: Choice, ids: dict[str, int]) -> None:
    """A probe and its true match, unless two pictures were chosen before."""
    kept = st.session_state
    if kept.get(FIRST) in ids and kept.get(SECOND) in ids:
        kept[FIRST], kept[SECOND] = kept[FIRST], kept[SECOND]  # Streamlit forgets what a page not shown held
        return
    before = kept.get("pair before", ("", ""))
    if before[0] in ids and before[1] in ids:
        kept[FIRST], kept[SECOND] = before
        return
    probes = choice.split.probes
    wanted = st.query_params.get("probe", "")
    row = int(np.flatnonzero(probes == ids[wanted])[0]) if wanted in ids and ids[wanted] in probes else 0
    same, _ = truth_of(choice.dataset, choice.split).marks(row)
    match = choice.split.gallery[np.flatnonzero(same)[0]]
    kept[FIRST], kept[SECOND] = (choice.dataset.samples[i].id for i in (probes[row], match))


def _suggestions(choice: Choice, results: list[Result], ids: dict[str, int], first: str) -> list[tuple[str, str, str]]:
    """What the second picture could be, where the first is a probe: label, help and sample id."""
    place = np.flatnonzero(choice.split.probes == ids[first])
    if not len(place):
        return []
    same, passed_over = truth_of(choice.dataset, choice.split).marks(int(place[0]))
    gallery = choice.split.gallery
    found = [("Its true match", "The same person", choice.dataset.samples[gallery[np.flatnonzero(same)[0]]].id)]
    for result in results[:4]:
        farness = result.scores.farness(int(place[0])).astype(np.float64)
        farness[same | passed_over] = np.inf
        nearest = choice.dataset.samples[gallery[int(farness.argmin())]].id
        name = literal(result.reading.name)
        found.append((f"Wrong by {name}", f"The picture of somebody else that {name} puts nearest", nearest))
    return found


def _set(first: str, second: str) -> None:
    st.session_state[FIRST], st.session_state[SECOND] = first, second
    for key in (FIRST, SECOND):
        st.session_state.pop(f"{key}-file", None)


def remember_pair() -> None:
    """Keep the two pictures when another page is opened."""
    st.session_state["pair before"] = (st.session_state[FIRST], st.session_state[SECOND])


def _test(choice: Choice) -> IntArray:
    return np.unique(np.concatenate([choice.split.probes, choice.split.gallery]))


def _told(choice: Choice, position: int) -> str:
    sample = choice.dataset.samples[position]
    camera = f" · camera {sample.camera}" if sample.camera else ""
    return f"person {sample.identity}{camera} · {sample.id}"
