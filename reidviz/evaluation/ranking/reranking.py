"""Re-ranking by k-reciprocal neighbours (Zhong, Zheng, Cao, Li: Re-ranking Person Re-identification with k-reciprocal
Encoding, CVPR 2017), exactly, without ever holding a matrix of all images against all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Distances = Callable[[Float32Array, Float32Array], Float32Array]
"""Squared distances (A, B) of features (A, D) and (B, D)."""
CELLS_AT_ONCE = 8_000_000
MOST_NEIGHBOURS = 1000


@dataclass(frozen=True)
class Reranking:
    """How far neighbours are looked for.

    k1      neighbours that are compared for being mutual
    k2      neighbours over which an image's encoding is averaged (local query expansion)
    weight  of the original distance, 0-1; the paper's lambda
    """

    k1: int = 20
    k2: int = 6
    weight: float = 0.3

    def __post_init__(self) -> None:
        if not (1 <= self.k2 <= self.k1 <= MOST_NEIGHBOURS and 0 <= self.weight <= 1):
            raise ReidvizError(
                f"Re-ranking with k1 = {self.k1}, k2 = {self.k2} and lambda = {self.weight} is impossible.",
                f"1 <= k2 <= k1 <= {MOST_NEIGHBOURS}, and lambda lies between 0 and 1; the paper's are 20, 6 and 0.3.",
            )


def reranked(
    features: Float32Array,
    probes: int,
    how: Reranking,
    distances: Distances,
    out: Float32Array,
    progress: Progress = silent,
) -> None:
    """The re-ranked distances (P, G), smaller is nearer, 0-1, written to out.

    features  (P + G, D), those of the probes first. Equally near neighbours are taken in the order of the images.
    Beside these and the result it holds CELLS_AT_ONCE distances, and some hundred numbers an image.
    """
    count = len(features)
    neighbours, farthest = _neighbours(features, min(how.k1 + 1, count), distances, progress)
    encoding = _encoded(features, neighbours, farthest, how, distances, progress)
    if how.k2 > 1:
        encoding = _averaged(encoding, neighbours[:, : how.k2])
    by_place = encoding[probes:].tocsc()
    size = _rows_at_once(count)
    for start in range(0, probes, size):
        progress(start, probes, "comparing neighbours")
        part = slice(start, min(start + size, probes))
        original = distances(features[part], features[probes:]) / farthest[part, None]
        for row, place in enumerate(range(part.start, part.stop)):
            out[place] = _jaccard(encoding, by_place, place) * (1 - how.weight) + original[row] * how.weight


def _neighbours(
    features: Float32Array, count: int, distances: Distances, progress: Progress
) -> tuple[IntArray, Float32Array]:
    """The nearest images of each (N, count), itself among them, and its greatest distance (N,)."""
    total = len(features)
    nearest, farthest = np.empty((total, count), dtype=np.int64), np.empty(total, dtype=np.float32)
    size = _rows_at_once(total)
    for start in range(0, total, size):
        progress(start, total, "finding neighbours")
        block = distances(features[start : start + size], features)
        nearest[start : start + size] = _first(block, count)
        farthest[start : start + size] = block.max(axis=1)
    return nearest, np.maximum(farthest, np.finfo(np.float32).tiny)


def _first(block: Float32Array, count: int) -> IntArray:
    """The places of the smallest values of each row (R, count), in their order; of equal ones the first."""
    if count == block.shape[1]:
        return np.argsort(block, axis=1, kind="stable").astype(np.int64)
    places = np.sort(np.argpartition(block, count - 1, axis=1)[:, :count], axis=1)
    values = np.take_along_axis(block, places, axis=1)
    found = np.take_along_axis(places, np.argsort(values, axis=1, kind="stable"), axis=1)
    tied = np.flatnonzero((block <= values.max(axis=1, keepdims=True)).sum(axis=1) > count)
    found[tied] = np.argsort(block[tied], axis=1, kind="stable")[:, :count]
    return found.astype(np.int64)


def _encoded(
    features: Float32Array,
    neighbours: IntArray,
    farthest: Float32Array,
    how: Reranking,
    distances: Distances,
    progress: Progress,
) -> "csr_array":
    """The encoding of each image by its k-reciprocal neighbours (N, N), rows summing to 1."""
    from scipy.sparse import csr_array

    total, half = len(neighbours), int(np.around(how.k1 / 2)) + 1
    wide = [_mutual(neighbours, i, how.k1 + 1) for i in range(total)]
    narrow = [set(_mutual(neighbours, i, half).tolist()) for i in range(total)]
    places, weights, starts = [], [], np.zeros(total + 1, dtype=np.int64)
    for i, own in enumerate(wide):
        if i % 256 == 0:
            progress(i, total, "encoding neighbours")
        mine = set(own.tolist())
        expanded = set(mine)
        for one in mine:
            if 3 * len(narrow[one] & mine) > 2 * len(narrow[one]):
                expanded |= narrow[one]
        near = np.array(sorted(expanded), dtype=np.int64)
        weight = np.exp(-distances(features[i : i + 1], features[near])[0] / farthest[i])
        places.append(near)
        weights.append(weight / weight.sum())
        starts[i + 1] = starts[i] + len(near)
    return csr_array((np.concatenate(weights), np.concatenate(places), starts), shape=(total, total))


def _mutual(neighbours: IntArray, i: int, count: int) -> IntArray:
    """The nearest of an image to which it is among the nearest, too."""
    forward = neighbours[i, :count]
    found: IntArray = forward[(neighbours[forward, :count] == i).any(axis=1)]
    return found


def _averaged(encoding: "csr_array", nearest: IntArray) -> "csr_array":
    """The mean encoding of each image's nearest ones."""
    from scipy.sparse import csr_array

    total, count = nearest.shape
    mean = csr_array(
        (np.full(nearest.size, 1 / count, dtype=np.float32), nearest.ravel(), np.arange(total + 1) * count),
        shape=(total, total),
    )
    return mean @ encoding


def _jaccard(encoding: "csr_array", by_place: Any, probe: int) -> npt.NDArray[np.float64]:
    """The Jaccard distance of a probe's encoding from each of the gallery's (G,); both sum to 1."""
    row = slice(encoding.indptr[probe], encoding.indptr[probe + 1])
    places, values = encoding.indices[row], encoding.data[row]
    starts, ends = by_place.indptr[places], by_place.indptr[places + 1]
    counts = ends - starts
    at = np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    shared = np.minimum(np.repeat(values, counts), by_place.data[at])
    both = np.bincount(by_place.indices[at], weights=shared, minlength=by_place.shape[0])
    return np.asarray(1 - both / (2 - both), dtype=np.float64)


def _rows_at_once(columns: int) -> int:
    return max(1, CELLS_AT_ONCE // max(1, columns))
