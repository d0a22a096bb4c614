"""The score that each kind of model gives one pair of images."""

from pathlib import Path

import numpy as np
import streamlit as st

from reidviz.common.arrays import Float32Array
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.pipeline.evaluate import evaluate, fused, standards
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.fusion import Standard
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.scoring.given import feature_match, score_matches, scores_given
from reidviz.evaluation.scoring.pair_passes import PassScores, passes_of_pair
from reidviz.models.added.cards import FeaturesCard, ScoresCard, card_of
from reidviz.ui.pairs.pair_picker import PairImage
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.thumbnails import KeyedImage


def score_of_pair(choice: Choice, ranker: Ranker, first: PairImage, second: PairImage) -> float | None:
    """The score of two images as a ranker takes it; None where it was given features or scores without these."""
    if ranker.refinement is not None:
        return _of_test(choice, ranker, first.position, second.position)
    if ranker.parts:
        values = [score_of_pair(choice, part, first, second) for part in ranker.parts]
        parts = [
            Scores(part.kind, np.array([[value]], dtype=np.float32))
            for part, value in zip(ranker.parts, values, strict=True)
            if value is not None
        ]
        if len(parts) < 2:
            return None
        mix = fused(ranker, parts[0], parts[1], lambda: _standards(ranker, choice.dataset, choice.split))
        return float(mix.matrix[0, 0])
    if ranker.form == "network":
        passes = passes_of(ranker.path, ranker.sha256, first, second)
        found = passes.distance if ranker.kind == "distance" else passes.probability
        assert found is not None, "a ranker of a network has the branch that it is read at"
        return float(found.mean())
    if ranker.form == "onnx":
        return _distance(*(_features(ranker.path, ranker.sha256, image) for image in (first, second)))
    return _given(choice, ranker, first.position, second.position)


@remembered(st.cache_data, max_entries=256)
def passes_of(path: Path, sha256: str, first: KeyedImage, second: KeyedImage) -> PassScores:
    """All passes of one network on two images."""
    return passes_of_pair(path, sha256, first.image, second.image)


@remembered(st.cache_data, max_entries=256)
def _features(path: Path, sha256: str, image: KeyedImage) -> Float32Array:
    from reidviz.evaluation.scoring.describers import image_describer_of

    describer = image_describer_of(path, sha256)
    return describer.of_sized(describer.sized(image.image)[None])


@remembered(st.cache_resource, max_entries=16)
def _standards(ranker: Ranker, dataset: Dataset, split: Split) -> tuple[Standard, Standard]:
    return standards(ranker, dataset, split)


def _given(choice: Choice, ranker: Ranker, first: int | None, second: int | None) -> float | None:
    """From what a file says of two images at these positions."""
    if first is None or second is None:
        return None
    card, dataset = card_of(ranker.path), choice.dataset
    if isinstance(card, FeaturesCard):
        from reidviz.evaluation.scoring.embeddings import Embeddings

        if not feature_match(ranker.path, card, dataset).covered[[first, second]].all():
            return None
        mine, theirs = Embeddings(ranker.path, ranker.sha256, dataset).of(np.array([first, second]))
        return _distance(mine[None], theirs[None])
    assert isinstance(card, ScoresCard), "only features and scores are given"
    rows, columns = score_matches(ranker.path, card, dataset)
    if not (rows.covered[first] and columns.covered[second]):
        return None
    nobody = np.array([], dtype=np.int64)
    one = Split(choice.split.protocol, nobody, np.array([first]), np.array([second]))
    return float(scores_given(ranker.path, card, dataset, one)[0, 0])


def _of_test(choice: Choice, ranker: Ranker, first: int | None, second: int | None) -> float | None:
    """From the scores of the test, where the pair is one of a probe and a gallery image."""
    rows, columns = (
        np.flatnonzero(part == one) for part, one in ((choice.split.probes, first), (choice.split.gallery, second))
    )
    if not (len(rows) and len(columns)):
        return None
    return float(evaluate(ranker, choice.dataset, choice.split).scores.matrix[rows[0], columns[0]])


def _distance(first: Float32Array, second: Float32Array) -> float:
    return float(np.square(first.astype(np.float64) - second).sum())
