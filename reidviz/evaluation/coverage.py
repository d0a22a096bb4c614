"""Given features and scores may know some of the images only, and marks have taught some models whom they show: then
all models are compared on the others alone."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from reidviz.common.arrays import BoolArray
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.data.dataset import Dataset, LeftOut, Split
from reidviz.data.splits.untouched import untouched
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.scoring.given import feature_match, score_matches
from reidviz.models.added.cards import FeaturesCard, ScoresCard, card_of


def restricted(dataset: Dataset, split: Split, rankers: Iterable[Ranker]) -> Split:
    """The split without the persons whom marks show that taught one of the models, without the probes and gallery
    images of which one knows nothing, and without the probes whose matches are among these; the split itself where
    there are none.

    ReidvizError where a model knows no probe, or none with its match, and where marks show everybody.
    """
    rankers = list(rankers)
    split = untouched(dataset, split, _taught(rankers))
    probes, gallery = np.ones(len(split.probes), dtype=bool), np.ones(len(split.gallery), dtype=bool)
    told = []
    for ranker in _given(rankers):
        known = _known(ranker, dataset, split)
        if not all(part.all() for part in known):
            name = printable(ranker.name)
            counts = [f"{part.sum():,} of {len(part):,}" for part in known]
            told.append(
                f"{name} knows {counts[0]} probes and {counts[1]} gallery images: all are compared on these alone."
            )
        probes &= known[0]
        gallery &= known[1]
    if not told:
        return split
    part = replace(split, probes=split.probes[probes], gallery=split.gallery[gallery])
    truth = ground_truth(dataset, part)
    rows, _, right = truth.same_identity(range(len(part.probes)))
    matched = np.bincount(rows[right], minlength=len(part.probes)) > 0
    if not matched.any():
        raise ReidvizError(
            f"{name} knows no probe of {printable(split.protocol)} with a match in the gallery.",
            "Choose data and a protocol whose images its file names, or leave it out in the sidebar.",
        )
    lost = [LeftOut(int(i), "all of its matches are unknown to a model") for i in part.probes[~matched]]
    return replace(
        part, probes=part.probes[matched], left_out=(*split.left_out, *lost), notes=(*split.notes, *dict.fromkeys(told))
    )


def _taught(rankers: Iterable[Ranker]) -> set[str]:
    """The images of all marks that taught one of the rankers, or one of their parts."""
    every = (one for ranker in rankers for one in (ranker, *ranker.parts))
    return {image for one in every if one.taught is not None for image in one.taught.images}


def _given(rankers: Iterable[Ranker]) -> list[Ranker]:
    """Those of the rankers, and of their parts, whose features or scores were given, each file once."""
    every = [one for ranker in rankers for one in (ranker.parts or (ranker,))]
    return list({one.sha256: one for one in every if one.form in ("features", "scores")}.values())


def _known(ranker: Ranker, dataset: Dataset, split: Split) -> tuple[BoolArray, BoolArray]:
    card = card_of(ranker.path)
    if isinstance(card, FeaturesCard):
        there = feature_match(ranker.path, card, dataset).covered
        return there[split.probes], there[split.gallery]
    assert isinstance(card, ScoresCard), "only given features and scores are asked"
    rows, columns = score_matches(ranker.path, card, dataset)
    return rows.covered[split.probes], columns.covered[split.gallery]
