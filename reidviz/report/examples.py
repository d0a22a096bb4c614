"""Ranked lists of a few probes, drawn by lot: some that the best model finds, some that it misses."""

from collections.abc import Sequence

import numpy as np

from reidviz.common.arrays import BoolArray
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.ranking.ranking import order
from reidviz.figures.style import ModelStyle
from reidviz.report.contents import Card, Example, Model, RankedList
from reidviz.report.people import Images

SEED = 0
EACH, SHOWN, MOST_LISTS = 2, 10, 3
"""Examples of either kind, gallery images a list, and models whose lists are shown."""


def examples(
    dataset: Dataset, split: Split, results: Sequence[Result], styles: dict[str, ModelStyle], images: Images
) -> tuple[Example, ...]:
    """EACH probes that the first of the results puts first and EACH that it does not, by a draw with SEED, as the first
    MOST_LISTS of them rank the gallery. results: the best first."""
    truth, rng = ground_truth(dataset, split), np.random.default_rng(SEED)
    hit = results[0].ranking.first == 1
    told = []
    for title, probes in (("Found", np.flatnonzero(hit)), ("Missed", np.flatnonzero(~hit))):
        for probe in sorted(rng.choice(probes, min(EACH, len(probes)), replace=False).tolist()):
            position = int(split.probes[probe])
            sample = dataset.samples[position]
            camera = (f"cam {sample.camera}",) if sample.camera else ()
            card = Card("probe", f"probe, person {sample.identity}", (sample.identity, *camera), None, images(position))
            lists = [
                _list(dataset, split, one, styles[one.ranker.name], probe, truth.masks(probe), images)
                for one in results[:MOST_LISTS]
            ]
            told.append(Example(f"{title} by {results[0].ranker.name}", card, tuple(lists)))
    return tuple(told)


def _list(
    dataset: Dataset,
    split: Split,
    result: Result,
    style: ModelStyle,
    probe: int,
    masks: tuple[BoolArray, BoolArray],
    images: Images,
) -> RankedList:
    same, ignored = masks
    ranked = order(result.scores.distances(probe), same)
    ranked = ranked[~ignored[ranked]]

    def card(rank: int) -> Card:
        place = int(ranked[rank - 1])
        position = int(split.gallery[place])
        sample, score = dataset.samples[position], result.scores.text(probe, place)
        right = bool(same[place])
        camera = (f"cam {sample.camera}",) if sample.camera else ()
        who = "the probe's person" if right else "another person"
        label = f"rank {rank}: person {sample.identity}, {score}, {who}"
        return Card(str(rank), label, (sample.identity, *camera, score), right, images(position))

    first = int(result.ranking.first[probe])
    return RankedList(
        Model(result.ranker.name, style),
        f"true match at rank {first:,} of {len(ranked):,}",
        tuple(card(rank) for rank in range(1, min(SHOWN, len(ranked)) + 1)),
        card(first) if first > SHOWN else None,
    )
