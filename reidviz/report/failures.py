"""Where models fail: the probes that none finds, those that one alone finds, and the hardest pairs of cameras."""

from collections.abc import Sequence

import numpy as np

from reidviz.common.arrays import IntArray
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.ranking.by_cameras import rank1_by_cameras
from reidviz.figures.style import ModelStyle
from reidviz.report.contents import CameraPair, Card, Failures, Model, Probes
from reidviz.report.people import Images

MOST_MISSED, MOST_ALONE, MOST_CAMERAS = 12, 4, 10


def failures(
    dataset: Dataset, split: Split, results: Sequence[Result], styles: dict[str, ModelStyle], images: Images
) -> Failures:
    """The probes that no model puts first, and those that one alone does; shown are those farthest behind by every
    model, or by every other model."""
    first = np.stack([one.ranking.first for one in results])
    hit = first == 1

    def probes(which: IntArray, ranks: IntArray, most: int) -> Probes:
        order = which[np.argsort(-ranks[which], kind="stable")][:most]
        cards = tuple(_card(dataset, split, images, probe, f"rank {ranks[probe]}") for probe in order.tolist())
        return Probes(len(which), cards)

    alone = []
    for number, one in enumerate(results if len(results) > 1 else ()):
        mine = np.flatnonzero((hit.sum(axis=0) == 1) & hit[number])
        ranks = np.delete(first, number, axis=0).min(axis=0)
        alone.append((Model(one.ranker.name, styles[one.ranker.name]), probes(mine, ranks, MOST_ALONE)))
    missed = probes(np.flatnonzero(~hit.any(axis=0)), first.min(axis=0), MOST_MISSED)
    return Failures(first.shape[1], missed, tuple(alone))


def hardest_cameras(dataset: Dataset, split: Split, results: Sequence[Result], best: Result) -> tuple[CameraPair, ...]:
    """The pairs of cameras, the lowest rank-1 of the best model first; none where there is but one pair."""
    truth = ground_truth(dataset, split)
    cameras = dataset.cameras[split.probes], dataset.cameras[split.gallery]
    if len(set(cameras[0].tolist())) * len(set(cameras[1].tolist())) < 2:
        return ()
    by_model = [rank1_by_cameras(one.scores, truth, *cameras) for one in results]
    _, count, mine, theirs = by_model[0]
    places = [(a, b) for a, b in np.ndindex(*count.shape) if count[a, b]]
    if len(places) < 2:
        return ()
    at = next(number for number, one in enumerate(results) if one is best)
    places.sort(key=lambda place: by_model[at][0][place])
    return tuple(
        CameraPair(mine[a] or "?", theirs[b] or "?", int(count[a, b]), tuple(float(one[0][a, b]) for one in by_model))
        for a, b in places[:MOST_CAMERAS]
    )


def _card(dataset: Dataset, split: Split, images: Images, probe: int, head: str) -> Card:
    position = int(split.probes[probe])
    sample = dataset.samples[position]
    camera = (f"cam {sample.camera}",) if sample.camera else ()
    label = f"probe, person {sample.identity}, {head}"
    return Card(head, label, (sample.identity, *camera), None, images(position))
