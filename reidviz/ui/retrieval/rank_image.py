"""The gallery ranked for images that no scores are kept of: uploaded, selected, or a probe with a part of it hidden."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import streamlit as st

from reidviz.common import settings
from reidviz.common.progress import time_left
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.pipeline.evaluate import fused, standards
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.fusion import Standard
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.scoring.multi_query import How, combined
from reidviz.models.variants import Kind
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import or_stop
from reidviz.ui.widgets.thumbnails import KeyedImage


def scores_of_images(
    images: Sequence[KeyedImage], choice: Choice, how: How = "mean feature"
) -> Iterator[tuple[Ranker, Scores]]:
    """Every chosen ranker that can be asked, with its scores (1, gallery) of one or several images of one person, one
    after the other, with a bar that tells how far it is; the others are named."""
    of_data = all(isinstance(image, DataImage) for image in images)
    able = [
        one for one in choice.rankers if one.describes or (of_data and one.form == "features" and not one.refinement)
    ]
    say_unable([ranker for ranker in choice.rankers if ranker not in able])
    bar = st.progress(0.0)
    started = time.monotonic()
    for done, ranker in enumerate(able):
        remaining = time_left(done, len(able), time.monotonic() - started)
        bar.progress(done / len(able), text=f"Ranking with {literal(ranker.name)} … {literal(remaining)}")
        found = [or_stop(partial(_scores, image, ranker, choice)) for image in images]
        yield ranker, combined(found, how) if len(found) > 1 else found[0]
    bar.empty()


@dataclass(frozen=True, eq=False)
class DataImage(KeyedImage):
    """An image of the chosen data set, at a position in it."""

    position: int


def say_unable(rankers: list[Ranker]) -> None:
    """Which models are no networks that could be asked about another image."""
    refined = [ranker for ranker in rankers if ranker.refinement]
    given = [ranker for ranker in rankers if not ranker.refinement]
    if given:
        names = Markdown(", ".join(literal(ranker.name) for ranker in given))
        st.caption(f"Only features or scores are known of {names}: of images that these do not name they tell nothing.")
    if refined:
        names = Markdown(", ".join(literal(ranker.name) for ranker in refined))
        st.caption(f"{names}: lists are refined for the probes of the test only.")


def _scores(image: KeyedImage, ranker: Ranker, choice: Choice) -> Scores:
    if ranker.form == "features" and isinstance(image, DataImage):
        return _given(ranker, image.position, choice.dataset, choice.split)
    if not ranker.parts:
        return _part(image, ranker.path, ranker.sha256, ranker.kind, choice.dataset, choice.split)
    first, second = (_scores(image, part, choice) for part in ranker.parts)
    return fused(ranker, first, second, lambda: _standards(ranker, choice.dataset, choice.split))


def _given(ranker: Ranker, position: int, dataset: Dataset, split: Split) -> Scores:
    """By features that were given for the image as for the gallery."""
    from reidviz.evaluation.scoring.embeddings import Embeddings

    store = Embeddings(ranker.path, ranker.sha256, dataset)
    return Scores("distance", store.distances(store.of(np.array([position])), store.of_gallery(split)))


@remembered(st.cache_resource, max_entries=16)
def _standards(ranker: Ranker, dataset: Dataset, split: Split) -> tuple[Standard, Standard]:
    return standards(ranker, dataset, split)


@remembered(st.cache_data, max_entries=64)
def _part(image: KeyedImage, path: Path, sha256: str, kind: Kind, dataset: Dataset, split: Split) -> Scores:
    from reidviz.evaluation.scoring.describers import image_describer_of
    from reidviz.evaluation.scoring.image import Gallery, scores_of_image

    gallery = Gallery(path, sha256, dataset, split, settings.device())
    return scores_of_image(image_describer_of(path, sha256).sized(image.image), kind, gallery)
