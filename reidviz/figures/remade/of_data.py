"""Figures of a data set and of its split, made from these alone."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

import plotly.graph_objects as go

from reidviz.data.catalogue.in_words import parts_of
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.tables import Table
from reidviz.figures.cameras import MOST_COLUMNS, cameras_figure, images_figure, shared_figure, sightings
from reidviz.figures.text import plain


def images_of_persons(dataset: Dataset) -> go.Figure:
    """How many persons have how many images."""
    counted = Counter(dataset.identities.tolist())
    return images_figure([counted[name] for name in dataset.persons])


def shows_each_person(dataset: Dataset) -> bool:
    """Whether the persons are so few that each has a column of the figure of sightings."""
    return len(set(dataset.identities.tolist())) <= MOST_COLUMNS


def sightings_of(dataset: Dataset) -> go.Figure:
    """Who was seen by which camera: each person, or where they are many, how many by each two cameras."""
    counts, seen_by, seen = sightings(dataset)
    cameras = [plain(name) for name in seen_by]
    if shows_each_person(dataset):
        return cameras_figure(counts, cameras, [plain(name) for name in seen])
    return shared_figure(counts, cameras)


def split_table(dataset: Dataset, split: Split) -> Table:
    """How many persons and images train, are probes, make the gallery, or are not used, to take away."""
    return Table(
        ("part", "persons", "images"),
        tuple((one.name, one.persons, one.images) for one in parts_of(dataset, split)),
    )


OF_DATA: Final[Mapping[str, Callable[[Dataset], go.Figure]]] = {
    "images": images_of_persons,
    "sightings": sightings_of,
}
