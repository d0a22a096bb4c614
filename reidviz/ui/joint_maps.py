"""The Joint maps page's parts: which two networks, the numbers, the charts, and one pair looked at closely."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from reidviz import settings
from reidviz.data.dataset import Dataset
from reidviz.data.pixels import Pixels
from reidviz.data.protocols import default_protocol, split
from reidviz.evaluation.evaluate import Reading
from reidviz.evaluation.projection import kept_umap, principal, umap
from reidviz.evaluation.scores import FloatArray
from reidviz.evaluation.transfer import Pairs, Transfer, distances, sample_pairs, transfer
from reidviz.evaluation.truth import truth_of
from reidviz.figures.transfer import distances_figure, projection_figure
from reidviz.models.card import read_card
from reidviz.progress import Progress
from reidviz.ui.jobs import board
from reidviz.ui.messages import literal, or_stop, show_error
from reidviz.ui.state import Choice, dataset_named, known_readings

EACH_KIND = 150
PLACES = {"conv5": "conv5", "fc7": "fc7"}


@dataclass(frozen=True, eq=False)
class Seen:
    """Test pairs of target and source as one network sees them: maps (P, C, h, w) and features (P, D)."""

    name: str
    target_maps: FloatArray
    source_maps: FloatArray
    target: FloatArray
    source: FloatArray


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two networks on the same pairs."""

    target: Dataset
    source: Dataset
    target_pairs: Pairs
    source_pairs: Pairs
    before: Seen
    after: Seen
    place: str


def compare(choice: Choice) -> Comparison:
    """Let the user choose two networks; what they make of the pairs. Ends the page where there is nothing to show."""
    readings = {r.name: r for r in known_readings().values() if r.kind == "probability"}
    crosses = [name for name, r in readings.items() if r.variant == "mtdnet-cross"]
    if not crosses:
        st.info(
            "There is no mtdnet-cross yet. Train one on the Train page: a small target, a large source, starting from "
            "an mtdnet that was trained on the source.",
            icon=":material/model_training:",
        )
        st.stop()
    fitting = [name for name in crosses if readings[name].data_hash == choice.dataset.manifest_hash]
    a, b, c = st.columns([2, 2, 2])
    after = readings[a.selectbox("After cross-domain training", [*fitting, *(n for n in crosses if n not in fitting)])]
    card = read_card(after.path)
    befores = [n for n, r in readings.items() if r.variant == "mtdnet"]
    if not befores:
        st.info("There is no mtdnet to compare it with: train one on the source first.")
        st.stop()
    source = or_stop(partial(dataset_named, card.source))
    befores.sort(key=lambda n: readings[n].data_hash != source.manifest_hash)
    before = readings[b.selectbox("Before it", befores, help="An mtdnet, best the one it started from.")]
    place = c.segmented_control(
        "Joint feature",
        list(PLACES),
        default=card.recipe.get("joint", "fc7"),
        required=True,
        key=f"joint-place-{after.sha256[:8]}",
        format_func=lambda name: PLACES[name],
        help="Where joint features are taken: conv5, the joint map itself, or fc7 before its ReLU, of unit length; at "
        "first where the network was trained to draw them together.",
    )
    if after.data_hash != choice.dataset.manifest_hash:
        st.warning(
            f"{literal(after.name)} was trained for another target, {literal(after.data)}.", icon=":material/warning:"
        )
        st.button(
            "Choose its target", icon=":material/my_location:", on_click=_choose, args=(after.data, after.protocol)
        )
    if source.manifest_hash == choice.dataset.manifest_hash:
        st.info("Target and source are the same data set: choose the target in the sidebar.")
        st.stop()
    bar = st.progress(0.0)
    found = or_stop(lambda: _comparison(choice, source, before, after, place or "fc7", _shown_on(bar)))
    bar.empty()
    return found


def _choose(data: str, protocol: str) -> None:
    st.session_state.update({"data": data, "protocol": protocol})


def _shown_on(bar: "st.delta_generator.DeltaGenerator") -> Progress:
    def progress(done: int, total: int, what: str) -> None:
        bar.progress(min(1.0, done / max(1, total)), text=f"{what}: {done:,} of {total:,}")

    return progress


def _comparison(
    choice: Choice, source: Dataset, before: Reading, after: Reading, place: str, progress: Progress
) -> Comparison:
    parts = split(source, default_protocol(source))
    pairs = [
        sample_pairs(part, truth_of(data, part), EACH_KIND)
        for data, part in ((choice.dataset, choice.split), (source, parts))
    ]
    for reading in (before, after):
        sizes = read_card(reading.path).architecture
        for data, those in zip((choice.dataset, source), pairs, strict=True):
            positions = np.concatenate([those.first, those.second])
            Pixels(data, sizes.height, sizes.width).fill(positions, progress)
    seen = []
    for reading in (before, after):
        (target_maps, target), (source_maps, others) = (
            _seen(f"{reading.sha256}-{data.cache_key}-{part.key}-{place}", reading, data, those, place)
            for data, part, those in zip((choice.dataset, source), (choice.split, parts), pairs, strict=True)
        )
        seen.append(Seen(reading.name, target_maps, source_maps, target, others))
    return Comparison(choice.dataset, source, pairs[0], pairs[1], seen[0], seen[1], place)


@st.cache_resource(max_entries=16, show_spinner="Computing joint maps …")
def _seen(key: str, _reading: Reading, _dataset: Dataset, _pairs: Pairs, _place: str) -> tuple[FloatArray, FloatArray]:
    from reidviz.evaluation.joint_maps import features_of, joint_maps
    from reidviz.models.checkpoint import load_checkpoint
    from reidviz.models.mtdnet import MTDnet

    network, card = load_checkpoint(_reading.path)
    assert isinstance(network, MTDnet)
    pixels = Pixels(_dataset, card.architecture.height, card.architecture.width)
    maps = joint_maps(network, pixels, _pairs, settings.device())
    return maps, features_of(network, maps, "conv5" if _place == "conv5" else "fc7", settings.device())


def show_numbers(comparison: Comparison) -> None:
    """Three numbers of both networks, each with its definition."""
    rows = [(seen.name, _numbers(_key(comparison, seen), comparison, seen)) for seen in _both(comparison)]
    lines = ["| | data sets told apart | discrepancy | neighbours of the same kind |", "|:---|---:|---:|---:|"]
    for when, (name, numbers) in zip(("before", "after"), rows, strict=True):
        lines.append(
            f"| {when}: {literal(name)} | {numbers.domain_accuracy:.1f} % | {numbers.discrepancy:.4f} "
            f"| {numbers.agreement:.1f} % |"
        )
    st.markdown("\n".join(lines))
    t, s = len(comparison.target_pairs), len(comparison.source_pairs)
    st.caption(
        f"From the joint features ({PLACES[comparison.place]}) of {t} test pairs of "
        f"{literal(comparison.target.name)} and {s} of {literal(comparison.source.name)}, half of them of one person."
    )
    st.caption(
        "**Data sets told apart**: share of pairs whose data set a linear classifier (logistic regression, 5-fold "
        f"cross-validated) tells from the feature; {100 * max(t, s) / (t + s):.0f} % is chance. **Discrepancy**: "
        "squared maximum mean discrepancy (Gaussian kernel, median bandwidth); 0 when both are distributed alike. "
        "**Neighbours of the same kind**: share of a target pair's 10 nearest *source* pairs that are of its kind "
        "(same person, or different persons); 50 % is chance."
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _numbers(key: str, _comparison: Comparison, _seen: Seen) -> Transfer:
    return transfer(_seen.target, _comparison.target_pairs.same, _seen.source, _comparison.source_pairs.same)


def show_distances(comparison: Comparison) -> None:
    """Histograms of joint-feature distances, before and after."""
    st.subheader("How far target and source pairs lie apart", anchor=False)
    st.caption("Alike: both pairs show one person each, or both show two. Unlike: one of each.")
    alike = comparison.target_pairs.same[:, None] == comparison.source_pairs.same
    for column, when, seen in zip(st.columns(2), ("Before", "After"), _both(comparison), strict=True):
        with column:
            st.markdown(f"**{when}**: {literal(seen.name)}")
            st.plotly_chart(
                distances_figure(distances(seen.target, seen.source), alike),
                key=f"joint-distances-{when}",
                alt=f"Histogram of joint-feature distances of alike and unlike pairs, {when.lower()}",
            )


def show_projection(comparison: Comparison) -> None:
    """Pairs of both data sets on a plane, before and after."""
    st.subheader("Where pairs lie", anchor=False)
    method = st.segmented_control("Projection", ["PCA", "UMAP"], default="PCA", required=True, key="joint-projection")
    from_target = np.arange(len(comparison.target_pairs) + len(comparison.source_pairs)) < len(comparison.target_pairs)
    same = np.concatenate([comparison.target_pairs.same, comparison.source_pairs.same])
    for column, when, seen in zip(st.columns(2), ("Before", "After"), _both(comparison), strict=True):
        features = np.concatenate([seen.target, seen.source])
        with column:
            st.markdown(f"**{when}**: {literal(seen.name)}")
            plane = principal(features) if method == "PCA" else kept_umap(features)
            if plane is None:
                _wait_for_umap(_key(comparison, seen), features)
                continue
            st.plotly_chart(
                projection_figure(plane, from_target, same),
                key=f"joint-plane-{when}",
                alt=f"{method} of the joint features of target and source pairs, {when.lower()}",
            )


def _wait_for_umap(key: str, features: FloatArray) -> None:
    key = f"umap {key}"

    def work(progress: Progress) -> None:
        progress(0, 1, "laying out with UMAP")
        umap(features)

    job = board().get(key) or board().start(key, work)
    if job.state == "failed" and job.error is not None:
        show_error(job.error)
    else:
        _watch(key)


@st.fragment(run_every=1.0)
def _watch(key: str) -> None:
    job = board().get(key)
    if job is None or job.finished:
        board().forget(key)
        st.rerun(scope="app")
    st.info("UMAP is being computed: half a minute, once. PCA is there meanwhile.", icon=":material/hourglass_top:")


def _both(comparison: Comparison) -> tuple[Seen, Seen]:
    return comparison.before, comparison.after


def _key(comparison: Comparison, seen: Seen) -> str:
    """These very features."""
    return f"{seen.name}-{comparison.target.cache_key}-{comparison.source.cache_key}-{hash(seen.target.tobytes())}"
