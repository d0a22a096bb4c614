"""Why: which regions of two images made the decision of each branch of one network."""

import time
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from reidviz.common import settings
from reidviz.common.progress import time_left
from reidviz.data.images.encode import data_uri
from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.figures.heatmaps import signed_overlay
from reidviz.models.model_card import read_card
from reidviz.models.variants import variant
from reidviz.ui.background.newest import keep_newest
from reidviz.ui.pairs.pair_picker import PairImage
from reidviz.ui.widgets.markup import Markdown, literal, render
from reidviz.ui.widgets.messages import or_stop, said

if TYPE_CHECKING:
    from reidviz.evaluation.explain.saliency import Branch, Explanation, Method

METHODS: "dict[str, Method]" = {"gradient × activation": "gradient", "occlusion": "occlusion"}
BRANCHES: "dict[Branch, Markdown]" = {
    "ranking": Markdown("ranking branch (after conv2)"),
    "pairs": Markdown("classifier (after conv5)"),
}
FEATURE = Markdown("distance of the features")
LARGE = 340
HIDDEN = 0.2
MOST_KEPT = 128


@dataclass(frozen=True, eq=False)
class Why:
    """The relevance of the places of both images, and how much the score changes when the most important fifth of both
    is hidden, and as much elsewhere."""

    found: "Explanation"
    important: float
    elsewhere: float


def show_why(first: PairImage, second: PairImage, ranker: Ranker) -> None:
    """What in both images made the decision of a model, with a check of what is shown."""
    network = network_behind(ranker)
    if network is None:
        st.info(
            f"Of {literal(ranker.name)} only features or scores are known: why it says so cannot be told. Choose a "
            "network above."
        )
        return
    if network.form == "onnx":
        st.caption("By occlusion: how much of the score is lost where a patch covers a place.")
        _show_legend()
        with said():
            st.markdown(f"**{FEATURE}**")
            _show(first, second, network, "ranking", "occlusion")
        return
    method = st.segmented_control(
        "Method",
        list(METHODS),
        default="gradient × activation",
        required=True,
        key="why-method",
        persist_state="session",
        format_func=literal,
        label_visibility="collapsed",
    )
    _show_legend()
    for column, branch in zip(st.columns(2), or_stop(lambda: branches(network)), strict=False):
        with column, said():
            st.markdown(f"**{BRANCHES[branch]}**")
            _show(first, second, network, branch, METHODS[method or "gradient × activation"])
    st.caption(
        "Gradient × activation: what each place of the maps adds to the score, at once; both images carry one map of "
        "the classifier, for places of its joint map after conv5 belong to both. Occlusion: how much of the score is "
        "lost where a patch covers a place; some seconds, and each image by itself."
    )


def network_behind(ranker: Ranker) -> Ranker | None:
    """What is explained of a ranker: itself, or the first network of two; None where no network is known."""
    return next((one for one in (ranker, *ranker.parts) if one.describes and not one.parts), None)


def _show_legend() -> None:
    """The scale of the colours."""
    st.html(render("pairs/why_scale.html"))


def branches(ranker: Ranker) -> "list[Branch]":
    """The branches of the network behind a ranker."""
    trained = variant(read_card(ranker.path).variant)
    has: dict[Branch, bool] = {"ranking": trained.ranking, "pairs": trained.pairs}
    return [branch for branch, there in has.items() if there]


def _show(first: PairImage, second: PairImage, ranker: Ranker, branch: "Branch", method: "Method") -> None:
    why = explained(first, second, ranker, branch, method)
    found = why.found
    strongest = max(float(np.abs(map_).max()) for map_ in (found.first, found.second))
    images = [
        (data_uri(signed_overlay(one.image, map_, strongest, LARGE), LARGE), f"{one.told}: what mattered")
        for one, map_ in ((first, found.first), (second, found.second))
    ]
    st.html(render("widgets/image_row.html", kind="rv-why", images=images))
    st.caption(
        f"Explained: {_score_in_words(found.score, branch)}, of the images as they are; the table has the mean over "
        f"mirror images. Check: hiding the {100 * HIDDEN:.0f} % of both images called most important changes it by "
        f"**{why.important:.2f}**, hiding as much elsewhere by {why.elsewhere:.2f}."
    )


def _score_in_words(score: float, branch: "Branch") -> Markdown:
    """What is explained, in the unit of the table: minus the squared distance, or the log odds of P(same)."""
    if branch == "ranking":
        return Markdown(f"d² {-score:.3f}")
    return Markdown(f"P {100 / (1 + exp(-score)):.1f} % (log odds {score:.2f}, both orders)")


@st.cache_resource
def _kept() -> dict[str, Why]:
    """The last explanations of this server, by key: Streamlit's own caches would draw the bar again with each."""
    return {}


def explained(first: PairImage, second: PairImage, ranker: Ranker, branch: "Branch", method: "Method") -> Why:
    """The explanation, with a bar that tells how far it is while it is computed."""
    kept, key = _kept(), key_of(first, second, ranker.sha256, branch, method)
    if (found := kept.get(key)) is None:
        bar = st.progress(0.0, text="Explaining …")
        found = keep_newest(kept, key, _why(first, second, ranker, branch, method, bar), MOST_KEPT)
        bar.empty()
    return found


def _why(
    first: PairImage,
    second: PairImage,
    ranker: Ranker,
    branch: "Branch",
    method: "Method",
    bar: "st.delta_generator.DeltaGenerator",
) -> Why:
    from reidviz.evaluation.explain.saliency import (
        by_occlusion,
        deletion,
        explain,
        similarity_by_features,
        similarity_by_network,
    )
    from reidviz.evaluation.scoring.describers import image_describer_of
    from reidviz.models.loaded import loaded

    describer = image_describer_of(ranker.path, ranker.sha256)
    images = describer.sized(first.image), describer.sized(second.image)
    device = settings.device()
    started = time.monotonic()

    def progress(done: int, total: int, what: str) -> None:
        left = time_left(done, total, time.monotonic() - started)
        bar.progress(done / total, text=f"{literal(what)}: {done} of {total} {literal(left)}")

    if ranker.form == "onnx":
        similarity = similarity_by_features(describer.of_sized)
        found = by_occlusion(similarity, *images, progress)
    else:
        network, _ = loaded(ranker.path, ranker.sha256, device)
        similarity = similarity_by_network(network, branch, device)
        found = explain(network, branch, method, *images, device, progress)
    changes = deletion(similarity, *images, found, HIDDEN, np.random.default_rng(0))
    return Why(found, *changes)
