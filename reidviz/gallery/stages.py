"""All stages of a search, one after another: features, mutual neighbours, pairs of images."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.gallery.images import GalleryImages
from reidviz.gallery.probes import NamedProbe
from reidviz.gallery.rerank import reranked_first
from reidviz.gallery.search import Found, feature_of, search
from reidviz.gallery.second_stage import rescored, second_stage_of
from reidviz.gallery.store import EVERYTHING, FeatureStore, Filter


@dataclass(frozen=True)
class Depth:
    """How far a search goes.

    k       hits of each probe
    only    which entries are searched
    rerank  the first so many are re-ranked by mutual neighbours; 0: none
    again   then the pair classifier looks at the first so many; 0: none
    weight  of the classifier where its score and the distance are fused, 0-1; None: the model's own
    """

    k: int = 50
    only: Filter = EVERYTHING
    rerank: int = 0
    again: int = 0
    weight: float | None = None


def classifier_of(ranker: Ranker, how: Depth) -> Ranker | None:
    """The second stage that is asked for, None where none is. ReidvizError where the model has none, or its weight is
    impossible."""
    if not how.again:
        return None
    found = second_stage_of(ranker)
    if found is None:
        raise ReidvizError(f"{ranker.name} has no pair classifier.", "Search without it, or by an mtdnet.")
    if how.weight is None:
        return found
    if not 0 <= how.weight <= 1:
        raise ReidvizError("A fusion weight lies from 0 to 1.", "For example: --weight 0.5")
    return replace(found, weight=how.weight)


def search_all(
    probes: Sequence[NamedProbe],
    store: FeatureStore,
    ranker: Ranker,
    images: GalleryImages,
    how: Depth,
    progress: Progress = silent,
) -> list[Found]:
    """What each of the probes finds, through all stages. ReidvizError as classifier_of, and where the network or an
    image of the gallery cannot be read."""
    if not probes:
        return []
    second = classifier_of(ranker, how)
    features = np.stack([feature_of(ranker, one.images) for one in probes])
    found = search(store, ranker, features, how.k, how.only)
    if how.rerank:
        found = [reranked_first(one, mine, store, how.rerank) for one, mine in zip(found, features, strict=True)]
    if second is None:
        return found
    return [
        rescored(one, probe.images, images, second, how.again, progress)
        for one, probe in zip(found, probes, strict=True)
    ]
