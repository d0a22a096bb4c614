"""The threshold of one model, on a line that stays on screen: it decides what all models' pairs are called."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log10
from typing import TYPE_CHECKING, Final

import numpy as np
import streamlit as st

from reidviz.models.model_card import Threshold
from reidviz.ui.pairs.verification import AtMost, Tested
from reidviz.ui.session.address import follows, linked, tell
from reidviz.ui.session.keys import PAIRS_MODEL, THRESHOLD_SLIDER
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.slider import slider

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

PLACES: Final = {
    Markdown("EER"): None,
    Markdown("FMR 1 %"): AtMost(0.01),
    Markdown("FMR 0.1 %"): AtMost(0.001),
}
"""Where the threshold can be put, by what the button says."""
CALIBRATED: Final = Markdown("As calibrated")
AT_MOST: Final = "FMR "


@dataclass(frozen=True)
class ThresholdBar:
    """Which of the models the bar is about, and the place at its end where what follows is told."""

    at: int
    told: "DeltaGenerator"


def threshold_bar(every: Sequence[Tested]) -> ThresholdBar:
    """Draw the model in hand and its threshold."""
    _follow(every)
    names = [one.ranker.name for one in every]
    linked("model", PAIRS_MODEL, names, names[_preferred(every)])
    with st.container(border=True, key="threshold-bar"), st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.selectbox("Model", names, key=PAIRS_MODEL.name, label_visibility="collapsed", width=190)
        one = every[names.index(chosen)]
        with st.container(width="stretch"):
            _slider(one)
        for label, place in PLACES.items():
            st.button(label, key=f"to {label}", width="content", on_click=one.threshold_key.set, args=(place,))
        if (known := _calibrated(one)) is not None:
            st.button(
                CALIBRATED,
                key="to calibrated",
                width="content",
                on_click=one.threshold_key.set,
                args=(known.value,),
                help=f"{known.value:.4g} of the model's card: FMR {100 * known.false_match_rate:.2f} %, FNMR "
                f"{100 * known.false_non_match_rate:.1f} % on {literal(known.measured_on)}.",
            )
        told = st.container(width="content")
    _tell(every)
    return ThresholdBar(names.index(chosen), told)


def _preferred(every: Sequence[Tested]) -> int:
    """A network's P(same), of a network that has learned both tasks where there is one."""
    ranked_too = {one.ranker.sha256 for one in every if one.ranker.kind == "distance"}
    kinds = [(one.ranker.kind == "probability", one.ranker.sha256 in ranked_too) for one in every]
    return kinds.index(max(kinds))


def _calibrated(one: Tested) -> Threshold | None:
    """The threshold of the card, unless it is of fused scores whose weight has been moved."""
    ranker = one.ranker
    moved = ranker.fusion is not None and ranker.weight != ranker.fusion.weight
    return None if moved else ranker.threshold


def _slider(one: Tested) -> None:
    step = one.step
    low, high = (np.floor(one.values.min() / step) * step, np.ceil(one.values.max() / step) * step)
    slider(
        Markdown("Threshold for “the same person”"),
        (float(low), float(high)),
        float(np.clip(one.threshold, low, high)),
        step,
        THRESHOLD_SLIDER.of(one.key),
        one.threshold_key.set,
        digits=max(0, round(-log10(step))),
    )


def _follow(every: Sequence[Tested]) -> None:
    """Put thresholds where the address says, unless this session has put them somewhere."""
    told = dict(given.rpartition(":")[::2] for given in st.query_params.get_all("threshold"))
    for one in every:
        if not follows(one.threshold_key) or one.threshold_key.get() is not None:
            continue
        if (found := _read(told.get(one.ranker.name, ""))) is not None:
            one.threshold_key.set(found)


def _read(text: str) -> float | AtMost | None:
    try:
        value = float(text.removeprefix(AT_MOST))
    except ValueError:
        return None
    if not isfinite(value):
        return None
    return AtMost(min(1.0, max(0.0, value))) if text.startswith(AT_MOST) else value


def _tell(every: Sequence[Tested]) -> None:
    kept = {one.ranker.name: one.threshold_key.get() for one in every}
    tell(
        "threshold",
        *(
            f"{name}:{AT_MOST}{value.false_match:g}" if isinstance(value, AtMost) else f"{name}:{value:g}"
            for name, value in kept.items()
            if value is not None
        ),
    )
