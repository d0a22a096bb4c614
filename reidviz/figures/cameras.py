"""Who was seen by which camera, and how often."""

import numpy as np
import plotly.graph_objects as go

from reidviz.data.dataset import Dataset
from reidviz.figures.text import plain

MOST_PERSONS = 3_000


def cameras_figure(dataset: Dataset) -> go.Figure:
    """Pictures of each person (columns, those by most cameras first) by each camera (rows); at most MOST_PERSONS."""
    shown = np.isin(dataset.identities, dataset.persons)
    persons, who = np.unique(dataset.identities[shown], return_inverse=True)
    named = np.where(dataset.cameras == "", "unknown", dataset.cameras)[shown]
    cameras, where = np.unique(named, return_inverse=True)
    counts = np.zeros((len(cameras), len(persons)), dtype=np.int32)
    np.add.at(counts, (where, who), 1)
    order = np.lexsort((-counts.sum(0), -(counts > 0).sum(0)))[:MOST_PERSONS]
    told = np.array([plain(name) for name in persons[order]])
    figure = go.Figure(
        go.Heatmap(
            z=counts[:, order],
            x=np.arange(1, len(order) + 1),
            y=[f"camera {plain(name)}" for name in cameras],
            text=np.broadcast_to(told, (len(cameras), len(order))) if len(order) <= 500 else None,
            colorscale=[[0, "rgba(128,128,128,.08)"], [1e-9, "#A6D3E8"], [1, "#0B4F6C"]],
            zmin=0,
            xgap=0,
            ygap=2,
            zmax=max(2, int(counts.max(initial=0))),
            colorbar={"title": "pictures", "thickness": 12, "tickformat": "d", "nticks": 4},
            hovertemplate="%{y}: %{z} pictures<br>%{text}<extra></extra>"
            if len(order) <= 500
            else "%{y}: %{z} pictures<extra></extra>",
        )
    )
    figure.update_layout(
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=min(420, 110 + 26 * len(cameras)),
        xaxis={"title": "persons, those seen by most cameras first"},
        yaxis={"autorange": "reversed", "automargin": True, "type": "category"},
    )
    return figure
