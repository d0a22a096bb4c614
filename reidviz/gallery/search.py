"""From a probe to the entries of a gallery that are nearest to it, and what a threshold makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from reidviz.common.arrays import Float32Array
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.scoring.describers import image_describer_of
from reidviz.gallery.store import EVERYTHING, Entry, FeatureStore, Filter
from reidviz.models.model_card import Threshold
from reidviz.models.variants import SMALLER_IS_NEARER, Kind


@dataclass(frozen=True)
class Hit:
    """One entry in a ranked list. distance: squared, to the probe; score: of a second stage, reranked: the distance by
    mutual neighbours, 0-1 (rerank.py), each None where that did not look at it."""

    rank: int
    entry: Entry
    distance: float
    score: float | None = None
    reranked: float | None = None


@dataclass(frozen=True)
class Found:
    """What a search found. searched: entries that were compared; kind: of the score that the list is ordered by;
    threshold: from which such a score on a pair is taken for one person, where the model has one."""

    hits: tuple[Hit, ...]
    searched: int
    kind: Kind = "distance"
    threshold: Threshold | None = None

    def is_match(self, hit: Hit) -> bool | None:
        """Whether the threshold takes a hit for the probe's person; None where there is no threshold."""
        if self.threshold is None:
            return None
        if self.kind in SMALLER_IS_NEARER:
            return hit.distance <= self.threshold.value
        return hit.score is not None and hit.score >= self.threshold.value

    @property
    def nearest(self) -> float:
        """The smallest distance of a hit, whatever orders them. ValueError where there is none."""
        return min(hit.distance for hit in self.hits)

    @property
    def matches(self) -> int | None:
        """How many of the hits are taken for the probe's person; None where there is no threshold."""
        return None if self.threshold is None else sum(bool(self.is_match(hit)) for hit in self.hits)


def feature_of(ranker: Ranker, images: Sequence[Image.Image]) -> Float32Array:
    """The feature (D,) of one or several images of one person: the mean of theirs, whose distances are the mean
    distances (scoring.multi_query). ReidvizError where only features are known of the model."""
    describer = image_describer_of(ranker.path, ranker.sha256)
    found: Float32Array = describer.of_sized(np.stack([describer.sized(image) for image in images])).mean(0)
    return found


def search(
    store: FeatureStore,
    ranker: Ranker,
    probes: Float32Array,
    k: int,
    only: Filter = EVERYTHING,
    without: Sequence[str] = (),
) -> list[Found]:
    """The k nearest entries of each probe (P, D), the nearest first. without: entries that are passed over, since the
    probe itself is made of them."""
    hits = store.search(probes, k + len(without), only)
    searched = store.count(only)
    wanted = list(dict.fromkeys(one for row in hits.ids for one in row if one not in without))
    entries = dict(zip(wanted, store.entries(wanted), strict=True))
    found = []
    for ids, distances in zip(hits.ids, hits.distances, strict=True):
        kept = [(one, float(d)) for one, d in zip(ids, distances, strict=True) if one in entries][:k]
        ranked = tuple(Hit(rank, entries[one], d) for rank, (one, d) in enumerate(kept, 1))
        found.append(Found(ranked, searched, "distance", ranker.threshold))
    return found


def reordered(found: Found, first: Sequence[Hit]) -> Found:
    """The same hits with other ranks: these, as many of the first as they are, in this order; the others follow."""
    hits = [replace(hit, rank=rank) for rank, hit in enumerate((*first, *found.hits[len(first) :]), 1)]
    return replace(found, hits=tuple(hits))
