"""The second stage of a search: the pair classifier looks at the first hits again, pixel by pixel."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from PIL import Image

from reidviz.common import settings
from reidviz.common.arrays import ImageArray
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.data.images.decode import resize
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.evaluation.ranking.fusion import fuse
from reidviz.evaluation.scores import EXACT, Scores
from reidviz.evaluation.scoring.multi_query import combined
from reidviz.gallery.images import GalleryImages
from reidviz.gallery.search import Found, Hit, reordered

MOST = 200
"""Hits that are looked at again."""


def second_stage_of(ranker: Ranker) -> Ranker | None:
    """How the same network ranks by both of its scores; None where it has one only."""
    return next((one for one in rankers_of(ranker.path) if one.kind == "fused" and one.sha256 == ranker.sha256), None)


def rescored(
    found: Found,
    probe: Sequence[Image.Image],
    images: GalleryImages,
    ranker: Ranker,
    count: int,
    progress: Progress = silent,
) -> Found:
    """The first `count` hits, MOST at most, reordered by the fused score of both tasks; those whose images are gone or
    cannot be read have none and come next, then the others.

    probe: images of one person; ranker: as second_stage_of gives it, at its weight. ReidvizError where the network
    cannot be read.
    """
    from reidviz.evaluation.scoring.pair_scorer import PairScorer, pair_scores
    from reidviz.models.loaded import loaded
    from reidviz.models.mtdnet import MTDnet

    wanted = found.hits[: min(count, MOST)]
    if not wanted or not ranker.weight:
        return found
    network, card = loaded(ranker.path, ranker.sha256, settings.device())
    assert isinstance(network, MTDnet), "only networks of both tasks are fused"
    sized = partial(resize, height=card.architecture.height, width=card.architecture.width)
    mine = np.stack([sized(image) for image in probe])
    hits, theirs, unseen = list[Hit](), list[ImageArray](), list[Hit]()
    for hit in wanted:
        try:
            theirs.append(sized(images.load(hit.entry.id)))
            hits.append(hit)
        except ReidvizError:
            unseen.append(hit)
    if not hits:
        return found
    matrix = np.full((len(mine), len(theirs)), np.nan, dtype=np.float32)
    scorer = PairScorer(network, EXACT, settings.device())
    pair_scores(scorer, mine, np.stack(theirs), matrix, None, progress, "comparing pairs")
    probability = combined([Scores("probability", row[None]) for row in matrix], "mean feature")
    distance = Scores("distance", np.array([[hit.distance for hit in hits]], dtype=np.float32))
    scores = fuse(distance, probability, ranker.weight)
    threshold = ranker.threshold if ranker.fusion and ranker.weight == ranker.fusion.weight else None
    first = [replace(hits[i], score=float(scores.matrix[0, i])) for i in np.argsort(-scores.matrix[0], kind="stable")]
    return replace(reordered(found, [*first, *unseen]), kind=scores.kind, threshold=threshold, looked=len(hits))
