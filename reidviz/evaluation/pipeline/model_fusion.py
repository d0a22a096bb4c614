"""Score fusion of any two models: a ranker of both, and its weight, fitted on persons that trained neither."""

from dataclasses import replace
from functools import partial

import numpy as np

from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.data.keys import key_of
from reidviz.data.splits.protocols import split, validation
from reidviz.evaluation.coverage import restricted
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import evaluate_all
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.fusion import UNFITTED, fit, fuse_models, standard_of
from reidviz.models.model_card import Fusion, read_card

SHARE = 0.5
"""Of the training persons, 100 at most, on whom the weight of two models is fitted that neither of them trained."""


def fused_ranker(first: Ranker, second: Ranker, fusion: Fusion | None = None) -> Ranker:
    """The ranker of both scores. ReidvizError where one of them is fused already, or both are one."""
    if first.parts or second.parts:
        raise ReidvizError("A fused score cannot be fused again.", "Choose two models by themselves.")
    if first.source == second.source:
        raise ReidvizError("These are one and the same score.", "Choose two different models.")
    return Ranker(
        name=f"{first.name} + {second.name}",
        kind="fused",
        path=first.path,
        sha256=key_of(*((part.sha256, part.kind) for part in (first, second))),
        form="fused",
        parts=(first, second),
        weight=UNFITTED if fusion is None else fusion.weight,
        fusion=fusion,
    )


def fit_fusion(ranker: Ranker, dataset: Dataset, parts: Split, progress: Progress = silent) -> Fusion | None:
    """How to fuse two models, by persons of the data set that trained neither and are not tested; None where there are
    none, or a model does not know their images."""
    held = _untrained(ranker, dataset, parts)
    if held is None:
        return None
    try:
        held = restricted(dataset, held, ranker.parts)
    except ReidvizError:
        return None
    first, second = (result.scores for result in evaluate_all(ranker.parts, dataset, held, progress))
    standards = standard_of(first), standard_of(second)
    fused = partial(fuse_models, first, second, standards=standards)
    return fit(fused, ground_truth(dataset, held), held.protocol)


def _untrained(ranker: Ranker, dataset: Dataset, parts: Split) -> Split | None:
    """Probes and gallery of persons that were held out of the training of every part."""
    trained = [part for part in ranker.parts if part.trained_by(dataset)]
    found = [_held_out(part, dataset) for part in trained] or [validation(dataset, parts, SHARE, 0)]
    held = found[0]
    if held is None or any(other is None or other.key != held.key for other in found[1:]):
        return None
    tested = set(dataset.identities[np.concatenate([parts.probes, parts.gallery])].tolist())
    if tested & set(dataset.identities[held.probes].tolist()):
        return None
    return replace(held, across_cameras=parts.across_cameras)


def _held_out(part: Ranker, dataset: Dataset) -> Split | None:
    """The persons that validated the training of a network of ours."""
    card = read_card(part.path)
    share = card.recipe.get("held_out")
    if card.data_hash != dataset.manifest_hash or not isinstance(share, int | float) or not share:
        return None
    return validation(dataset, split(dataset, card.protocol), float(share), card.seed)
