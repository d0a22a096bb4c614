"""Ranked lists of a few probes, drawn by lot: some that the best model finds, some that it misses."""

from collections.abc import Sequence

import numpy as np

from reidviz.common.arrays import BoolArray
from reidviz.data.catalogue.in_words import lines_below
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.certified import SEED
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.ranking.ranked_list import Listed, ranked_list
from reidviz.figures.remade.lists import list_in_words
from reidviz.figures.style import ModelStyle
from reidviz.report.contents import Card, Example, ListOfModel, Model
from reidviz.report.people import Images

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
            card = Card("probe", f"probe, person {sample.identity}", lines_below(sample), None, images(position))
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
) -> ListOfModel:
    found = ranked_list(result.scores, probe, masks, np.arange(len(split.gallery)), SHOWN)

    def card(one: Listed) -> Card:
        position = int(split.gallery[one.place])
        sample, score = dataset.samples[position], result.scores.text(probe, one.place)
        who = "the probe's person" if one.right else "another person"
        label = f"rank {one.rank}: person {sample.identity}, {score}, {who}"
        return Card(str(one.rank), label, (*lines_below(sample), score), one.right, images(position))

    behind = found.match if found.match is not None and found.match.rank > SHOWN else None
    return ListOfModel(
        Model(result.ranker.name, style),
        list_in_words(result.ranker, found),
        tuple(card(one) for one in found.first),
        None if behind is None else card(behind),
    )
