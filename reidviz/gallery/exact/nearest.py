"""The k nearest rows of every probe, exactly, in one pass over blocks of features.

A first, coarse product finds the rows that may be among the k nearest, each within a bound of its exact one; those
alone are multiplied again in double precision. So hits do not depend on how many probes are asked at once.

Of unit vectors the nearest have the largest products. Of others |p - f|^2 = |p|^2 - 2 (p.f - |f|^2 / 2): the nearest
have the largest products less half their squared length.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import BoolArray, Float32Array, Float64Array, IntArray

COARSE = 2.0**-9
"""By how much a product of two unit vectors may be off where the probe and the result are rounded to 16 bits, each by
less than 2^-11, with room for features that are a little longer than 1."""
CHUNK = 2048
"""Rows that are multiplied with several probes at once: their 32-bit copy stays in a core's cache."""
SLACK = 4
"""Times as many candidates as are wanted that are held before those are dropped that cannot count."""
NOWHERE = np.finfo(np.float32).min


@dataclass(frozen=True, eq=False)
class Part:
    """Features (rows, D) of a block, float16 or float32; kept: which of the rows are searched; halves: half of each
    row's squared length (rows,), None of unit vectors."""

    features: npt.NDArray[Any]
    kept: BoolArray
    halves: Float64Array | None = None


def nearest(parts: Sequence[Part], probes: Float32Array, k: int) -> tuple[IntArray, Float64Array]:
    """Of each probe (P, D) the positions (P, found) of the k nearest rows, counted over all parts, and their products
    (P, found), less halves where there are some, the largest first, equal ones by position; found: k, or all rows that
    are searched where these are fewer."""
    found = min(k, sum(int(part.kept.sum()) for part in parts))
    places = np.zeros((len(probes), found), dtype=np.int64)
    values = np.zeros((len(probes), found))
    if not found or not len(probes):
        return places, values
    candidates = _Candidates(found, _bounds(parts, probes))
    for start, products in _coarse(parts, probes):
        candidates.offer(start, products)
    blocks = [part.features for part in parts]
    for probe, rows in enumerate(candidates.of_each()):
        theirs = rows_at(blocks, rows)
        exact = np.einsum("nd,d->n", theirs, probes[probe].astype(np.float64))
        if parts[0].halves is not None:
            exact -= halves_of(theirs)
        order = np.lexsort((rows, -exact))[:found]
        places[probe], values[probe] = rows[order], exact[order]
    return places, values


def halves_of(features: npt.NDArray[Any]) -> Float64Array:
    """Half of the squared length of each row (rows, D), in double precision."""
    found = np.empty(len(features))
    for start in range(0, len(features), CHUNK):
        wide = features[start : start + CHUNK].astype(np.float64)
        found[start : start + CHUNK] = np.einsum("nd,nd->n", wide, wide) / 2
    return found


def _bounds(parts: Sequence[Part], probes: Float32Array) -> Float32Array:
    """By how much the coarse product of each probe (P,) may be off."""
    if parts[0].halves is None:
        return np.full(len(probes), COARSE, dtype=np.float32)
    longest = max(np.sqrt(2 * part.halves.max()) for part in parts if part.halves is not None and len(part.halves))
    lengths = np.linalg.norm(probes.astype(np.float64), axis=1)
    # a sum of D products at 32 bits is off by D + 2 roundings of it at most (Higham, Accuracy and Stability, 3.1)
    return np.asarray((probes.shape[1] + 2) * 2.0**-23 * longest * (lengths + longest), dtype=np.float32)


def rows_at(parts: Sequence[npt.NDArray[Any]], positions: IntArray) -> Float64Array:
    """The rows at some positions, counted over all parts, in double precision."""
    ends = np.cumsum([len(part) for part in parts])
    out = np.empty((len(positions), parts[0].shape[1] if parts else 0))
    where = np.searchsorted(ends, positions, side="right")
    for part in np.unique(where).tolist():
        mine = where == part
        out[mine] = parts[part][positions[mine] - (ends[part] - len(parts[part]))]
    return out


def _coarse(parts: Sequence[Part], probes: Float32Array) -> Iterator[tuple[int, Float32Array]]:
    """Products (P, n) of the probes and n rows from a position on; NOWHERE's next of rows that are not searched."""
    start = 0
    for part in parts:
        alone = len(probes) == 1
        step = len(part.features) if alone else CHUNK
        for first in range(0, len(part.features), step):
            rows = slice(first, first + step)
            chunk, wanted = part.features[rows], part.kept[rows]
            if wanted.any():
                products = _by_one(chunk, probes[0]) if alone else probes @ chunk.astype(np.float32, copy=False).T
                if part.halves is not None:
                    products -= part.halves[rows].astype(np.float32)
                if not wanted.all():
                    products[:, ~wanted] = -np.inf
                yield start + first, products
        start += len(part.features)


def _by_one(rows: npt.NDArray[Any], probe: Float32Array) -> Float32Array:
    """Products (1, rows) with one probe, without a copy of the rows: as fast as memory is read."""
    if rows.dtype == np.float32:
        return (rows @ probe)[None]
    import torch

    product = torch.mv(torch.from_numpy(rows), torch.from_numpy(probe.astype(rows.dtype)))
    return product.numpy().astype(np.float32)[None]  # torch would part this work, and wait for its slower half


class _Candidates:
    """Rows that may be among the best of each probe."""

    def __init__(self, best: int, bounds: Float32Array) -> None:
        """best: how many of each are wanted; bounds: by how much each probe's products (P,) may be off."""
        probes = len(bounds)
        self._best, self._most, self._bounds = best, SLACK * probes * best, bounds
        self._floor = np.full(probes, NOWHERE, dtype=np.float32)
        self._probe = np.empty(0, dtype=np.int64)
        self._row = np.empty(0, dtype=np.int64)
        self._value = np.empty(0, dtype=np.float32)

    def offer(self, start: int, products: Float32Array) -> None:
        """Take those of the products (P, n) that may count, and drop those that cannot any more."""
        count = products.shape[1]
        if not len(self._value) and count > self._best:
            self._raise_floor(np.partition(products, count - self._best, axis=1)[:, count - self._best])
        probe, row = np.nonzero(products >= self._floor[:, None])
        if not len(probe):
            return
        self._probe = np.concatenate([self._probe, probe])
        self._row = np.concatenate([self._row, row + start])
        self._value = np.concatenate([self._value, products[probe, row]])
        if len(self._value) > self._most:
            self._prune()

    def of_each(self) -> Iterator[IntArray]:
        """The rows of each probe."""
        self._prune()
        ends = np.searchsorted(self._probe, np.arange(len(self._floor) + 1))
        return (self._row[first:last] for first, last in pairwise(ends))

    def _prune(self) -> None:
        order = np.lexsort((-self._value, self._probe))
        self._probe, self._row, self._value = self._probe[order], self._row[order], self._value[order]
        starts = np.searchsorted(self._probe, np.arange(len(self._floor)))
        last = starts + self._best - 1
        full = np.append(np.diff(starts), len(self._probe) - starts[-1]) >= self._best
        self._raise_floor(np.where(full, self._value[np.minimum(last, len(self._value) - 1)], -np.inf))
        stays = self._value >= self._floor[self._probe]
        self._probe, self._row, self._value = self._probe[stays], self._row[stays], self._value[stays]

    def _raise_floor(self, best: Float32Array) -> None:
        """best: the coarse product (P,) that so many rows reach."""
        np.maximum(self._floor, best - 2 * self._bounds, out=self._floor)
