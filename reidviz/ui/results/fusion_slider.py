"""The dial of a fused ranker: from one score to the other, of a multi-task network or of any two models."""

from dataclasses import replace
from functools import partial

import streamlit as st

from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.figures.fusion import dial_figure
from reidviz.models.model_card import Fusion
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import FUSION_SLIDER, FUSION_WEIGHTS, Key
from reidviz.ui.widgets.markup import Markdown, literal, render
from reidviz.ui.widgets.slider import slider

TITLES = {"network": Markdown("Multi-task dial of"), "fused": Markdown("Score fusion of")}
TIPS = {
    "network": Markdown(
        "The gallery is ranked by s = w log P(same) − (1 − w) 4 d², with d² the squared distance of the ranking branch "
        "and w the weight set here."
    ),
    "fused": Markdown(
        "The gallery is ranked by s = w z(second) + (1 − w) z(first): the evidence of each model, log P(same), −d² or "
        "the given score, less its mean over all pairs of the test and by their standard deviation, w being the weight "
        "set here."
    ),
}
UNFITTED = {
    "network": Markdown(
        "this model was trained without validation persons (held_out 0). The dial starts in the middle, at log P(same) "
        "− 4 d²."
    ),
    "fused": Markdown(
        "there are no persons of this data set that trained neither model and that both know. The dial starts in the "
        "middle."
    ),
}


def dial(choice: Choice, page: str) -> Choice:
    """Draw the dial where a fused ranker is chosen; the choice with these rankers at the weights they stand at.

    Weights are kept as long as the session lasts, over all pages, and those that were moved in the address. Each page
    has a slider of its own: one that two pages shared would start at 0 when the page changes.
    """
    fused = [ranker for ranker in choice.rankers if ranker.kind == "fused"]
    if not fused:
        return choice
    with st.container(border=True):
        one = fused[0]
        if len(fused) > 1:
            named = {ranker.name: ranker for ranker in fused}
            one = named[st.selectbox("Dial of", list(named), key="dial-of")]
        _draw(one, FUSION_SLIDER.of(page, _key(one), str(one.weight)))
    moved = {ranker.name: weight_of(ranker) for ranker in fused}
    st.query_params["dial"] = [f"{r.name}:{moved[r.name]:.2f}" for r in fused if moved[r.name] != r.weight]
    return replace(
        choice, rankers=tuple(replace(r, weight=moved[r.name]) if r.kind == "fused" else r for r in choice.rankers)
    )


def weight_of(ranker: Ranker) -> float:
    """Where the dial of a fused ranker stands: as it was left, as the address says, or as it was fitted."""
    assert ranker.weight is not None
    moved = FUSION_WEIGHTS.get({}).get(_key(ranker))
    if moved is not None:
        return moved
    linked = _linked(ranker.name)
    if linked is None:
        return ranker.weight
    _keep(_key(ranker), linked)
    return linked


def _key(ranker: Ranker) -> str:
    """What a weight is kept under: runs of the same weights have dials of their own."""
    return key_of(ranker.sha256, ranker.name)


def _linked(name: str) -> float | None:
    """The weight that the address gives to the ranker of that name."""
    for given in st.query_params.get_all("dial"):
        who, _, weight = given.rpartition(":")
        try:
            if who == name and 0 <= float(weight) <= 1:
                return round(float(weight), 2)
        except ValueError:
            continue
    return None


def _draw(ranker: Ranker, key: Key[float]) -> None:
    assert ranker.weight is not None
    fusion = ranker.fusion
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        with st.container():
            slider(
                f"{TITLES[ranker.form]} {literal(ranker.name)}",
                (0.0, 1.0),
                weight_of(ranker),
                0.01,
                key,
                partial(_keep, _key(ranker)),
                tip=TIPS[ranker.form],
            )
            st.html(render("results/fusion_scale.html", fusion=fusion, ends=_ends(ranker)))
        st.button(
            "Reset",
            icon=":material/undo:",
            key="dial-back",
            width="content",
            help="Back to the fitted weight" if fusion else "Back to the middle",
            disabled=weight_of(ranker) == ranker.weight,
            on_click=_keep,
            args=(_key(ranker), ranker.weight),
        )
    if fusion is None:
        st.caption(
            f"No weight was fitted: {UNFITTED[ranker.form]} Do not choose it on the test probes below and report their "
            "figures."
        )
        return
    details = st.expander(
        f"Fitted on {literal(fusion.measured_on)}, never on the test probes; flat from {fusion.low:.2f} to "
        f"{fusion.high:.2f}",
        key="dial-details",
        on_change="rerun",
    )
    if details.open:
        with details:
            _show_fit(fusion, weight_of(ranker))


def _ends(ranker: Ranker) -> tuple[str, str]:
    """What ranks alone at either end of the dial."""
    if ranker.form == "network":
        return "pure ranking", "pure classification"
    return ranker.parts[0].name, ranker.parts[1].name


def _show_fit(fusion: Fusion, weight: float) -> None:
    st.caption(
        f"These persons trained neither score ({fusion.probes} probes, gallery of {fusion.gallery}). The "
        "fitted weight has the best mAP on them; the shaded weights are within 1 point of it."
    )
    st.plotly_chart(
        dial_figure(fusion, weight),
        key="dial-scale",
        alt="mAP and rank-1 on the validation persons over the weight of the classifier",
        config={"displayModeBar": False},
    )


def _keep(ranker: str, weight: float) -> None:
    FUSION_WEIGHTS.set(FUSION_WEIGHTS.get({}) | {ranker: weight})
