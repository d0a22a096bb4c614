"""What the Embeddings page says in numbers of both spaces, each number with its definition."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from reidviz.common.arrays import Float32Array, Float64Array, IntArray
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.embedding.metrics import CameraBias, Distances, camera_bias, pair_distances, silhouette
from reidviz.evaluation.embedding.neighbours import COUNT, agreement, nearest
from reidviz.evaluation.embedding.sampling import by_identity
from reidviz.evaluation.ranking.uncertainty import difference_of
from reidviz.evaluation.tables import Table
from reidviz.figures.embedding import distances_figure
from reidviz.ui.embeddings.spaces import NAMES, EmbeddingMap
from reidviz.ui.results.certificates import certified_features
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown, literal, model
from reidviz.ui.widgets.table import show_table

MOST_FOR_AGREEMENT = 5_000
MOST_FOR_PURITY = 3_000
CLEARLY = 10
"""Points above chance from which a space tells the camera."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """What is said of one space."""

    silhouette: tuple[float, int] | None
    distances: Distances | None
    camera: CameraBias | None


def spaces_in_words(sides: Sequence[EmbeddingMap]) -> Markdown:
    """Which of both spaces keeps persons better together, with the interval over persons."""
    one, other = (_purity(side) for side in sides)
    if one is None or other is None or len(one) != len(other):
        return Markdown("Who lies near whom: each point is an image, and near means alike to the model.")
    known = _known(sides[0])
    found = difference_of(one - other, sides[0].points.individuals[known])
    shares = [
        Markdown(f"{literal(side.space.name)} {100 * share.mean():.1f} %")
        for side, share in zip(sides, (one, other), strict=True)
    ]
    what = Markdown(f"The nearest of {len(known):,} images shows the same person: {Markdown(', '.join(shares))}")
    ends = Markdown(
        f"{found.points:+z.1f} points, 95 % interval {found.interval.low:+z.1f} to {found.interval.high:+z.1f}"
    )
    if not found.told_apart:
        return Markdown(f"{what}: **the two spaces cannot be told apart** by that ({ends}).")
    better = sides[0] if found.points > 0 else sides[1]
    return Markdown(f"{what}: **{literal(better.space.name)} keeps persons better together** ({ends}).")


def _known(side: EmbeddingMap) -> IntArray:
    """The rows of persons with two images or more, of many a sample in which each keeps about the same share."""
    who = side.points.individuals
    _, number, count = np.unique(who, return_inverse=True, return_counts=True)
    known = np.flatnonzero(count[number] > 1)
    return known[by_identity(who[known], MOST_FOR_PURITY, seed=0)]


@remembered(st.cache_resource, max_entries=16)
def _purity(side: EmbeddingMap) -> Float64Array | None:
    """Of each of the known rows whether its nearest other image shows the same person (1) or not (0)."""
    known = _known(side)
    if len(known) < 2:
        return None
    places, _ = nearest(side.features, side.features[known], 2)
    other = np.where(places[:, 0] == known, places[:, 1], places[:, 0])
    return np.asarray(side.points.identities[other] == side.points.identities[known], dtype=np.float64)


def show_numbers(sides: Sequence[EmbeddingMap]) -> None:
    """A table of both spaces, histograms of distances, how far they agree, and what it all means."""
    st.header("In numbers", anchor=False)
    numbers, shared = _measured(sides)
    lines = [Markdown("| | persons keep together | distances overlap | camera told |\n|:---|---:|---:|---:|")]
    lines += [_line(side, one) for side, one in zip(sides, numbers, strict=True)]
    certificate = _certified(sides, "map-numbers")
    show_table(Markdown("\n".join(lines)), _taken(sides, numbers, shared), certificate, "map-numbers")
    if shared is not None:
        told, images = shared
        measured = Markdown(
            f"measured on {images:,} images; chance is {100 * COUNT / (images - 1):.1f} %"
            if images > COUNT + 1
            else f"by construction: of {images:,} images every other one is a neighbour"
        )
        st.markdown(
            f"Both spaces agree on **{told:.1f} %** of an image's {min(COUNT, images - 1)} nearest neighbours "
            f"({measured})."
        )
    for name, column, side, one in zip(NAMES, st.columns(2), sides, numbers, strict=True):
        with column:
            st.markdown(f"**{model(side.space.name, side.style)}**: how far apart")
            _histogram(name, sides, side, one.distances)
    _definitions(numbers)


def _measured(sides: Sequence[EmbeddingMap]) -> tuple[list[Numbers], tuple[float, int] | None]:
    """Everything, with a bar that tells how far it is: each part takes about a second where it is not kept."""
    one, other = sides
    bar = st.progress(0.0, text=f"Measuring {literal(one.space.name)} …")
    first = _numbers(one)
    bar.progress(0.4, text=f"Measuring {literal(other.space.name)} … a few seconds left")
    second = _numbers(other)
    bar.progress(0.8, text="Comparing neighbours … a second left")
    shared = _agreement(one, other)
    bar.empty()
    return [first, second], shared


def _certified(sides: Sequence[EmbeddingMap], kind: str, **asked: str) -> Certificate:
    left, right = (side.space.name for side in sides)
    images = len(sides[0].points)
    marks = [side.mark for side in sides]
    return certified_features(sides[0].points.choice, kind, marks, left=left, right=right, images=images, **asked)


def _taken(sides: Sequence[EmbeddingMap], numbers: Sequence[Numbers], shared: tuple[float, int] | None) -> Table:
    """The same to take away, with how many neighbours both spaces share."""
    rows = tuple(
        (
            side.space.name,
            None if one.silhouette is None else one.silhouette[0],
            None if one.distances is None else 100 * one.distances.overlap,
            None if one.camera is None else one.camera.balanced_accuracy,
            None if one.camera is None else one.camera.chance,
            None if shared is None else shared[0],
        )
        for side, one in zip(sides, numbers, strict=True)
    )
    told = "distances overlap (%)", "camera told (%)", "camera by chance (%)", "neighbours shared (%)"
    return Table(("space", "persons keep together", *told), rows, digits={"persons keep together": 3})


def _line(side: EmbeddingMap, one: Numbers) -> Markdown:
    together = Markdown("–" if one.silhouette is None else f"{one.silhouette[0]:+z.3f}")
    overlap = Markdown("–" if one.distances is None else f"{100 * one.distances.overlap:.1f} %")
    camera = Markdown("–") if one.camera is None else _camera(one.camera)
    return Markdown(f"| {model(side.space.name, side.style)} | {together} | {overlap} | {camera} |")


def _camera(found: CameraBias) -> Markdown:
    """How well the camera is told, as a badge where that is well above chance."""
    told = Markdown(f"{found.balanced_accuracy:.1f} % (chance {found.chance:.0f} %)")
    if found.balanced_accuracy < found.chance + CLEARLY:
        return told
    return Markdown(f":orange-badge[:material/photo_camera: {told}]")


def _histogram(name: str, sides: Sequence[EmbeddingMap], side: EmbeddingMap, found: Distances | None) -> None:
    if found is None:
        st.caption("There are no two images of one person among these, or none of two.")
        return
    chart(
        distances_figure(found.edges, found.same, found.different),
        _certified(sides, "map-distances", of=side.space.name),
        key=f"map-distances-{name}",
        alt=f"Histograms of distances within and between persons, {side.space.name}",
        config={"displayModeBar": False},
    )
    same = _counted(found.same_pairs, found.same_total)
    st.caption(f"{same} of one person, {_counted(found.different_pairs, found.different_total)} of different persons.")


def _counted(pairs: int, total: int) -> Markdown:
    return Markdown(f"{pairs:,} pairs" + ("" if pairs == total else f" drawn of {total:,}"))


def _definitions(numbers: Sequence[Numbers]) -> None:
    images = next((one.camera.images for one in numbers if one.camera is not None), 0)
    over = next((one.silhouette[1] for one in numbers if one.silhouette is not None), 0)
    st.caption(
        f"**Persons keep together**: mean silhouette over {over:,} images of persons with two images or more, from "
        "-1 (nearer to somebody else) to 1. **Distances overlap**: the area that the histograms of distances within "
        "and between persons share; 0 % where one threshold tells all. **Camera told**: share of images whose camera "
        "a linear probe (logistic regression, 5-fold, fitted on other persons) reads from the feature, the mean over "
        f"cameras, on {images:,} images; chance means a feature free of camera bias. **Agree**: the share of an "
        f"image's {COUNT} nearest other images that are the same in both spaces. All in the original spaces, "
        "before any projection; of a joint feature, persons and cameras are those of the image beside the probe."
    )


@remembered(st.cache_resource, max_entries=16)
def _numbers(side: EmbeddingMap) -> Numbers:
    points = side.points
    own = len(points.positions)
    features: Float32Array = side.features[:own]
    persons, cameras = points.individuals, points.cameras[:own]
    return Numbers(
        silhouette(features, persons), pair_distances(features, persons), camera_bias(features, cameras, persons)
    )


@remembered(st.cache_resource, max_entries=16)
def _agreement(one: EmbeddingMap, other: EmbeddingMap) -> tuple[float, int] | None:
    """Percent, and the images it was taken over; None where both maps show the same space."""
    if one.key == other.key:
        return None
    smaller = min((one.points, other.points), key=lambda points: len(points.positions))
    chosen = smaller.positions
    persons = smaller.individuals
    chosen = chosen[by_identity(persons, MOST_FOR_AGREEMENT, seed=0)]
    features = [side.features[side.points.rows_of(chosen)] for side in (one, other)]
    if len(features[0]) != len(features[1]) or len(features[0]) < 2:
        return None
    return agreement(features[0], features[1]), len(chosen)
