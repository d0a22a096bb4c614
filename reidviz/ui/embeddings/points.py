"""Which images stand on the maps of the Embeddings page: of the chosen data set, and of another one beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final

import numpy as np
import numpy.typing as npt
import streamlit as st

from reidviz.common.arrays import IntArray
from reidviz.common.printable import short, titles
from reidviz.data.dataset import Dataset
from reidviz.data.splits.protocols import default_protocol, split
from reidviz.evaluation.embedding.sampling import by_identity
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.datasets import dataset_named, known_data
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import or_stop
from reidviz.ui.widgets.thumbnails import thumbnail

MOST = 100_000
MOST_PAIRS = 2_000
ROLES = ("probe", "gallery", "training", "not used")
TEST: Final = "test images"
EVERY: Final = "all images"


@dataclass(frozen=True, eq=False)
class Points:
    """Rows of a map: images of the chosen data set at ascending positions, then images of another one.

    total  images there were to show before a sample was taken
    """

    choice: Choice
    positions: IntArray
    other: Dataset | None
    others: IntArray
    total: int

    def __len__(self) -> int:
        return len(self.positions) + len(self.others)

    @property
    def dataset(self) -> Dataset:
        """The chosen data set, which the first rows are of."""
        return self.choice.dataset

    @property
    def parts(self) -> Sequence[tuple[Dataset, IntArray]]:
        """Each data set with its positions."""
        own = (self.dataset, self.positions)
        return (own,) if self.other is None else (own, (self.other, self.others))

    @cached_property
    def identities(self) -> npt.NDArray[np.str_]:
        """The person of each row; those of the other data set under its name."""
        found = [self.dataset.identities[self.positions]]
        if self.other is not None:
            found.append(np.array([f"{short(self.other.name)} {name}" for name in self.other.identities[self.others]]))
        return np.concatenate(found)

    @cached_property
    def individuals(self) -> npt.NDArray[np.str_]:
        """The person of each row of the chosen data set; images of nobody show one each (Dataset.individuals)."""
        return self.dataset.individuals[self.positions]

    @cached_property
    def cameras(self) -> npt.NDArray[np.str_]:
        """The camera of each row, "" where unknown."""
        return np.concatenate([dataset.cameras[positions] for dataset, positions in self.parts])

    @cached_property
    def domains(self) -> npt.NDArray[np.str_]:
        """The data set of each row."""
        return np.concatenate([np.full(len(positions), short(dataset.name)) for dataset, positions in self.parts])

    @cached_property
    def roles(self) -> npt.NDArray[np.str_]:
        """What each row does in the protocol: one of ROLES; images of the other data set are not used."""
        roles = np.full(len(self), ROLES[3], dtype="<U8")
        own = roles[: len(self.positions)]
        parts = self.choice.split
        for role, places in zip(ROLES[2::-1], (parts.train, parts.gallery, parts.probes), strict=True):
            own[np.isin(self.positions, places)] = role
        return roles

    def description(self, row: int) -> str:
        """A row in words."""
        camera = f", camera {self.cameras[row]}" if self.cameras[row] else ""
        return f"person {self.identities[row]}{camera}, {self.roles[row]}"

    def image(self, row: int) -> str:
        """The data URI of the image of a row."""
        if row < len(self.positions):
            return thumbnail(self.dataset, int(self.positions[row]))
        assert self.other is not None
        return thumbnail(self.other, int(self.others[row - len(self.positions)]))

    def rows_of(self, positions: IntArray) -> IntArray:
        """The rows of images of the chosen data set, those that are on the map."""
        rows = np.searchsorted(self.positions, positions).clip(max=max(0, len(self.positions) - 1))
        return rows[self.positions[rows] == positions] if len(self.positions) else positions[:0]


def points_of(choice: Choice, shown: str, other: Dataset | None, most: int) -> Points:
    """The images to show: those of the test or all, at most so many, each person keeping about the same share."""
    parts = choice.split
    test = np.unique(np.concatenate([parts.probes, parts.gallery]))
    own = test if shown == TEST else np.arange(len(choice.dataset.samples))
    beside = np.empty(0, dtype=np.int64)
    if other is not None:
        theirs = split(other, default_protocol(other))
        beside = np.unique(np.concatenate([theirs.probes, theirs.gallery]))
    total = len(own) + len(beside)
    own, beside = (_sampled(source, which, most) for source, which in ((choice.dataset, own), (other, beside)))
    return Points(choice, own, other, beside, total)


def choose_points(choice: Choice) -> tuple[Points, Points]:
    """Draw the choice of images; the points of a space of images, and those of a space of pairs, which are fewer
    and of the chosen data set alone."""
    a, b = st.columns([2, 3])
    with a:
        shown = (
            st.segmented_control(
                "Images", [TEST, EVERY], default=TEST, required=True, key="map-images", persist_state="session"
            )
            or TEST
        )
    names = ["none", *(name for name in known_data() if name != choice.dataset.name)]
    beside = b.selectbox(
        "Beside them, another data set",
        names,
        key="map-beside",
        persist_state="session",
        format_func=lambda name: titles(names)[name],
        help="Its test images are laid out in the same space of ranking features, so that domains can be compared. "
        "They cannot be selected.",
    )
    other = None if beside == "none" else or_stop(partial(dataset_named, beside))
    return or_stop(lambda: (points_of(choice, shown, other, MOST), points_of(choice, shown, None, MOST_PAIRS)))


def describe_points(points: Points) -> Markdown:
    """What the maps show, in words."""
    persons = len(set(points.identities[: len(points.positions)].tolist()) & set(points.dataset.persons))
    text = Markdown(f"{len(points.positions):,} images of {persons:,} persons")
    if points.other is not None:
        beside = literal(short(points.other.name))
        text = Markdown(f"{text}, beside {len(points.others):,} test images of {beside}")
    if len(points) < points.total:
        text = Markdown(
            f"{text} (a sample of {points.total:,} images, in which each person keeps about the same share)"
        )
    return text


def _sampled(dataset: Dataset | None, positions: IntArray, most: int) -> IntArray:
    if dataset is None or len(positions) <= most:
        return positions
    return positions[by_identity(dataset.identities[positions], most, seed=0)]
