"""One target pair and its nearest source pairs, with their joint maps before and after cross-domain training."""

from typing import Any

import numpy as np
import streamlit as st

from reidviz.common.arrays import Float32Array
from reidviz.data.dataset import Dataset
from reidviz.data.images.decode import load_image
from reidviz.data.images.encode import data_uri
from reidviz.data.keys import key_of
from reidviz.evaluation.image_pairs import Pairs
from reidviz.evaluation.transfer.domain_gap import distances
from reidviz.figures.heatmaps import channel_tiles, energy, overlaid
from reidviz.ui.joint_maps.comparison import Comparison
from reidviz.ui.session.choice import current_choice
from reidviz.ui.session.selection import selected
from reidviz.ui.widgets.markup import Markdown, render
from reidviz.ui.widgets.messages import said

NEAREST = 3
STRONGEST = 12
COLUMNS = 32


def show_pair(comparison: Comparison) -> None:
    """Choose a target pair; see it and the source pairs nearest to it."""
    st.header("One pair, closely", anchor=False)
    pairs = comparison.target_pairs
    a, b = st.columns([2, 3], vertical_alignment="bottom")
    kind = a.segmented_control(
        "Target pair of", ["one person", "two persons"], default="one person", required=True, key="joint-kind"
    )
    offered = np.flatnonzero(pairs.same if kind == "one person" else ~pairs.same)
    marked = selected(current_choice())
    held = np.isin(pairs.first[offered], marked) | np.isin(pairs.second[offered], marked)
    offered = np.concatenate([offered[held], offered[~held]])
    key = f"joint-pair {key_of(comparison.target, pairs, offered)}"
    with b:
        chosen = int(offered[st.pagination(len(offered), key=key) - 1])
    if held.any():
        st.caption(f":material/lasso_select: The first {int(held.sum()):,} hold a selected image.")
    st.caption(
        "Images in grey; orange where the joint map after conv5 is active (root mean square over its channels, from "
        "its weakest to its strongest place). Both images of a pair carry the same map. Green frame: one person; "
        "dashed: two."
    )
    with said():
        target = _pair(comparison.target, pairs, chosen, _maps(comparison, chosen, True), "target pair")
        st.html(render("joint_maps/pair_heatmaps.html", pairs=[target]))
    away = distances(comparison.after.target[chosen : chosen + 1], comparison.after.source)[0]
    for title, which in (
        (Markdown("Nearest source pairs of one person"), comparison.source_pairs.same),
        (Markdown("Nearest source pairs of two persons"), ~comparison.source_pairs.same),
    ):
        st.markdown(f"**{title}**, by the joint feature after cross-domain training")
        nearest = np.flatnonzero(which)[np.argsort(away[which], kind="stable")[:NEAREST]]
        pairs = comparison.source_pairs
        with said():
            found = [
                _pair(comparison.source, pairs, i, _maps(comparison, i, False), f"distance {away[i]:.2f}")
                for i in nearest.tolist()
            ]
            st.html(render("joint_maps/pair_heatmaps.html", pairs=found))
    _channels(comparison, chosen)


def _maps(comparison: Comparison, pair: int, target: bool) -> tuple[Float32Array, Float32Array]:
    """The joint maps (C, h, w) of one pair before and after."""
    before, after = comparison.before, comparison.after
    if target:
        return before.target_maps[pair], after.target_maps[pair]
    return before.source_maps[pair], after.source_maps[pair]


def _pair(
    dataset: Dataset, pairs: Pairs, pair: int, maps: tuple[Float32Array, Float32Array], note: str
) -> dict[str, Any]:
    images = [load_image(dataset, int(i)) for i in (pairs.first[pair], pairs.second[pair])]
    heats = [energy(joint[None])[0] for joint in maps]
    return {
        "same": bool(pairs.same[pair]),
        "kind": "one person" if pairs.same[pair] else "two persons",
        "note": note,
        "sides": [
            (when, [data_uri(overlaid(one, heat)) for one in images])
            for when, heat in zip(("before", "after"), heats, strict=True)
        ],
    }


def _channels(comparison: Comparison, chosen: int) -> None:
    before, after = _maps(comparison, chosen, True)
    st.markdown(f"**The {STRONGEST} strongest channels of the target pair after training**, and the same before")
    strongest = np.argsort(-after.mean((1, 2)), kind="stable")[:STRONGEST]
    both = ((Markdown("before"), before), (Markdown("after"), after))
    for when, maps in both:
        st.image(channel_tiles(maps[strongest], STRONGEST), caption=when, alt=f"strongest channels {when}")
    details = st.expander(f"All {len(after)} channels", key="joint-channels", on_change="rerun")
    if details.open:
        with details:
            for when, maps in both:
                st.image(channel_tiles(maps, COLUMNS), caption=when, alt=f"all channels {when}")
