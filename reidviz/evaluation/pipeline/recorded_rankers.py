"""Rankers as the record of a figure tells them, and found again by what their weights hash to."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.common.progress import Progress
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.certificate import Certificate, ModelMark
from reidviz.evaluation.pipeline.evaluate import Result, evaluate
from reidviz.evaluation.pipeline.model_fusion import fused_ranker
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.evaluation.ranking.query_expansion import Expansion
from reidviz.evaluation.ranking.reranking import Reranking
from reidviz.evaluation.scores import Scoring
from reidviz.models.added.store import added_models
from reidviz.models.model_card import find_checkpoint

Known = dict[tuple[str, str], Ranker]
"""Rankers by the hash of their weights and what they rank by."""


def mark_of(ranker: Ranker, look: int | None = None, cascade: int = 0) -> ModelMark:
    """What a record tells of a ranker."""
    how = ranker.refinement
    return ModelMark(
        ranker.name,
        ranker.sha256,
        ranker.kind,
        look,
        ranker.weight,
        cascade,
        how if isinstance(how, Reranking) else None,
        how if isinstance(how, Expansion) else None,
        tuple(mark_of(part) for part in ranker.parts) if ranker.form == "fused" else (),
    )


def mark_of_result(result: Result, look: int | None = None) -> ModelMark:
    """What a record tells of a result: its ranker, and whether its classifier rescored a part of the gallery only."""
    return mark_of(result.ranker, look, result.scoring.cascade if result.cascade else 0)


def results_recorded(
    certificate: Certificate, rankers: Sequence[Ranker], dataset: Dataset, split: Split, progress: Progress
) -> list[Result]:
    """The results of the rankers of a record, scored as it says, from the cache where they are kept."""
    return [
        evaluate(ranker, dataset, split, progress, Scoring(cascade=mark.cascade))
        for mark, ranker in zip(certificate.models, rankers, strict=True)
    ]


def rankers_recorded(certificate: Certificate) -> list[Ranker]:
    """The rankers of a record under the names that it gives them, fused ones at its weights.

    ReidvizError for one whose weights are not among the shipped models, the runs and the models added here.
    """
    known = known_here() if certificate.models else {}
    return [_found(mark, known) for mark in certificate.models]


def known_here() -> Known:
    """What ranks by the shipped models, the runs and the models added here; what cannot be read is passed over."""
    return {(one.sha256, one.kind): one for file in _files() for one in _of(file)}


def _found(mark: ModelMark, known: Known) -> Ranker:
    parts = [_found(part, known) for part in mark.parts]
    ranker = fused_ranker(parts[0], parts[1]) if len(parts) == 2 else _single(mark, known)
    return replace(ranker, name=mark.name, weight=ranker.weight if mark.weight is None else mark.weight)


def _single(mark: ModelMark, known: Known) -> Ranker:
    how = mark.rerank or mark.expand
    ranker = known.get((mark.sha256, "distance" if how else mark.kind))
    if ranker is None:
        raise ReidvizError(
            f"The model {printable(mark.name)} ({mark.sha256[:12]}, by {printable(mark.kind)}) is not known here.",
            "Add it, or put its run into the folder of runs.",
        )
    return replace(ranker, kind="dissimilarity" if mark.rerank else ranker.kind, refinement=how)


def _files() -> Iterator[Path]:
    yield from sorted(settings.CHECKPOINTS.glob("mtdnet*.safetensors"))
    for folder in sorted(settings.runs_dir().glob("[!.]*/checkpoints")):
        try:
            yield find_checkpoint(folder.parent)
        except ReidvizError:
            continue
    yield from added_models()


def _of(file: Path) -> tuple[Ranker, ...]:
    try:
        return rankers_of(file)
    except ReidvizError:
        return ()
