"""From a probe to the entries of a gallery that are nearest to it, and what a threshold makes of them."""

import math
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
class Beyond:
    """What a stage looked at that is no hit any more: how many entries, how many of them are matches where there is a
    threshold, and the smallest distance."""

    count: int = 0
    matches: int = 0
    nearest: float = math.inf


@dataclass(frozen=True)
class Found:
    """What a search found.

    searched   entries that were compared, without those that the probe is made of
    kind       of the score that the list is ordered by
    threshold  from which such a score on a pair is taken for one person, where the model has one
    looked     entries, the nearest, that have a score of that kind where it is one of a second stage
    narrowed   whether a filter left entries out
    beyond     what was looked at behind the hits
    """

    hits: tuple[Hit, ...]
    searched: int
    kind: Kind = "distance"
    threshold: Threshold | None = None
    looked: int = 0
    narrowed: bool = False
    beyond: Beyond = Beyond()

    def is_match(self, hit: Hit) -> bool | None:
        """Whether the threshold takes a hit for the probe's person; None where there is no threshold, or the second
        stage that it judges did not look at it."""
        if self.threshold is None:
            return None
        if self.kind in SMALLER_IS_NEARER:
            return hit.distance <= self.threshold.value
        return None if hit.score is None else hit.score >= self.threshold.value

    @property
    def judged(self) -> int:
        """How many entries the threshold can judge."""
        return self.searched if self.kind in SMALLER_IS_NEARER else self.looked

    @property
    def nearest(self) -> float:
        """The smallest distance, whatever orders the hits. ValueError where there is none."""
        return min(self.beyond.nearest, min(hit.distance for hit in self.hits))

    @property
    def matches(self) -> int | None:
        """How many entries that were looked at are taken for the probe's person; None where there is no threshold."""
        if self.threshold is None:
            return None
        return self.beyond.matches + sum(bool(self.is_match(hit)) for hit in self.hits)

    @property
    def at_least(self) -> bool:
        """Whether entries that were not looked at may be matches too."""
        return self.matches in (len(self.hits) + self.beyond.count, self.judged) and self.matches < self.searched


@dataclass(frozen=True, eq=False)
class ProbeFeature:
    """One or several images of one person as they are searched for. mean: of their features (D,); spread: the mean
    squared distance of these from it, 0 of one image."""

    mean: Float32Array
    spread: float = 0.0


def feature_of(ranker: Ranker, images: Sequence[Image.Image]) -> ProbeFeature:
    """What images of one person are searched by. ReidvizError where only features are known of the model."""
    describer = image_describer_of(ranker.path, ranker.sha256)
    return mean_of(describer.of_sized(np.stack([describer.sized(image) for image in images])))


def mean_of(features: Float32Array) -> ProbeFeature:
    """Features (N, D) of images of one person as one probe."""
    mean: Float32Array = features.mean(0)
    return ProbeFeature(mean, float(((features - mean).astype(np.float64) ** 2).sum(1).mean()))


def search(
    store: FeatureStore,
    ranker: Ranker,
    probes: Sequence[ProbeFeature],
    k: int,
    only: Filter = EVERYTHING,
    without: Sequence[str] = (),
) -> list[Found]:
    """The k entries nearest to each probe, the nearest first; of several images by the mean of their distances.
    without: entries that are passed over, since the probe itself is made of them. KeyError where one that was found is
    gone by now."""
    hits = store.search(np.stack([one.mean for one in probes]), k + len(without), only)
    count = store.count(only)
    wanted = list(dict.fromkeys(one for row in hits.ids for one in row if one not in without))
    entries = dict(zip(wanted, store.entries(wanted), strict=True))
    found = []
    for probe, ids, distances in zip(probes, hits.ids, hits.distances, strict=True):
        # the mean of |f_i - g|^2 is |f - g|^2 + spread; of unit vectors 2 - 2 f.g, which a store gives, is it already
        farther = probe.spread if store.distance == "euclidean" else 0.0
        kept = [(one, float(d) + farther) for one, d in zip(ids, distances, strict=True) if one in entries][:k]
        ranked = tuple(Hit(rank, entries[one], d) for rank, (one, d) in enumerate(kept, 1))
        searched = count - sum(one in without for one in ids)
        found.append(Found(ranked, searched, "distance", ranker.threshold, narrowed=only != EVERYTHING))
    return found


def first_hits(found: Found, k: int) -> Found:
    """The same with no more than k hits."""
    rest = replace(found, hits=found.hits[k:])
    if not rest.hits:
        return found
    return replace(found, hits=found.hits[:k], beyond=Beyond(len(rest.hits), rest.matches or 0, rest.nearest))


def reordered(found: Found, first: Sequence[Hit]) -> Found:
    """The same hits with other ranks: these, as many of the first as they are, in this order; the others follow."""
    hits = [replace(hit, rank=rank) for rank, hit in enumerate((*first, *found.hits[len(first) :]), 1)]
    return replace(found, hits=tuple(hits))
