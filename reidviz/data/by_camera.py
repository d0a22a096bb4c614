"""The images of persons by camera: what protocols are made of."""

from collections.abc import Iterable

import numpy as np

from reidviz.common.arrays import IntArray
from reidviz.common.printable import printable
from reidviz.data.dataset import Dataset

Views = dict[str, list[int]]
"""The images of one person by camera ("" where unknown), as positions in Dataset.samples."""


def images_by_camera(dataset: Dataset, positions: Iterable[int] | None = None) -> dict[str, Views]:
    """The views of every person among the samples at some positions, or all."""
    views: dict[str, Views] = {}
    for i in range(len(dataset.samples)) if positions is None else positions:
        s = dataset.samples[i]
        views.setdefault(s.identity, {}).setdefault(s.camera or "", []).append(i)
    return views


def can_be_matched(views: Views) -> bool:
    """Whether a person can be both probed and matched: seen by two cameras, or twice where cameras are unknown."""
    return len(views) > 1 or len(views.get("", ())) > 1


def single_shot(views: Views) -> tuple[int, list[int]]:
    """The gallery image and the probes of a person that can be matched."""
    if "" in views:
        return views[""][0], views[""][1:]
    camera = sorted(views)[1]
    return views[camera][0], [i for other, images in views.items() if other != camera for i in images]


def positions_of(indices: Iterable[int]) -> IntArray:
    """Positions in ascending order."""
    return np.array(sorted(indices), dtype=np.int64)


def some(names: list[str]) -> str:
    """The first few names, for a message."""
    return ", ".join(printable(name) for name in names[:5]) + (", ..." if len(names) > 5 else "")
