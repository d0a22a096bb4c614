"""The dial of a fused ranker: from one score to the other, of a multi-task network or of any two models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.figures.fusion import dial_figure
from reidviz.ui.session.address import tell
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import FUSION_SLIDER, FUSION_WEIGHTS, Key
from reidviz.ui.widgets.markup import Markdown, literal, render
from reidviz.ui.widgets.slider import slider

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

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


@dataclass(frozen=True)
class Dial:
    """What a page that has drawn the dial goes on with.

    choice   the chosen rankers, fused ones at the weights they stand at
    rests    where each of them, by name, stood before anybody moved its dial
    beside   what live figures are drawn in, and of which ranker; None where no fused ranker is chosen
    """

    choice: Choice
    rests: Mapping[str, float]
    beside: "tuple[DeltaGenerator, str] | None" = None

    def show_figures(self, results: Sequence[Result]) -> None:
        """Draw what the ranker on the dial reaches, beside the dial that changes it."""
        found = next((one for one in results if self.beside and one.ranker.name == self.beside[1]), None)
        if self.beside is not None and found is not None:
            rank1, mean = found.ranking.cmc_at(1), found.ranking.mean_average_precision()
            self.beside[0].markdown(f"rank‑1 **{rank1:.1f}** · mAP **{mean:.1f}**")


def dial(choice: Choice, page: str) -> Dial:
    """Draw the dial where a fused ranker is chosen, on a line that stays on screen.

    Weights are kept as long as the session lasts, over all pages, and those that were moved in the address. Each page
    has a slider of its own: one that two pages shared would start at 0 when the page changes.
    """
    fused = [ranker for ranker in choice.rankers if ranker.kind == "fused"]
    if not fused:
        return Dial(choice, {})
    with st.container(border=True, key="dial-bar"):
        one = fused[0]
        if len(fused) > 1:
            named = {ranker.name: ranker for ranker in fused}
            one = named[st.selectbox("Dial of", list(named), key="dial-of", label_visibility="collapsed")]
        beside = _draw(one, FUSION_SLIDER.of(page, _key(one), str(one.weight)))
    moved = {ranker.name: weight_of(ranker) for ranker in fused}
    tell("dial", *(f"{r.name}:{moved[r.name]:.2f}" for r in fused if moved[r.name] != r.weight))
    turned = tuple(replace(r, weight=moved[r.name]) if r.kind == "fused" else r for r in choice.rankers)
    rests = {ranker.name: ranker.weight for ranker in fused if ranker.weight is not None}
    return Dial(replace(choice, rankers=turned), rests, (beside, one.name))


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


def _draw(ranker: Ranker, key: Key[float]) -> "DeltaGenerator":
    """Draw the line; what stands at its end is returned empty."""
    assert ranker.weight is not None
    fusion = ranker.fusion
    first, second = _ends(ranker)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{literal(ranker.name)}**  \n:small[◀ {literal(first)}]", width="content")
        with st.container(width="stretch", gap=None, key="dial-scale-and-slider"):
            label = Markdown(f"{TITLES[ranker.form]} {literal(ranker.name)}")
            slider(label, (0.0, 1.0), weight_of(ranker), 0.01, key, partial(_keep, _key(ranker)))
            st.html(render("results/fusion_scale.html", fusion=fusion))
        st.markdown(f"weight {weight_of(ranker):.2f}  \n:small[{literal(second)} ▶]", width="content")
        beside = st.container(width="content")
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
        with st.popover(
            "Fitted" if fusion else "Not fitted",
            icon=":material/check_circle:" if fusion else ":material/warning:",
            key="dial-details",
            on_change="rerun",
            width="content",
        ) as details:
            pass
    if details.open:
        with details:
            _show_fit(ranker, weight_of(ranker))
    return beside


def _ends(ranker: Ranker) -> tuple[str, str]:
    """What ranks alone at either end of the dial."""
    if ranker.form == "network":
        return "ranking", "classification"
    return ranker.parts[0].name, ranker.parts[1].name


def _show_fit(ranker: Ranker, weight: float) -> None:
    fusion = ranker.fusion
    st.caption(TIPS[ranker.form])
    if fusion is None:
        st.caption(
            f"No weight was fitted: {UNFITTED[ranker.form]} Do not choose it on the test probes below and report their "
            "figures."
        )
        return
    st.caption(
        f"Fitted on {literal(fusion.measured_on)}, who trained neither score ({fusion.probes} probes, gallery of "
        f"{fusion.gallery}); tested on these very persons, fused figures would be a little too good. From "
        f"{fusion.low:.2f} to {fusion.high:.2f} the mAP on them is within 1 point of its best; the fitted weight is "
        "the middle, as which one is best there is chance."
    )
    st.plotly_chart(
        dial_figure(fusion, weight),
        key="dial-scale",
        alt="mAP and rank-1 on the validation persons over the weight of the classifier",
        config={"displayModeBar": False},
    )


def _keep(ranker: str, weight: float) -> None:
    FUSION_WEIGHTS.set(FUSION_WEIGHTS.get({}) | {ranker: weight})
