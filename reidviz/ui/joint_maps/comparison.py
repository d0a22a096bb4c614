"""Two networks on the same pairs of target and source: which ones, chosen by the user, and what they make of them."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
import streamlit as st

from reidviz.common import settings
from reidviz.common.arrays import Float32Array
from reidviz.common.printable import short
from reidviz.common.progress import Progress
from reidviz.data.dataset import Dataset
from reidviz.data.images.pixel_cache import Pixels
from reidviz.data.keys import key_of
from reidviz.data.splits.protocols import default_protocol, split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.image_pairs import Pairs, sample_pairs
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.figures.style import ModelStyle
from reidviz.models.model_card import read_card
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.datasets import BUILT_IN, dataset_named
from reidviz.ui.session.keys import DATA, PROTOCOL
from reidviz.ui.session.model_styles import styles_of
from reidviz.ui.session.models import known_rankers
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import literal
from reidviz.ui.widgets.messages import or_stop

EACH_KIND = 150
PLACES: Final = ("conv5", "fc7")


@dataclass(frozen=True, eq=False)
class PairFeatures:
    """Test pairs of target and source as one network sees them: maps (P, C, h, w) and features (P, D).

    key     tells these from any others
    sha256  of the network's weights
    """

    name: str
    sha256: str
    style: ModelStyle
    key: str
    target_maps: Float32Array
    source_maps: Float32Array
    target: Float32Array
    source: Float32Array


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two networks on the same pairs. choice: the target as data set and split."""

    choice: Choice
    target: Dataset
    source: Dataset
    target_pairs: Pairs
    source_pairs: Pairs
    before: PairFeatures
    after: PairFeatures
    place: str


def compare(choice: Choice) -> Comparison:
    """Let the user choose two networks; what they make of the pairs. Ends the page where there is nothing to show."""
    rankers = {r.name: r for r in known_rankers().values() if r.kind == "probability"}
    crosses = [name for name, r in rankers.items() if r.variant == "mtdnet-cross"]
    if not crosses:
        st.info(
            "There is no mtdnet-cross yet. Train one on the Train page: a small target, a large source, starting from "
            "an mtdnet that was trained on the source.",
            icon=":material/model_training:",
        )
        st.stop()
    fitting = [name for name in crosses if rankers[name].trained_by(choice.dataset)]
    a, b, c = st.columns([2, 2, 2])
    after = rankers[a.selectbox("After cross-domain training", [*fitting, *(n for n in crosses if n not in fitting)])]
    card = read_card(after.path)
    befores = [n for n, r in rankers.items() if r.variant == "mtdnet"]
    if not befores:
        st.info("There is no mtdnet to compare it with: train one on the source first.")
        st.stop()
    source = or_stop(partial(dataset_named, card.source))
    befores.sort(key=lambda n: not rankers[n].trained_by(source))
    before = rankers[b.selectbox("Before it", befores, help="An mtdnet, best the one it started from.")]
    place = c.segmented_control(
        "Joint feature",
        PLACES,
        default="conv5" if card.recipe.get("joint") == "conv5" else "fc7",
        required=True,
        key=f"joint-place-{after.sha256[:8]}",
        help="Where joint features are taken: conv5, the joint map itself, or fc7 before its ReLU, of unit length; at "
        "first where the network was trained to draw them together.",
    )
    if not fitting and card.data in BUILT_IN:
        choice = _example(choice, card.data, card.protocol)
    elif not after.trained_by(choice.dataset):
        st.warning(
            f"{literal(after.name)} was trained for another target, {literal(short(card.data))}.",
            icon=":material/warning:",
        )
        st.button("Choose its target", icon=":material/my_location:", on_click=_choose, args=(card.data, card.protocol))
    if source.manifest_hash == choice.dataset.manifest_hash:
        st.info("Target and source are the same data set: choose the target in the sidebar.")
        st.stop()
    bar = st.progress(0.0)
    found = or_stop(lambda: _comparison(choice, source, before, after, place or "fc7", _shown_on(bar)))
    bar.empty()
    return found


def _example(choice: Choice, data: str, protocol: str) -> Choice:
    """The built-in target of a network, where none was trained for the data in the sidebar."""
    target = or_stop(partial(dataset_named, data))
    parts = or_stop(partial(split, target, protocol))
    st.info(
        f"No cross-domain network was trained for {literal(short(choice.dataset.name))}: shown is the built-in "
        f"example, target {literal(short(data))}.",
        icon=":material/lightbulb:",
    )
    return replace(choice, dataset=target, split=parts)


def _choose(data: str, protocol: str) -> None:
    DATA.set(data)
    PROTOCOL.set(protocol)


def _shown_on(bar: "st.delta_generator.DeltaGenerator") -> Progress:
    def progress(done: int, total: int, what: str) -> None:
        bar.progress(min(1.0, done / max(1, total)), text=f"{literal(what)}: {done:,} of {total:,}")

    return progress


def _comparison(
    choice: Choice, source: Dataset, before: Ranker, after: Ranker, place: str, progress: Progress
) -> Comparison:
    parts = split(source, default_protocol(source))
    sides = ((choice.dataset, choice.split), (source, parts))
    pairs = [sample_pairs(part, ground_truth(data, part), EACH_KIND) for data, part in sides]
    for ranker in (before, after):
        sizes = read_card(ranker.path).architecture
        for data, those in zip((choice.dataset, source), pairs, strict=True):
            positions = np.concatenate([those.first, those.second])
            Pixels(data, sizes.height, sizes.width).fill(positions, progress)
    styles = styles_of([*choice.rankers, before, after])
    seen = []
    for ranker in (before, after):
        (target_maps, target), (source_maps, others) = (
            _seen(ranker, data, those, place) for (data, _), those in zip(sides, pairs, strict=True)
        )
        key = key_of(ranker, choice.dataset, source, pairs, place)
        style = styles[ranker.source]
        seen.append(PairFeatures(ranker.name, ranker.sha256, style, key, target_maps, source_maps, target, others))
    return Comparison(choice, choice.dataset, source, pairs[0], pairs[1], seen[0], seen[1], place)


@remembered(st.cache_resource, max_entries=16, show_spinner="Computing joint maps …")
def _seen(ranker: Ranker, dataset: Dataset, pairs: Pairs, place: str) -> tuple[Float32Array, Float32Array]:
    from reidviz.evaluation.scoring.joint_features import features_of, joint_maps
    from reidviz.models.loaded import loaded
    from reidviz.models.mtdnet import MTDnet

    network, card = loaded(ranker.path, ranker.sha256, settings.device())
    assert isinstance(network, MTDnet)
    pixels = Pixels(dataset, card.architecture.height, card.architecture.width)
    maps = joint_maps(network, pixels, pairs, settings.device())
    return maps, features_of(network, maps, "conv5" if place == "conv5" else "fc7", settings.device())
