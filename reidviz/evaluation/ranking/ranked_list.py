"""The gallery as one ranker orders it for a probe: which images come first, and where the true matches stand."""

from dataclasses import dataclass

import numpy as np

from reidviz.common.arrays import BoolArray, IntArray
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.ranking.ranking import one_a_group, order
from reidviz.evaluation.scores import Scores


@dataclass(frozen=True)
class Listed:
    """An image of a list: its rank, its place in the gallery, whether it is a true match (None where nobody knows),
    and how many frames of its tracklet it stands for."""

    rank: int
    place: int
    right: bool | None
    frames: int = 1


@dataclass(frozen=True, eq=False)
class RankedList:
    """The first images of a list.

    length   of the whole list, without what is ignored
    matches  the ranks of all true matches; None where nobody knows them
    match    the first of these
    """

    first: tuple[Listed, ...]
    length: int
    matches: IntArray | None = None
    match: Listed | None = None


def ranked_list(
    scores: Scores, row: int, truth: tuple[BoolArray, BoolArray] | None, groups: IntArray, most: int
) -> RankedList:
    """The list of one row of scores. truth: true matches and ignored images of the gallery (G,), None if unknown;
    groups: the tracklet of each gallery image (G,), of which the first stands for all; most: images of the list."""
    ranked = ranked_places(scores, row, truth)
    same = None if truth is None else truth[0]

    def listed(rank: int, frames: int = 1) -> Listed:
        place = int(ranked[rank - 1])
        return Listed(rank, place, None if same is None else bool(same[place]), frames)

    first = tuple(listed(rank, frames) for rank, frames in one_a_group(groups[ranked], most))
    if same is None:
        return RankedList(first, len(ranked))
    matches = np.flatnonzero(same[ranked]) + 1
    return RankedList(first, len(ranked), matches, listed(int(matches[0])))


def ranked_places(scores: Scores, row: int, truth: tuple[BoolArray, BoolArray] | None) -> IntArray:
    """Gallery places from the nearest on, without those that are ignored."""
    same, ignored = truth or (None, np.zeros(scores.matrix.shape[1], dtype=bool))
    ranked = order(scores.distances(row), same)
    found: IntArray = ranked[~ignored[ranked]]
    return found


def tracklets(dataset: Dataset, split: Split) -> IntArray:
    """The tracklet of each gallery image (G,), numbered; images of nobody stay alone."""
    names = np.char.add(np.char.add(dataset.individuals[split.gallery], "\n"), dataset.cameras[split.gallery])
    return np.unique(names, return_inverse=True)[1].astype(np.int64)
