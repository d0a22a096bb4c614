"""What a checkpoint is given after its training by persons who did not train it: how to fuse its scores, and from which
score on a pair is taken for one person."""

from functools import partial
from pathlib import Path

from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import evaluate_all
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.ranking.fusion import fit, fuse
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.verification.error_rates import error_rates, errors, threshold_at
from reidviz.evaluation.verification.pair_set import PairSet, pairs_tested, similarity
from reidviz.models.model_card import Card, Fusion, Threshold, read_card
from reidviz.models.variants import SMALLER_IS_NEARER


def calibrated(
    path: Path, dataset: Dataset, split: Split, false_match: float, progress: Progress = silent
) -> tuple[Card, Fusion | None, tuple[Threshold, ...]]:
    """The card of a checkpoint, the fusion of its two scores fitted on the test persons of a split, and of each score
    the lowest threshold with at most that share of false matches (0-1) among their pairs."""
    single = [ranker for ranker in rankers_of(path) if not ranker.parts]
    scores = [result.scores for result in evaluate_all(single, dataset, split, progress)]
    by_kind = {one.kind: one for one in scores}
    truth, told = ground_truth(dataset, split), f"the test persons of {dataset.layout}, {split.protocol}"
    fusion = None
    if {"distance", "probability"} <= set(by_kind):
        both = partial(fuse, by_kind["distance"], by_kind["probability"])
        fusion = fit(both, truth, told)
        scores.append(both(fusion.weight))
    pairs = pairs_tested(truth)
    return read_card(path), fusion, tuple(threshold_of(one, pairs, false_match, told) for one in scores)


def threshold_of(scores: Scores, pairs: PairSet, false_match: float, measured_on: str) -> Threshold:
    """The lowest threshold on these scores with at most that share of false matches among the pairs."""
    alike = similarity(pairs.values(scores), scores.kind)
    value = threshold_at(errors(alike, pairs.same), false_match)
    false_match_rate, missed = error_rates(alike, pairs.same, value)
    own = -value if scores.kind in SMALLER_IS_NEARER else value
    same = int(pairs.same.sum())
    return Threshold(scores.kind, own, false_match_rate, missed, measured_on, same, pairs.different)
