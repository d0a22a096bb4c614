"""Maps of the same images at several times, brought in line so that each image leaves a trail."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.evaluation.embedding.procrustes import aligned
from reidviz.evaluation.embedding.projection import Plane, principal


@dataclass(frozen=True, eq=False)
class Trails:
    """Maps in order of time. planes: (N, 2) each; residuals: the share of the last map's variance that each, moved
    onto it, does not meet (procrustes.Alignment)."""

    planes: tuple[Plane, ...]
    residuals: tuple[float, ...]


def trails_of(features: Sequence[Float32Array]) -> Trails:
    """The two main components of features (N, D) at each time, each map moved onto the last by Procrustes analysis."""
    planes = [principal(one) for one in features]
    moves = [aligned(plane, planes[-1]) for plane in planes]
    moved = tuple(move.of(plane) for move, plane in zip(moves, planes, strict=True))
    return Trails(moved, tuple(move.residual for move in moves))


def centres(plane: Plane, persons: IntArray) -> Plane:
    """Where the images of each person lie on average (K, 2); persons: of each image, 0 ... K - 1 (N,)."""
    counts = np.bincount(persons)
    sums = [np.bincount(persons, plane[:, axis]) for axis in (0, 1)]
    return np.stack([one / np.maximum(counts, 1) for one in sums], axis=1).astype(np.float32)
