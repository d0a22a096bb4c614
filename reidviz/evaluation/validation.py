"""How well a network in training does on persons held out of its training set."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from reidviz.data.dataset import Dataset, Split
from reidviz.data.pixels import Pixels
from reidviz.evaluation.ranking import Ranking, rank, same_person
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.scoring import score
from reidviz.models.mtdnet import Network
from reidviz.models.variants import variant
from reidviz.progress import Progress, silent

CURVE = 50
SHOWN = 8


def validate(
    network: Network,
    variant_name: str,
    dataset: Dataset,
    split: Split,
    device: torch.device,
    progress: Progress = silent,
) -> dict[str, Any]:
    """One record for events.jsonl.

    readings   for each reading of the variant: rank-1 and the CMC up to rank 50 (percent), mAP, and its mistakes:
               up to 8 [probe, true match, wrong one], positions in dataset.samples, with the two scores; the worst
               first. From a distance they are the hardest triplets, from P(same) the hardest pairs
    probes, gallery  how many
    """
    architecture = network.architecture
    pixels = Pixels(dataset, architecture.height, architecture.width)
    same = same_person(dataset, split)
    readings = []
    for name, kind in variant(variant_name).readings:
        scores = score(
            network, kind, pixels[split.probes], pixels[split.gallery], device, progress, f"validating {name}"
        )
        ranking = rank(scores, same)
        readings.append(
            {
                "name": name,
                "kind": kind,
                "rank1": _percent(ranking.cmc_at(1)),
                "mAP": _percent(ranking.mean_average_precision),
                "cmc": [_percent(v) for v in ranking.cmc[:CURVE]],
                "mistakes": _mistakes(scores, ranking, same, split),
            }
        )
    return {"probes": len(split.probes), "gallery": len(split.gallery), "readings": readings}


def _mistakes(scores: Scores, ranking: Ranking, same: npt.NDArray[np.bool_], split: Split) -> list[dict[str, Any]]:
    """Probes whose nearest gallery picture of another person is nearer than their true match, by how much."""
    nearness = scores.nearness
    match = np.where(same, nearness, -np.inf).argmax(1)
    other = np.where(same, -np.inf, nearness).argmax(1)
    row = np.arange(len(same))
    gap = nearness[row, other] - nearness[row, match]
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
