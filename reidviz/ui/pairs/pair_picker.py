"""Two images to be compared: from the data, from what is selected, or uploaded."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from reidviz.common.arrays import IntArray
from reidviz.common.printable import printable
from reidviz.data.dataset import Dataset
from reidviz.data.images.decode import load_image
from reidviz.data.keys import key_of
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.ui.session.address import follows, tell
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import PAGE_WANTED, PAIR_BEFORE, PAIR_FIRST, PAIR_SECOND, PROBE, Key
from reidviz.ui.session.selection import selected
from reidviz.ui.widgets.image_upload import drop_upload, upload
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import or_stop
from reidviz.ui.widgets.thumbnails import KeyedImage


@dataclass(frozen=True, eq=False)
class PairImage(KeyedImage):
    """One of two images; person, camera and position in the data set are None where they are not known."""

    told: str
    person: str | None
    camera: str | None
    position: int | None


def kept_pair(choice: Choice, results: list[Result]) -> tuple[PairImage, PairImage]:
    """The two images of the data set that were chosen last, or would be at first, without a menu of them."""
    ids = {choice.dataset.samples[i].id: int(i) for i in _test(choice).tolist()}
    _start(choice, ids)
    first, second = pair_keys(choice.dataset)
    _tell(choice)
    return data_image(choice, ids[first.get("")]), data_image(choice, ids[second.get("")])


def choose_pair(choice: Choice, results: list[Result]) -> tuple[PairImage, PairImage]:
    """Draw the choice of two images; at first a probe and its true match."""
    ids = {choice.dataset.samples[i].id: int(i) for i in _test(choice).tolist()}
    first_key, second_key = pair_keys(choice.dataset)
    _start(choice, ids)
    marked = [choice.dataset.samples[i].id for i in selected(choice).tolist()]
    marked = [one for one in marked if one in ids]
    left, right = st.columns(2)
    with left:
        first = _one(choice, ids, first_key, "First image")
    with right:
        second = _one(choice, ids, second_key, "Second image")
    _tell(choice)
    with st.container(horizontal=True):
        probe = first_key.get("")
        for label, help_, found in _suggestions(choice, results, ids, probe):
            st.button(label, help=help_, on_click=take_pair, args=(choice.dataset, probe, found))
        st.button(
            "The first two selected",
            icon=":material/lasso_select:",
            disabled=len(marked) < 2,
            help="Images are selected on the Embeddings page, or below.",
            on_click=take_pair,
            args=(choice.dataset, *marked[:2]),
        )
    return first, second


def _one(choice: Choice, ids: dict[str, int], key: Key[str], label: Markdown) -> PairImage:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.selectbox(
            label,
            list(ids),
            key=key.name,
            format_func=lambda one: _label(choice, ids[one]),
            on_change=drop_upload,
            args=(_file(key),),
        )
        with st.popover("Upload", icon=":material/upload:"):
            mine = upload("An image of one person instead", _file(key))
    if mine is not None:
        return PairImage(mine.image, mine.key, "your image", None, None, None)
    return data_image(choice, ids[wanted])


def data_image(choice: Choice, position: int) -> PairImage:
    """An image of the chosen data set. One that cannot be read ends the page."""
    sample = choice.dataset.samples[position]
    image = or_stop(lambda: load_image(choice.dataset, position))
    told = _label(choice, position)
    return PairImage(image, key_of(choice.dataset, position), told, sample.identity, sample.camera, position)


def _start(choice: Choice, ids: dict[str, int]) -> None:
    """A probe and its true match, unless two images of this data set were chosen before or the address tells two."""
    first_key, second_key = pair_keys(choice.dataset)
    for key in (first_key, second_key, _before(choice.dataset)):
        follows(key)
    told = (st.query_params.get("first", ""), st.query_params.get("second", ""))
    for first, second in ((first_key.get(""), second_key.get("")), _before(choice.dataset).get(("", "")), told):
        if first in ids and second in ids:
            first_key.set(first)  # Streamlit forgets what a page not shown held
            second_key.set(second)
            return
    probes = choice.split.probes
    wanted = PROBE.get("")
    row = int(np.flatnonzero(probes == ids[wanted])[0]) if wanted in ids and ids[wanted] in probes else 0
    same, _ = ground_truth(choice.dataset, choice.split).masks(row)
    match = choice.split.gallery[np.flatnonzero(same)[0]]
    first_key.set(choice.dataset.samples[probes[row]].id)
    second_key.set(choice.dataset.samples[match].id)


def _tell(choice: Choice) -> None:
    """Let the address tell both images."""
    first, second = pair_keys(choice.dataset)
    tell("first", first.get(""))
    tell("second", second.get(""))


def _suggestions(
    choice: Choice, results: list[Result], ids: dict[str, int], first: str
) -> list[tuple[Markdown, Markdown, str]]:
    """What the second image could be, where the first is a probe: label, help and sample id."""
    place = np.flatnonzero(choice.split.probes == ids[first])
    if not len(place):
        return []
    same, ignored = ground_truth(choice.dataset, choice.split).masks(int(place[0]))
    gallery = choice.split.gallery
    match = choice.dataset.samples[gallery[np.flatnonzero(same)[0]]].id
    found = [(Markdown("Its true match"), Markdown("The same person"), match)]
    for result in results[:4]:
        distances = result.scores.distances(int(place[0])).astype(np.float64)
        distances[same | ignored] = np.inf
        if np.isinf(distances).all():
            break
        nearest = choice.dataset.samples[gallery[int(distances.argmin())]].id
        name = literal(result.ranker.name)
        told = Markdown(f"The image of somebody else that {name} puts nearest")
        found.append((Markdown(f"Wrong by {name}"), told, nearest))
    return found


def pair_keys(dataset: Dataset) -> tuple[Key[str], Key[str]]:
    """Where the session keeps the ids of the two chosen images of a data set."""
    return PAIR_FIRST.of(key_of(dataset)), PAIR_SECOND.of(key_of(dataset))


def _file(key: Key[str]) -> str:
    """The key of the upload that may stand for the image of that key."""
    return key.of("file").name


def take_pair(dataset: Dataset, first: str, second: str) -> None:
    """Choose two images of a data set by their ids, instead of uploaded ones too."""
    for key, chosen in zip(pair_keys(dataset), (first, second), strict=True):
        key.set(chosen)
        drop_upload(_file(key))


def open_pair(dataset: Dataset, first: int, second: int) -> None:
    """Go to the Pairs page with two images of a data set, in the next run."""
    take_pair(dataset, dataset.samples[first].id, dataset.samples[second].id)
    PAGE_WANTED.set("pages/pairs.py")


def remember_pair(dataset: Dataset) -> None:
    """Keep the two images when another page or another data set is chosen."""
    first, second = pair_keys(dataset)
    _before(dataset).set((first.get(""), second.get("")))


def _before(dataset: Dataset) -> Key[tuple[str, str]]:
    return PAIR_BEFORE.of(key_of(dataset))


def _test(choice: Choice) -> IntArray:
    return np.unique(np.concatenate([choice.split.probes, choice.split.gallery]))


def _label(choice: Choice, position: int) -> str:
    sample = choice.dataset.samples[position]
    camera = f" · camera {sample.camera}" if sample.camera else ""
    return printable(f"person {sample.identity}{camera} · {sample.id}")
