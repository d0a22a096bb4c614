"""Where models fail: the probes that none finds, those that one alone finds, and the hardest pairs of cameras."""

from collections.abc import Sequence

import numpy as np

from reidviz.common.arrays import Float64Array, IntArray
from reidviz.data.catalogue.in_words import lines_below
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.ranking.by_cameras import hits_by_camera
from reidviz.evaluation.ranking.uncertainty import Interval, Names, mean_band
from reidviz.figures.style import ModelStyle
from reidviz.report.contents import CameraPair, Card, Failures, Figure, Model, Probes
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
    truth, persons = ground_truth(dataset, split), dataset.identities[split.probes]
    mine, gallery = dataset.cameras[split.probes], dataset.cameras[split.gallery]
    if len(set(mine.tolist())) * len(set(gallery.tolist())) < 2:
        return ()
    by_model = [hits_by_camera(one.scores, truth, gallery) for one in results]
    found = []
    for camera in sorted(set(mine.tolist())):
        for place, other in enumerate(by_model[0][1]):
            rows = np.flatnonzero((mine == camera) & ~np.isnan(by_model[0][0][:, place]))
            if len(rows):
                figures = tuple(_rank1(hits[rows, place], persons[rows]) for hits, _ in by_model)
                found.append(CameraPair(camera or "?", other or "?", len(rows), figures))
    at = next(number for number, one in enumerate(results) if one is best)
    found.sort(key=lambda pair: pair.figures[at].value)
    return tuple(found[:MOST_CAMERAS]) if len(found) > 1 else ()


def _rank1(hits: Float64Array, persons: Names) -> Figure:
    low, high = mean_band(100 * hits[:, None], persons)
    return Figure(100 * float(hits.mean()), Interval(float(low[0]), float(high[0])))


def _card(dataset: Dataset, split: Split, images: Images, probe: int, head: str) -> Card:
    position = int(split.probes[probe])
    sample = dataset.samples[position]
    label = f"probe, person {sample.identity}, {head}"
    return Card(head, label, lines_below(sample), None, images(position))
