"""The gallery ranked for an image that no scores are kept of: an uploaded one, or a probe with a part of it hidden."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import streamlit as st

from reidviz.common import settings
from reidviz.common.progress import time_left
from reidviz.data.dataset import Dataset, Split
from reidviz.data.images.decode import resize
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.fusion import fuse
from reidviz.evaluation.scores import Scores
from reidviz.models.model_card import read_card
from reidviz.models.variants import Kind
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import literal
from reidviz.ui.widgets.messages import or_stop
from reidviz.ui.widgets.thumbnails import KeyedImage


def scores_of_image(image: KeyedImage, choice: Choice) -> Iterator[tuple[Ranker, Scores]]:
    """Every chosen ranker with its scores (1, gallery) of one image, one after the other, with a bar that tells how
    far it is."""
    bar = st.progress(0.0)
    started = time.monotonic()
    for done, ranker in enumerate(choice.rankers):
        remaining = time_left(done, len(choice.rankers), time.monotonic() - started)
        bar.progress(done / len(choice.rankers), text=f"Ranking with {literal(ranker.name)} … {literal(remaining)}")
        yield ranker, or_stop(partial(_scores, image, ranker, choice))
    bar.empty()


def _scores(image: KeyedImage, ranker: Ranker, choice: Choice) -> Scores:
    def of(kind: Kind) -> Scores:
        return _part(image, ranker.path, ranker.sha256, kind, choice.dataset, choice.split)

    if ranker.kind != "fused":
        return of(ranker.kind)
    assert ranker.weight is not None
    return fuse(of("distance"), of("probability"), ranker.weight)


@remembered(st.cache_data, max_entries=64)
def _part(image: KeyedImage, path: Path, sha256: str, kind: Kind, dataset: Dataset, split: Split) -> Scores:
    from reidviz.evaluation.scoring.image import Gallery, scores_of_image

    sizes = read_card(path).architecture
    gallery = Gallery(path, sha256, dataset, split, settings.device())
    return scores_of_image(resize(image.image, sizes.height, sizes.width), kind, gallery)
