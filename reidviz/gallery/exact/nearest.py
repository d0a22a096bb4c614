"""The k nearest rows of every probe, exactly, in one pass over blocks of features.

A first, coarse product finds the rows that may be among the k nearest, each within COARSE of its exact one; those alone
are multiplied again in double precision. So hits do not depend on how many probes are asked at once.
"""

from collections.abc import Iterator, Sequence
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

Part = tuple[npt.NDArray[Any], BoolArray]
"""Features (rows, D) of a block, float16 or float32, and which of the rows are searched."""


def nearest(parts: Sequence[Part], probes: Float32Array, k: int) -> tuple[IntArray, Float32Array]:
    """Of each probe (P, D) the positions (P, found) of the k nearest rows, counted over all parts, and their products
    (P, found), the largest first, equal ones by position; found: k, or all rows that are searched where these are
    fewer."""
    found = min(k, sum(int(kept.sum()) for _, kept in parts))
    places = np.zeros((len(probes), found), dtype=np.int64)
    values = np.zeros((len(probes), found), dtype=np.float32)
    if not found or not len(probes):
        return places, values
    candidates = _Candidates(len(probes), found)
    for start, products in _coarse(parts, probes):
        candidates.offer(start, products)
    for probe, rows in enumerate(candidates.of_each()):
        theirs = rows_at([features for features, _ in parts], rows)
        exact = np.einsum("nd,d->n", theirs, probes[probe].astype(np.float64))
        order = np.lexsort((rows, -exact))[:found]
        places[probe], values[probe] = rows[order], exact[order]
    return places, values


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
    for features, kept in parts:
        alone = len(probes) == 1
        step = len(features) if alone else CHUNK
        for first in range(0, len(features), step):
            chunk, wanted = features[first : first + step], kept[first : first + step]
            if wanted.any():
                products = _by_one(chunk, probes[0]) if alone else probes @ chunk.astype(np.float32, copy=False).T
                if not wanted.all():
                    products[:, ~wanted] = -np.inf
                yield start + first, products
        start += len(features)


def _by_one(rows: npt.NDArray[Any], probe: Float32Array) -> Float32Array:
    """Products (1, rows) with one probe, without a copy of the rows: as fast as memory is read."""
    if rows.dtype == np.float32:
        return (rows @ probe)[None]
    import torch

    product = torch.mv(torch.from_numpy(rows), torch.from_numpy(probe.astype(rows.dtype)))
    return product.float().numpy()[None]


class _Candidates:
    """Rows that may be among the best of each probe."""

    def __init__(self, probes: int, best: int) -> None:
        self._best, self._most = best, SLACK * probes * best
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
        np.maximum(self._floor, best - 2 * COARSE, out=self._floor)
