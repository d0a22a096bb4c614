"""Images that are the same: byte by byte, or to the eye.

Two images look alike where the root mean square difference of their small grey images is under NEAR, both brought
to mean 0 and to the lower contrast of the two: in terms of their correlation r, 2 (1 - r) contrast^2 < NEAR^2.

Not all are compared with all, which takes 5,000,000,000 comparisons for 100,000 images. They are sorted into buckets,
the cells of a grid over the directions in which they vary most. A projection makes no distance longer: what is neither
in an image's cell nor in one beside it is farther away than a cell is wide, so that no pair is missed.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import IntArray
from reidviz.common.progress import Progress
from reidviz.data.doctor.image_properties import ImageProperties

NEAR = 4.0
"""Levels of 255. On CUHK01 it finds two persons who stand there under two names, and nothing else."""
FLAT = 3.0
"""Standard deviation in levels of 255 below which an image has nothing to compare."""
DIRECTIONS = 2
BAND = 1.25
"""Times the lowest contrast up to which images share a grid: the lower the contrast, the wider its cells."""
ROWS, COLUMNS = 256, 8192
"""Images compared with images at once."""
ROUNDING = 2e-5
"""More than a correlation in single precision is off by."""

Groups = tuple[tuple[int, ...], ...]
Floats = npt.NDArray[np.float32]


def exact(facts: ImageProperties) -> Groups:
    """Positions of images whose files are equal byte by byte, a group each."""
    known = np.flatnonzero(facts.digest != "")
    _, which = np.unique(facts.digest[known], return_inverse=True)
    return _groups(known, which)


def near(facts: ImageProperties, progress: Progress) -> Iterator[IntArray]:
    """Pairs (P, 2) of images that look alike though their files differ, some at a time, each pair once."""
    positions, contrast, unit = _comparable(facts)
    file = np.unique(facts.digest, return_inverse=True)[1]
    least = (1 - NEAR**2 / (2 * np.square(contrast))).astype(np.float32)
    projected = unit @ np.linalg.eigh(unit.T @ unit)[1][:, -DIRECTIONS:]
    start = 0
    while start < len(unit):
        stop = int(np.searchsorted(contrast, BAND * contrast[start]))
        done = start
        for own, around in _buckets(projected[start:], 1.001 * NEAR / float(contrast[start]), stop - start):
            progress(done, len(unit), "comparing images")
            for rows in _parts(start + own, ROWS):
                for columns in _parts(start + around[around > rows[0] - start], COLUMNS):
                    pairs, sure = _compared(unit, least, rows, columns)
                    if len(pairs):
                        pairs = positions[pairs]
                        sure[~sure] = alike(*facts.look[pairs[~sure].T])
                        yield pairs[sure & (file[pairs[:, 0]] != file[pairs[:, 1]])]
            done += len(own)
        start = stop


def alike(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Whether small grey images (P, 256) look alike, pair by pair, in double precision."""
    x, y = (looks - looks.mean(1, keepdims=True) for looks in (one, other))
    lower = np.minimum(x.std(1), y.std(1))
    correlation = (x * y).mean(1) / (x.std(1) * y.std(1))
    found: npt.NDArray[np.bool_] = 2 * (1 - correlation) * np.square(lower) < NEAR**2
    return found


class Links:
    """Which images pairs link, directly or through others; it takes no more room the more pairs there are."""

    def __init__(self, count: int) -> None:
        self._group = np.arange(count)

    def add(self, pairs: IntArray) -> None:
        """Link the two positions of each of these pairs (P, 2)."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        one, other = self._group[pairs].T
        new = one != other
        if new.any():
            links = coo_array((np.ones(new.sum()), (one[new], other[new])), shape=(len(self._group),) * 2)
            self._group = connected_components(links, directed=False)[1][self._group]

    def groups(self) -> Groups:
        """Those linked, a group each."""
        linked = np.flatnonzero(np.bincount(self._group)[self._group] > 1)
        return _groups(linked, self._group[linked])


def _comparable(facts: ImageProperties) -> tuple[IntArray, Floats, Floats]:
    """Of the images that have some contrast, by rising contrast: positions (n,), contrast (n,), and the small grey
    image (n, 256) with mean 0 and norm 1."""
    unit = facts.look.astype(np.float32)
    unit -= unit.mean(1, keepdims=True)
    norm = np.linalg.norm(unit, axis=1)
    contrast = norm / np.float32(np.sqrt(unit.shape[1]))
    order = np.argsort(contrast, kind="stable")
    positions = order[(contrast[order] > FLAT) & (facts.error[order] == "")]
    unit = unit[positions]
    unit /= norm[positions, None]
    return positions, contrast[positions], unit


def _buckets(projected: Floats, width: float, asked: int) -> Iterator[tuple[IntArray, IntArray]]:
    """For each cell of a grid with an image of the first `asked`: these images, and all in the cell or beside it."""
    cells = np.floor((projected - projected.min(0)) / width).astype(np.int64) + 1
    sides = cells.max(0) + 2
    number = np.ravel_multi_index(tuple(cells.T), tuple(sides))
    order = np.argsort(number, kind="stable")
    numbers = number[order]
    steps = sides[:0:-1].cumprod()[::-1]
    beside = np.array(list(product((-1, 0, 1), repeat=DIRECTIONS - 1))) @ steps
    for cell in np.unique(number[:asked]):
        own = order[slice(*np.searchsorted(numbers, [cell, cell + 1]))]
        first, last = np.searchsorted(numbers, cell + beside - 1), np.searchsorted(numbers, cell + beside + 2)
        around = np.concatenate([order[a:b] for a, b in zip(first, last, strict=True)])
        yield own[own < asked], around


def _compared(unit: Floats, least: Floats, rows: IntArray, columns: IntArray) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Pairs (P, 2) of one of the rows and one of the columns behind it that correlate as least says of the row, and of
    each whether that is beyond rounding."""
    correlation = unit[rows] @ unit[columns].T
    one, other = np.nonzero(correlation > least[rows, None] - ROUNDING)
    sure = correlation[one, other] > least[rows[one]] + ROUNDING
    pairs = np.stack([rows[one], columns[other]], axis=1)
    behind = pairs[:, 0] < pairs[:, 1]
    return pairs[behind], sure[behind]


def _parts(positions: IntArray, size: int) -> list[IntArray]:
    return [positions[start : start + size] for start in range(0, len(positions), size)]


def _groups(positions: IntArray, which: npt.NDArray[np.generic]) -> Groups:
    """Positions by what they share, those that share it with no other left out; in the order of their first image."""
    order = np.lexsort((positions, which))
    parts = np.split(positions[order], np.flatnonzero(np.diff(which[order])) + 1)
    found = [tuple(part.tolist()) for part in parts if len(part) > 1]
    return tuple(sorted(found))
