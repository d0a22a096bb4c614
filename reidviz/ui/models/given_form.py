"""Given features or scores before they are added: what the file holds, and which images it knows."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import streamlit as st

from reidviz.common.printable import short
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.adding import keep_features, keep_scores, matched, named, named_scores
from reidviz.evaluation.ranking.ranking import rank
from reidviz.evaluation.scores import Scores
from reidviz.models.added.cards import DISTANCES
from reidviz.models.added.given import GivenFeatures, GivenScores
from reidviz.models.added.given_file import read_given
from reidviz.models.added.store import digest_of
from reidviz.ui.models.naming import offer_to_add
from reidviz.ui.session.choice import Choice
from reidviz.ui.widgets.markup import Markdown, literal

KINDS: Final = {"features of images": "features", "scores, probes × gallery": "scores"}
NEARER: Final = {"larger": True, "smaller": False}


def show_given(choice: Choice, file: Path) -> None:
    """Draw what the file holds, matched with the data of the sidebar, and the button that adds it.

    ReidvizError when it cannot be read, or not matched.
    """
    names = next((one for one in file.parent.iterdir() if one != file and one.suffix in (".txt", ".csv")), None)
    names = names if file.parent.name.startswith(".") else None
    found = _read(file, digest_of(file), "", names)
    usual = list(KINDS)[isinstance(found, GivenScores)]
    kind = st.segmented_control(
        "It holds", list(KINDS), default=usual, required=True, key=f"model-kind {file}", format_func=literal
    )
    if kind and kind != usual:
        found = _read(file, digest_of(file), KINDS[kind], names)
    if isinstance(found, GivenFeatures):
        _features(choice, file, found)
    else:
        _scores(choice, file, found)


@st.cache_resource(max_entries=4, show_spinner="Reading the file …")
def _read(file: Path, digest: str, kind: str, names: Path | None) -> GivenFeatures | GivenScores:
    return read_given(file, kind, names)


def _features(choice: Choice, file: Path, found: GivenFeatures) -> None:
    count, dimensions = found.features.shape
    st.markdown(f"**{count:,} features** of {dimensions:,} dimensions.")
    found = named(found, choice.dataset, choice.split)
    match = matched(found, choice.dataset)
    _say_notes(found.notes)
    st.markdown(f"On {literal(short(choice.dataset.name))}: {literal(match.sentence(choice.dataset))}")
    tested = np.concatenate([choice.split.probes, choice.split.gallery])
    if not match.covered[tested].all():
        told = match.sentence(choice.dataset, tested)
        st.warning(f"Of the images that {literal(choice.split.protocol)} tests: {literal(told)} It ranks these alone.")
    distance = st.segmented_control(
        "Distance",
        DISTANCES,
        default="cosine",
        required=True,
        key=f"model-distance {file}",
        format_func=literal,
        help="Cosine: features are set to unit length before they are compared.",
    )
    assert distance is not None, "one is required"
    offer_to_add(file, lambda name: keep_features(file, found, name, distance))


def _scores(choice: Choice, file: Path, found: GivenScores) -> None:
    probes, gallery = found.scores.shape
    st.markdown(f"**{probes:,} × {gallery:,} scores** of probes against gallery images.")
    found = named_scores(found, choice.dataset, choice.split)
    _say_notes(found.notes)
    usual = next(iter(NEARER)) if found.larger_is_nearer in (True, None) else "smaller"
    st.caption(_by_either(choice, found))
    nearer = st.segmented_control(
        "Nearer is", list(NEARER), default=usual, required=True, key=f"model-nearer {file}", format_func=literal
    )
    found = replace(found, larger_is_nearer=NEARER[nearer or usual])
    offer_to_add(file, partial(keep_scores, file, found))


def _by_either(choice: Choice, found: GivenScores) -> Markdown:
    """What each way to read the matrix would give, where it is that of the chosen split."""
    parts = choice.split
    if found.scores.shape != (len(parts.probes), len(parts.gallery)):
        return Markdown("It says which images it is of; on others it tells nothing.")
    truth = ground_truth(choice.dataset, parts)
    shares = [rank(Scores(kind, found.scores), truth).cmc_at(1) for kind in ("similarity", "dissimilarity")]
    return Markdown(f"Rank-1 would be {shares[0]:.1f} % if larger is nearer, {shares[1]:.1f} % if smaller is.")


def _say_notes(notes: tuple[str, ...]) -> None:
    for note in notes:
        st.caption(literal(note))
