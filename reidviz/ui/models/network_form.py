"""A network in ONNX before it is added: how its images are prepared is looked for, shown and confirmed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import streamlit as st

from reidviz.common.printable import short
from reidviz.common.progress import Progress
from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.adding import found_preprocessing, keep_network
from reidviz.evaluation.pipeline.preprocessing_search import Found
from reidviz.models.added.cards import (
    ASPECTS,
    COLOURS,
    DISTANCES,
    MOST_SIDE,
    POOLINGS,
    RESIZINGS,
    SCALES,
    OnnxReading,
    Search,
)
from reidviz.models.added.onnx_defaults import any_size, default_reading, is_told, output_names
from reidviz.models.added.onnx_worker import OnnxFile, Worker
from reidviz.models.added.store import digest_of
from reidviz.ui.background.jobs import quick_board
from reidviz.ui.background.progress_bar import wait_for
from reidviz.ui.models.naming import offer_to_add
from reidviz.ui.models.trials import choose_trial, show_trials
from reidviz.ui.session.choice import Choice
from reidviz.ui.widgets.markup import Markdown, literal

FOUND: Final = "found on training images"
BY_HAND: Final = "by hand"


@dataclass(frozen=True, eq=False)
class Opened:
    """A network that was looked at: what its file says, and how it would be read. key tells it from others."""

    file: Path
    key: str
    says: OnnxFile
    reading: OnnxReading


def show_network(choice: Choice, file: Path) -> None:
    """Draw what the network takes, how its images are prepared, and the button that adds it.

    ReidvizError when it cannot be read.
    """
    opened = _opened(file)
    start = _size(opened)
    if is_told(opened.says):
        st.info("The file itself says how its images are prepared.", icon=":material/verified:")
        searched = False
    else:
        searched = (
            st.segmented_control(
                "How images are prepared",
                [FOUND, BY_HAND],
                default=FOUND,
                required=True,
                key="model-how",
                format_func=literal,
            )
            != BY_HAND
        )
    if searched:
        found = _search(choice, opened, start)
        if found is None:
            return
        reading = _comparison(opened, choose_trial(found))
        offer_to_add(file, partial(_keep, file, reading, found.search))
        show_trials(choice, found)
    else:
        reading = _comparison(opened, _by_hand(opened, start))
        offer_to_add(file, partial(_keep, file, reading, None))


@st.cache_resource(max_entries=4, show_spinner="Opening the network …")
def _opened_at(file: Path, digest: str) -> Opened:
    with_all = tuple(one.name for one in file.parent.iterdir() if one != file)
    worker = Worker(file, file.name, with_all)
    try:
        return Opened(file, digest, worker.file, default_reading(worker.file, file.name))
    finally:
        worker.close()


def _opened(file: Path) -> Opened:
    return _opened_at(file, digest_of(file))


def _with_worker(file: Path, work: Callable[[Worker], object]) -> None:
    worker = Worker(file, file.name, tuple(one.name for one in file.parent.iterdir() if one != file))
    try:
        work(worker)
    finally:
        worker.close()


def _takes(opened: Opened) -> Markdown:
    """What goes in and comes out, a line."""
    taken = opened.reading.input
    batch = Markdown("any number of images" if not taken.batch else f"{taken.batch:,} images at once")
    outputs = [
        Markdown(f"{literal(one.name)} ({' × '.join('any' if side is None else f'{side}' for side in one.shape)})")
        for one in opened.says.outputs
    ]
    return Markdown(
        f"Takes {batch}, {literal(taken.layout)}, {literal(taken.dtype)}. Gives {Markdown(', '.join(outputs))}."
    )


def _size(opened: Opened) -> OnnxReading:
    """The reading, for images of the size that is chosen where the network takes any."""
    reading = opened.reading
    how = reading.preprocessing
    if not any_size(opened.says, reading):
        st.caption(f"{_takes(opened)} Images are {how.height} pixels high and {how.width} wide.")
        return reading
    st.caption(_takes(opened))
    a, b, _ = st.columns([1, 1, 3])
    height = a.number_input(
        "Height", 8, MOST_SIDE, how.height, 8, key="model-height", help="It takes images of any size."
    )
    width = b.number_input("Width", 8, MOST_SIDE, how.width, 8, key="model-width")
    return replace(reading, preprocessing=replace(how, height=int(height), width=int(width)))


def _search(choice: Choice, opened: Opened, start: OnnxReading) -> Found | None:
    """What the search found; until it is there, how far it is."""
    dataset, split = choice.dataset, choice.split
    key = key_of("preprocessing", opened.key, start, dataset, split)
    kept = _searches()
    if key in kept:
        return kept[key]

    def work(progress: Progress) -> None:
        def find(worker: Worker) -> None:
            kept[key] = found_preprocessing(worker, start, dataset, split, progress)

        _with_worker(opened.file, find)

    about = Markdown(
        f"**Looking for the preprocessing**: colours, values, filters and aspects are tried on training persons of "
        f"{literal(short(dataset.name))}. Wrong ones raise no error, they rank worse."
    )
    wait_for(key, work, "Look for the preprocessing", quick_board(), about, lambda: key in kept)
    return None


@st.cache_resource
def _searches() -> dict[str, Found]:
    """What was found on this server, by key."""
    return {}


def _by_hand(opened: Opened, reading: OnnxReading) -> OnnxReading:
    """The preprocessing as it is chosen."""
    how = reading.preprocessing
    a, b, c, d = st.columns(4)
    colour = a.selectbox("Colours", COLOURS, COLOURS.index(how.colour), key="model-colour")
    scale = b.selectbox("Values", SCALES, SCALES.index(how.scale), key="model-scale")
    resize = c.selectbox("Resized", RESIZINGS, RESIZINGS.index(how.resize), key="model-resize")
    aspect = d.selectbox("Aspect", ASPECTS, ASPECTS.index(how.aspect), key="model-aspect")
    made = replace(how, colour=colour, scale=scale, resize=resize, aspect=aspect)
    return replace(reading, preprocessing=made)


def _comparison(opened: Opened, reading: OnnxReading) -> OnnxReading:
    """Which output, and how two features compare."""
    names = output_names(opened.says)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        output, pooling = reading.output, reading.pooling
        if len(names) > 1:
            output = st.selectbox("Feature", names, names.index(output), key=f"model-output {opened.key} {output}")
        if len(next(one.shape for one in opened.says.outputs if one.name == output)) > 2:
            pooling = st.selectbox(
                "Pooled by", POOLINGS, POOLINGS.index(pooling), key=f"model-pooling {opened.key} {pooling}"
            )
        distance = st.segmented_control(
            "Distance",
            DISTANCES,
            default=reading.distance,
            required=True,
            key=f"model-distance {opened.key} {reading.distance}",
            format_func=literal,
            help="Cosine: features are set to unit length before they are compared.",
        )
        mirror = st.toggle(
            "Mean over mirror images",
            reading.mirror,
            key=f"model-mirror {opened.key}",
            help="The feature is the mean of an image's and of its mirror image's: twice the work.",
        )
    return replace(reading, output=output, pooling=pooling, distance=distance or "cosine", mirror=mirror)


def _keep(file: Path, reading: OnnxReading, search: Search | None, name: str) -> Path:
    kept: list[Path] = []
    _with_worker(file, lambda worker: kept.append(keep_network(file, worker, reading, name, search)))
    return kept[0]
