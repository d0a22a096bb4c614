"""What colour, sign and size of the points on a map tell."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import IntArray
from reidviz.figures.embedding import SIZE, SYMBOLS, Group
from reidviz.figures.palette import RIGHT, WRONG, colour
from reidviz.figures.text import Plain, plain
from reidviz.ui.embeddings.points import ROLES, Points

BY = ("correctness", "identity", "camera", "role", "data set")
NEUTRAL = "#7A868C"
SHADES = tuple(f"hsl({(137.5 * i) % 360:.0f},{65 - 15 * (i % 2)}%,{(42, 58, 50)[i % 3]}%)" for i in range(96))
"""Neighbouring identities get hues a golden angle apart; there are more persons than colours one can tell."""


def groups_of(points: Points, by: str, rows: IntArray, first: IntArray | None) -> list[Group]:
    """The shown rows by what they are coloured by. first: the rank of each probe's true match, if that is known."""
    if by == "correctness" and first is not None:
        return _by_rank(points, rows, first)
    if by == "identity":
        _, number = np.unique(points.identities, return_inverse=True)
        return [
            Group("a colour a person", rows, [SHADES[i % len(SHADES)] for i in number[rows].tolist()], telling=False)
        ]
    values = {"camera": points.cameras, "role": points.roles, "data set": points.domains}.get(by, points.roles)
    names: Sequence[str] = ROLES if values is points.roles else sorted(set(values.tolist()))
    found = ((place, name, rows[values[rows] == name]) for place, name in enumerate(names))
    return [
        Group(_called(by, name), which, colour(place), SYMBOLS[place % 8]) for place, name, which in found if len(which)
    ]


def _called(by: str, name: str) -> Plain:
    return plain(f"camera {name or 'unknown'}" if by == "camera" else name)


def sizes_of(points: Points, first: IntArray) -> npt.NDArray[np.float32]:
    """The size in pixels of every row: probes grow with the logarithm of their true match's rank."""
    ranks = _ranks(points, first)
    return np.where(ranks > 0, np.minimum(SIZE + 2.6 * np.log2(np.maximum(ranks, 1)), 26), SIZE).astype(np.float32)


def _by_rank(points: Points, rows: IntArray, first: IntArray) -> list[Group]:
    ranks = _ranks(points, first)[rows]
    kinds = (
        (Plain("not a probe"), ranks == 0, NEUTRAL, "circle-open"),
        (Plain("probe, true match first"), ranks == 1, RIGHT, "circle"),
        (Plain("probe, true match at 2-10"), (ranks > 1) & (ranks <= 10), "#B87F00", "diamond"),
        (Plain("probe, true match beyond 10"), ranks > 10, WRONG, "x"),
    )
    return [Group(name, rows[which], shade, symbol) for name, which, shade, symbol in kinds if which.any()]


def _ranks(points: Points, first: IntArray) -> IntArray:
    """The rank of the true match of every row that is a probe, 0 for the others."""
    ranks = np.zeros(len(points), dtype=np.int64)
    ranks[points.rows_of(points.choice.split.probes)] = first
    return ranks
