"""Rank-1 of a result over the size of the gallery, where its scores tell it."""

from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.gallery_size import SizeCurve, persons_before, size_curve


def size_curve_of(result: Result, dataset: Dataset, split: Split) -> SizeCurve:
    """The exact mean over all smaller galleries, of a result that does not depend on the gallery."""
    before, others = persons_before(result.scores, dataset, split)
    return size_curve(before, others, dataset.identities[split.probes])


def depends_on_gallery(result: Result) -> bool:
    """Whether two images would be ranked otherwise if other images were not there."""
    return result.cascade is not None or _is_refined(result.ranker)


def _is_refined(ranker: Ranker) -> bool:
    return ranker.refinement is not None or any(_is_refined(part) for part in ranker.parts)
