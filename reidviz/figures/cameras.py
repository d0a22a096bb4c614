"""Who was seen by which camera, and how often."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from reidviz.common.arrays import IntArray
from reidviz.data.dataset import Dataset
from reidviz.figures.text import Plain

MOST_PERSONS = 3_000
MOST_COLUMNS = 120
"""Persons that are told apart as columns of a chart."""
MOST_TOLD = 12
MOST_NAMED = 500
"""Persons whose names are told where the mouse rests."""


def sightings(dataset: Dataset) -> tuple[IntArray, list[str], list[str]]:
    """Images (cameras, persons) of each person by each camera, and the names of both; persons seen by most cameras
    first, at most MOST_PERSONS."""
    shown = np.isin(dataset.identities, dataset.persons)
    persons, who = np.unique(dataset.identities[shown], return_inverse=True)
    named = np.where(dataset.cameras == "", "unknown", dataset.cameras)[shown]
    cameras, where = np.unique(named, return_inverse=True)
    counts = np.zeros((len(cameras), len(persons)), dtype=np.int64)
    np.add.at(counts, (where, who), 1)
    order = np.lexsort((-counts.sum(0), -(counts > 0).sum(0)))[:MOST_PERSONS]
    return counts[:, order], cameras.tolist(), persons[order].tolist()


def cameras_figure(counts: IntArray, cameras: Sequence[Plain], persons: Sequence[Plain]) -> go.Figure:
    """Images (cameras, persons) of each person by each camera: a column a person, a row a camera."""
    named = len(persons) <= MOST_NAMED
    figure = go.Figure(
        go.Heatmap(
            z=counts.astype(np.int32),
            x=np.arange(1, len(persons) + 1),
            y=[f"camera {name}" for name in cameras],
            text=np.broadcast_to(np.array(persons), counts.shape) if named else None,
            colorscale=[[0, "rgba(128,128,128,.08)"], [1e-9, "#A6D3E8"], [1, "#0B4F6C"]],
            zmin=0,
            xgap=0,
            ygap=2,
            zmax=max(2, int(counts.max(initial=0))),
            colorbar={"title": "images", "thickness": 12} | _whole(int(counts.max(initial=0)), 4),
            hovertemplate="%{y}: %{z} images" + ("<br>%{text}" if named else "") + "<extra></extra>",
        )
    )
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=min(420, 110 + 26 * len(cameras)),
        xaxis={"title": "persons, those seen by most cameras first"},
        yaxis={"autorange": "reversed", "automargin": True, "type": "category"},
    )
    return figure


def shared_figure(counts: IntArray, cameras: Sequence[Plain]) -> go.Figure:
    """How many persons each two cameras saw, from images (cameras, persons); on the diagonal all that one saw."""
    seen = (counts > 0).astype(np.int64)
    shared = seen @ seen.T
    names = [f"camera {name}" for name in cameras]
    figure = go.Figure(
        go.Heatmap(
            z=shared.astype(np.int32),
            x=names,
            y=names,
            text=shared.astype(np.int32) if len(cameras) <= MOST_TOLD else None,
            texttemplate="%{text}" if len(cameras) <= MOST_TOLD else None,
            colorscale=[[0, "rgba(128,128,128,.08)"], [1e-9, "#A6D3E8"], [1, "#0B4F6C"]],
            zmin=0,
            zmax=max(2, int(shared.max(initial=0))),
            xgap=2,
            ygap=2,
            colorbar={"title": "persons", "thickness": 12} | _whole(int(shared.max(initial=0)), 4),
            hovertemplate="%{y} and %{x}: %{z} persons<extra></extra>",
        )
    )
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=min(420, 120 + 26 * len(cameras)),
        xaxis={"type": "category", "automargin": True},
        yaxis={"autorange": "reversed", "automargin": True, "type": "category"},
    )
    return figure


def images_figure(counts: Sequence[int]) -> go.Figure:
    """How many persons have how many images; counts: images of each person."""
    images, persons = np.unique(np.asarray(counts, dtype=np.int64), return_counts=True)
    figure = go.Figure(
        go.Bar(
            x=images.astype(np.int32),
            y=persons.astype(np.int32),
            marker={"color": "#0B6E8F"},
            hovertemplate="%{y} persons have %{x} images<extra></extra>",
        )
    )
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=276,
        xaxis={"title": "images of a person"} | _whole(int(np.ptp(images)) + 1 if len(images) else 0, 8),
        yaxis={"title": "persons"} | _whole(int(persons.max(initial=0)), 8),
    )
    return figure


def _whole(span: int, most: int) -> dict[str, object]:
    """Ticks at whole numbers only, about as many as are wanted at most: where these few would do, one each."""
    return {"tickformat": "d"} | ({"dtick": 1} if span <= most else {"nticks": most})
