"""What the validation at the second step said: the CMC, how fusing both scores did, and what was farthest wrong."""

import numpy as np
import streamlit as st

from reidviz.common.arrays import Float64Array
from reidviz.figures.fusion import dial_figure
from reidviz.figures.text import Plain, plain
from reidviz.figures.training import validation_cmc_figure
from reidviz.models.model_card import Fusion, fusion_from
from reidviz.ui.results.certificates import certified_runs
from reidviz.ui.training.hard_examples import mistakes_html, mistakes_title
from reidviz.ui.training.run_history import RunHistory
from reidviz.ui.training.time_moment import Moment
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown, literal

RANKS = 20


def show_readings(moment: Moment) -> None:
    """The CMC of all rankers beside the fusion of those runs that have both scores; the hardest pairs below."""
    st.header(f"The validation at step {moment.second:,}", anchor=False)
    fused = [(history, found) for history in moment.histories if (found := _fusion(moment, history)) is not None]
    with st.grid(columns=2 if fused else 1, min_column_width=420):
        with st.container():
            _show_cmc(moment)
        with st.container():
            for history, found in fused:
                _show_fusion(moment, history, found)
    for history in moment.histories:
        _show_hardest(moment, history)


def _show_cmc(moment: Moment) -> None:
    curves: dict[Plain, Float64Array] = {}
    for history in moment.histories:
        read = {one["kind"]: one for one in history.validation(history.at(moment.second))["readings"]}
        for ranker in history.rankers:
            curves[plain(ranker.name)] = np.array(read[ranker.kind]["cmc"], dtype=np.float64)
    shown = {ranker.name: moment.styles[ranker.name] for _, ranker in moment.rankers}
    st.markdown("**CMC**")
    longest = min(RANKS, max(len(curve) for curve in curves.values()))
    chart(
        validation_cmc_figure(curves, {plain(name): style for name, style in shown.items()}, longest),
        certified_runs([one.run for one in moment.histories], "time-cmc", shown, step=moment.second),
        key="time-cmc",
        alt=f"CMC of the validation at step {moment.second:,}",
    )


def _fusion(moment: Moment, history: RunHistory) -> Fusion | None:
    return fusion_from(history.validation(history.at(moment.second)).get("fusion"))


def _show_fusion(moment: Moment, history: RunHistory, found: Fusion) -> None:
    step = history.at(moment.second)
    st.markdown(Markdown(f"**{literal(history.run.name)}: both scores fused**"))
    chart(
        dial_figure(found, found.weight),
        certified_runs([history.run], "time-fusion", None, step=step),
        key=f"time-fusion {history.run.name}",
        alt=f"Validation mAP and rank-1 over the fusion weight at step {step:,}",
    )


def _show_hardest(moment: Moment, history: RunHistory) -> None:
    step = history.at(moment.second)
    with st.expander(Markdown(f"Hardest pairs of {literal(history.run.name)} at step {step:,}")):
        for ranker in history.validation(step)["readings"]:
            st.markdown(Markdown(f"**{literal(ranker['name'])}.** {mistakes_title(ranker)}."))
            if ranker["mistakes"]:
                st.html(mistakes_html(ranker, moment.dataset))
            else:
                st.caption("None: every probe finds its true match first.")
