"""Nearest neighbours in the original space, exactly, in blocks of bounded memory."""

import numpy as np

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.progress import Progress, silent

CELLS_AT_ONCE = 16_000_000
COUNT = 10


def nearest(
    features: Float32Array, wanted: Float32Array, count: int, progress: Progress = silent
) -> tuple[IntArray, Float32Array]:
    """For each of the wanted features (M, D) the positions of the nearest of features (N, D), nearest first, and their
    Euclidean distances, each (M, min(count, N)). Of equally near ones the first stand first.

    All is measured from the mean: where features share a large part, the squares of what they differ in would be lost
    beside it. The distances of those found are of the differences themselves, 0 between equal features.
    """
    count = min(count, len(features))
    mean = features.mean(0, dtype=np.float64).astype(np.float32)
    features, wanted = features - mean, wanted - mean
    squares = np.einsum("nd,nd->n", features, features)
    places, distances = [], []
    size = max(1, CELLS_AT_ONCE // max(1, len(features), count * features.shape[1]))
    for start in range(0, len(wanted), size):
        progress(start, len(wanted), "finding neighbours")
        part = wanted[start : start + size]
        away = squares - 2 * (part @ features.T)
        kept = np.argpartition(away, count - 1, axis=1)[:, :count] if count < len(features) else None
        if kept is None:
            kept = np.broadcast_to(np.arange(len(features)), away.shape)
        kept = np.sort(kept, axis=1)
        values = np.linalg.norm(features[kept] - part[:, None], axis=2)
        order = np.argsort(values, axis=1, kind="stable")
        places.append(np.take_along_axis(kept, order, axis=1).astype(np.int64))
        distances.append(np.take_along_axis(values, order, axis=1))
    if not places:
        return np.empty((0, count), dtype=np.int64), np.empty((0, count), dtype=np.float32)
    return np.concatenate(places), np.concatenate(distances).astype(np.float32)


def others(features: Float32Array, count: int = COUNT) -> IntArray:
    """The positions of the nearest other images of every image (N, min(count, N - 1))."""
    places, _ = nearest(features, features, count + 1)
    own = places == np.arange(len(features))[:, None]
    own[~own.any(1), -1] = True  # more than count images are equal to it: the last one goes instead
    found: IntArray = places[~own].reshape(len(features), -1)
    return found


def agreement(one: Float32Array, other: Float32Array, count: int = COUNT) -> float:
    """Percent of each image's nearest other images that are the same in both spaces (N, D) and (N, E), on average:
    100 where both see the same neighbours; chance is count / (N - 1)."""
    a, b = others(one, count), others(other, count)
    shared = sum(len(np.intersect1d(x, y, assume_unique=True)) for x, y in zip(a, b, strict=True))
    return 100.0 * shared / max(1, a.size)
