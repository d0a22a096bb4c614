"""The images a user has selected: one selection for all pages, held by sample id."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reidviz.common.arrays import IntArray
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import SELECTION


@dataclass(frozen=True)
class Selection:
    """Samples of one data set, in the order in which they were selected.

    data  manifest hash of the data set
    ids   Sample.id of each
    """

    data: str = ""
    ids: tuple[str, ...] = ()


def selected(choice: Choice) -> IntArray:
    """Positions in Dataset.samples of the selected images; none where they are of another data set."""
    kept = SELECTION.get(Selection())
    if kept.data != choice.dataset.manifest_hash:
        return np.empty(0, dtype=np.int64)
    places = {sample.id: i for i, sample in enumerate(choice.dataset.samples)}
    return np.array([places[one] for one in kept.ids], dtype=np.int64)


def select(choice: Choice, positions: Iterable[int]) -> None:
    """Select these samples instead of what was selected before."""
    ids = tuple(dict.fromkeys(choice.dataset.samples[int(i)].id for i in positions))
    SELECTION.set(Selection(choice.dataset.manifest_hash, ids))


def clear() -> None:
    """Select nothing."""
    SELECTION.set(Selection())
