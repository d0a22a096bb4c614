"""The gallery ranked for a picture that no scores are kept of: an uploaded one, or a probe with a part of it hidden."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import streamlit as st
from PIL import Image

from reidviz import settings
from reidviz.data.images import resize
from reidviz.data.pixels import Pixels
from reidviz.evaluation.evaluate import Reading
from reidviz.evaluation.fusion import mixed
from reidviz.evaluation.scores import Scores
from reidviz.models.variants import Kind
from reidviz.progress import time_left
from reidviz.ui.messages import or_stop
from reidviz.ui.state import Choice


def scores_of_picture(digest: str, image: Image.Image, choice: Choice) -> Iterator[tuple[Reading, Scores]]:
    """Every chosen reading with its scores (1, gallery) of one picture that the digest names, one after the other, with
    a bar that tells how far it is."""
    bar = st.progress(0.0)
    started = time.monotonic()
    for done, reading in enumerate(choice.readings):
        remaining = time_left(done, len(choice.readings), time.monotonic() - started)
        bar.progress(done / len(choice.readings), text=f"Ranking with {reading.name} … {remaining}")
        yield reading, or_stop(partial(_scores, digest, reading, image, choice))
    bar.empty()


def _scores(digest: str, reading: Reading, image: Image.Image, choice: Choice) -> Scores:
    gallery = f"{choice.dataset.cache_key}-{choice.split.key}"

    def of(kind: Kind) -> Scores:
        return _part(digest, gallery, reading.sha256, kind, reading.path, image, choice)

    if reading.kind != "fused":
        return of(reading.kind)
    assert reading.weight is not None
    return mixed(of("distance"), of("probability"), reading.weight)


@st.cache_data(max_entries=64, show_spinner=False)
def _part(
    digest: str, gallery: str, sha256: str, kind: Kind, _path: Path, _image: Image.Image, _choice: Choice
) -> Scores:
    from reidviz.evaluation.features import Chosen
    from reidviz.evaluation.scoring import score
    from reidviz.models.checkpoint import load_checkpoint

    network, card = load_checkpoint(_path)
    height, width = card.architecture.height, card.architecture.width
    pixels = Pixels(_choice.dataset, height, width)
    probe = resize(_image, height, width)[None]
    return score(network, kind, probe, Chosen(pixels, _choice.split.gallery), settings.device())
