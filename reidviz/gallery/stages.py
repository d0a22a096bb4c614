"""All stages of a search, one after another: features, mutual neighbours, pairs of images."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.gallery import rerank, second_stage
from reidviz.gallery.images import GalleryImages
from reidviz.gallery.probes import NamedProbe
from reidviz.gallery.rerank import reranked_first
from reidviz.gallery.search import Found, ProbeFeature, feature_of, first_hits, search
from reidviz.gallery.second_stage import rescored, second_stage_of
from reidviz.gallery.store import EVERYTHING, FeatureStore, Filter

TRIES = 5


@dataclass(frozen=True)
class Depth:
    """How far a search goes.

    k       hits of each probe, whichever stages look at more
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

    @property
    def deepest(self) -> int:
        """Hits that are searched for: as many as are wanted, or as a later stage looks at."""
        return max(self.k, min(self.rerank, rerank.MOST), min(self.again, second_stage.MOST))


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
    """What each of the probes finds, through all stages. ReidvizError as classifier_of and nearest, and where the
    network cannot be read."""
    if not probes:
        return []
    second = classifier_of(ranker, how)
    found = nearest(store, ranker, [feature_of(ranker, one.images) for one in probes], how)
    if second is not None:
        found = [
            rescored(one, probe.images, images, second, how.again, progress)
            for one, probe in zip(found, probes, strict=True)
        ]
    return [first_hits(one, how.k) for one in found]


def nearest(
    store: FeatureStore, ranker: Ranker, probes: Sequence[ProbeFeature], how: Depth, without: Sequence[str] = ()
) -> list[Found]:
    """What each of the probes finds by features, and by mutual neighbours where that is asked for: how.deepest hits.

    Where an entry that was found is gone before it is looked at, as others change the gallery, all is searched again.
    ReidvizError where that happens each time. without: as search() takes it.
    """
    for _ in range(TRIES):
        try:
            found = search(store, ranker, probes, how.deepest, how.only, without)
            if not how.rerank:
                return found
            return [
                reranked_first(one, probe.mean, store, how.rerank) for one, probe in zip(found, probes, strict=True)
            ]
        except KeyError:
            continue
    raise ReidvizError("Images of this gallery are removed faster than it is searched.", "Search again in a moment.")
