"""What a checkpoint is given after its training by persons who did not train it: how to fuse its scores, and from which
score on a pair is taken for one person."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import short
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.data.images.pixel_cache import Pixels
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import evaluate_all
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.ranking.fusion import fit, fuse
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.scoring.features import ImageSubset, features
from reidviz.evaluation.verification.error_rates import error_rates, errors, threshold_at
from reidviz.evaluation.verification.pair_set import PairSet, pairs_tested, similarity
from reidviz.models.checkpoint import load_checkpoint, save_checkpoint
from reidviz.models.model_card import Card, Fusion, Threshold, read_card
from reidviz.models.mtdnet import MTDnet, narrowed
from reidviz.models.variants import SMALLER_IS_NEARER


def calibrated(
    path: Path, dataset: Dataset, split: Split, false_match: float, most_probes: int, progress: Progress = silent
) -> tuple[Card, Fusion | None, tuple[Threshold, ...]]:
    """The card of a checkpoint, the fusion of its two scores fitted on the test persons of a split, and of each score
    the lowest threshold with at most that share of false matches (0-1) among their pairs. Of more probes than
    most_probes so many are taken, evenly."""
    taken = np.linspace(0, len(split.probes) - 1, min(most_probes, len(split.probes))).round().astype(np.int64)
    split = replace(split, probes=split.probes[taken])
    single = [ranker for ranker in rankers_of(path) if not ranker.parts]
    scores = [result.scores for result in evaluate_all(single, dataset, split, progress)]
    by_kind = {one.kind: one for one in scores}
    truth, told = ground_truth(dataset, split), f"the test persons of {short(dataset.name)}, {split.protocol}"
    fusion = None
    if {"distance", "probability"} <= set(by_kind):
        both = partial(fuse, by_kind["distance"], by_kind["probability"])
        fusion = fit(both, truth, told)
        scores.append(both(fusion.weight))
    pairs = pairs_tested(truth)
    return read_card(path), fusion, tuple(threshold_of(one, pairs, false_match, told) for one in scores)


def to_be_passed_on(card: Card) -> Card:
    """The card with its data sets named without the folders of this machine."""
    also = tuple(replace(one, data=short(one.data)) for one in card.also)
    return replace(card, data=short(card.data), source=short(card.source) if card.source else "", also=also)


def narrow(path: Path, out: Path, size: int, dataset: Dataset, progress: Progress = silent) -> None:
    """Write a copy of a checkpoint whose ranking feature is the projection of its own onto the first principal
    directions, through the origin, of the features of a data set's images: a smaller file, and smaller galleries.

    ReidvizError where it has no ranking branch after conv2, or no more than so many units.
    """
    network, card = load_checkpoint(path)
    if not isinstance(network, MTDnet) or network.feature is None:
        raise ReidvizError(f"{card.name} has no ranking branch whose feature could be cut.", "Leave --feature out.")
    units = card.architecture.feat
    if not 1 <= size < units:
        raise ReidvizError(f"The ranking feature of {card.name} has {units} units.", f"Keep 1 to {units - 1} of them.")
    pixels = Pixels(dataset, card.architecture.height, card.architecture.width)
    images = ImageSubset(pixels, np.arange(len(dataset.samples)))
    found = torch.from_numpy(features(network, images, False, torch.device("cpu"), progress))
    directions = torch.linalg.svd(found, full_matrices=False).Vh[:size].T
    made = narrowed(network, directions)
    save_checkpoint(out, made, replace(card, architecture=made.architecture, metrics=()))


def threshold_of(scores: Scores, pairs: PairSet, false_match: float, measured_on: str) -> Threshold:
    """The lowest threshold on these scores with at most that share of false matches among the pairs."""
    alike = similarity(pairs.values(scores), scores.kind)
    value = threshold_at(errors(alike, pairs.same), false_match)
    false_match_rate, missed = error_rates(alike, pairs.same, value)
    own = -value if scores.kind in SMALLER_IS_NEARER else value
    same = int(pairs.same.sum())
    return Threshold(scores.kind, own, false_match_rate, missed, measured_on, same, pairs.different)
