"""How well a network in training does on persons held out of its training set."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
import torch

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.data.images.pixel_cache import Pixels
from reidviz.evaluation.ground_truth import GroundTruth, ground_truth
from reidviz.evaluation.ranking.fusion import fit, fuse
from reidviz.evaluation.ranking.ranking import Ranking, order, rank
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.scoring.features import ImageSubset
from reidviz.evaluation.scoring.score import distances, score
from reidviz.models.mtdnet import Network
from reidviz.models.validation_record import Positions, ValidationRecord
from reidviz.models.variants import Kind, variant

CURVE = 50
SHOWN = 8


def validate(
    network: Network,
    variant_name: str,
    dataset: Dataset,
    split: Split,
    device: torch.device,
    progress: Progress = silent,
) -> tuple[dict[str, Any], ValidationRecord]:
    """One event for events.jsonl, and what it leaves to look back on: ranks, who stands in front, ranking features.

    readings   for each reading of the variant: rank-1 and the CMC up to rank 50 (percent), mAP, and its mistakes:
               up to 8 [probe, true match, wrong one], positions in dataset.samples, with the two scores; the worst
               first. From a distance they are the hardest triplets, from P(same) the hardest pairs
    fusion     of a network with both scores, how to mix them (models.card.Fusion), as a dictionary; else None
    probes, gallery  how many
    """
    architecture = network.architecture
    pixels = Pixels(dataset, architecture.height, architecture.width)
    probes, gallery = ImageSubset(pixels, split.probes), ImageSubset(pixels, split.gallery)
    truth = ground_truth(dataset, split)
    found: dict[Kind, Scores] = {}
    ranks: dict[Kind, Positions] = {}
    described = None
    rankers = []
    for name, kind in variant(variant_name).rankers:
        if kind == "fused":
            continue
        if kind == "distance":
            scores, *described = distances(network, probes, gallery, device, progress)
        else:
            scores = score(network, kind, probes, gallery, device, progress, f"validating {name}")
        ranking = rank(scores, truth)
        found[kind], ranks[kind] = scores, ranking.first.astype(np.int32)
        rankers.append(
            {
                "name": name,
                "kind": kind,
                "rank1": _percent(ranking.cmc_at(1)),
                "mAP": _percent(ranking.mean_average_precision()),
                "cmc": [_percent(v) for v in ranking.cmc[:CURVE]],
                "mistakes": _mistakes(scores, ranking, truth, split),
            }
        )
    fusion = None
    if len(found) == 2:
        fusion = fit(partial(fuse, found["distance"], found["probability"]), truth, split.protocol)
    event = {
        "probes": len(split.probes),
        "gallery": len(split.gallery),
        "readings": rankers,
        "fusion": fusion and asdict(fusion),
    }
    return event, _record(split, found, ranks, truth, described)


def _record(
    split: Split,
    scores: Mapping[Kind, Scores],
    ranks: Mapping[Kind, Positions],
    truth: GroundTruth,
    described: Sequence[Float32Array] | None,
) -> ValidationRecord:
    return ValidationRecord(
        split.probes.astype(np.int32),
        split.gallery.astype(np.int32),
        ranks,
        {kind: split.gallery[_in_front(one, truth)].astype(np.int32) for kind, one in scores.items()},
        None if described is None else np.concatenate(described).astype(np.float16),
    )


def _in_front(scores: Scores, truth: GroundTruth) -> IntArray:
    """The gallery image at rank 1 of every probe (P,): of equally near ones another person's."""
    distances = scores.distances()
    front = []
    for probe, row in enumerate(distances):
        same, ignored = truth.masks(probe)
        front.append(order(np.where(ignored, np.inf, row), same)[0])
    return np.array(front, dtype=np.int64)


def _mistakes(scores: Scores, ranking: Ranking, truth: GroundTruth, split: Split) -> list[dict[str, Any]]:
    """Probes whose nearest gallery image of another person is nearer than their true match, by how much."""
    distances = scores.distances()
    same = np.stack([truth.masks(i)[0] for i in range(len(distances))])
    match = np.where(same, distances, np.inf).argmin(1)
    other = np.where(same, np.inf, distances).argmin(1)
    row = np.arange(len(same))
    gap = distances[row, match] - distances[row, other]
    worst = np.argsort(-gap, kind="stable")[:SHOWN]
    return [
        {
            "probe": int(split.probes[i]),
            "match": int(split.gallery[match[i]]),
            "other": int(split.gallery[other[i]]),
            "match_score": round(float(scores.matrix[i, match[i]]), 4),
            "other_score": round(float(scores.matrix[i, other[i]]), 4),
            "rank": int(ranking.first[i]),
        }
        for i in worst
        if gap[i] >= 0
    ]


def _percent(value: float) -> float:
    return round(float(value), 4)
