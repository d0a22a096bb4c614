"""The first hits of a search in the order of their mutual neighbours (k-reciprocal re-ranking)."""

from dataclasses import replace

import numpy as np

from reidviz.common.arrays import Float32Array
from reidviz.evaluation.ranking.reranking import Distances, Reranking, reranked
from reidviz.evaluation.scoring.distances import euclidean_distances, unit_distances
from reidviz.gallery.search import Found, reordered
from reidviz.gallery.store import Distance, FeatureStore

MOST = 1000
"""Hits that are re-ranked: what it takes grows with their square."""


def reranked_first(found: Found, probe: Float32Array, store: FeatureStore, count: int) -> Found:
    """The first `count` hits, MOST at most, in the order of their re-ranked distances; the others follow.

    probe: the feature (D,). Neighbours are looked for among these hits and the probe alone, with the paper's k1, k2 and
    lambda. A distance to the probe stays what it was, so a threshold says the same of each hit. KeyError where a hit is
    not in the store any more.
    """
    hits = found.hits[: min(count, MOST)]
    if len(hits) < 2:
        return found
    features = np.concatenate([probe[None], store.features([hit.entry.id for hit in hits])]).astype(np.float32)
    distances = np.empty((1, len(hits)), dtype=np.float32)
    reranked(features, 1, Reranking(), _DISTANCES[store.distance], distances)
    order = np.argsort(distances[0], kind="stable").tolist()
    return reordered(found, [replace(hits[i], reranked=float(distances[0, i])) for i in order])


def _cosine(mine: Float32Array, theirs: Float32Array) -> Float32Array:
    out = np.empty((len(mine), len(theirs)), dtype=np.float32)
    unit_distances(mine, theirs, out)
    return out


def _euclidean(mine: Float32Array, theirs: Float32Array) -> Float32Array:
    out = np.empty((len(mine), len(theirs)), dtype=np.float32)
    euclidean_distances(mine, theirs, out)
    return out


_DISTANCES: dict[Distance, Distances] = {"cosine": _cosine, "euclidean": _euclidean}
