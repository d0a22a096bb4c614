"""Rankers refined after the fact: re-ranked by k-reciprocal neighbours, or with expanded queries."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from reidviz.common.arrays import Float32Array
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress
from reidviz.data.dataset import Split
from reidviz.evaluation.pipeline.ranker import Ranker, Refinement
from reidviz.evaluation.ranking.query_expansion import Expansion, expanded
from reidviz.evaluation.ranking.reranking import Reranking, reranked
from reidviz.evaluation.scoring.embeddings import Embeddings


def refined(rankers: Iterable[Ranker], refinements: Iterable[Refinement]) -> tuple[Ranker, ...]:
    """The rankers, each that ranks by a distance of features followed by its refined forms.

    ReidvizError where refinements are asked and none of them does.
    """
    refinements, found = tuple(refinements), []
    for ranker in rankers:
        found.append(ranker)
        if ranker.kind == "distance" and ranker.refinement is None:
            found += [_refined(ranker, how) for how in refinements]
    if refinements and not any(ranker.refinement for ranker in found):
        raise ReidvizError(
            "None of the models ranks by a distance of features, which re-ranking and query expansion need.",
            "Choose one that does: a ranking branch, a network in ONNX, or features.",
        )
    return tuple(found)


def refined_distances(store: Embeddings, split: Split, how: Refinement, out: Float32Array, progress: Progress) -> None:
    """The distances (P, G) of a split after refinement, written to out."""
    probes, gallery = store.of_probes(split, progress), store.of_gallery(split, progress)
    if isinstance(how, Expansion):
        out[:] = store.distances(expanded(probes, gallery, how), gallery)
    else:
        reranked(np.concatenate([probes, gallery]), len(probes), how, store.distances, out, progress)


def _refined(ranker: Ranker, how: Refinement) -> Ranker:
    if isinstance(how, Reranking):
        return replace(ranker, name=f"{ranker.name} re-ranked", kind="dissimilarity", refinement=how)
    return replace(ranker, name=f"{ranker.name} expanded", refinement=how)
