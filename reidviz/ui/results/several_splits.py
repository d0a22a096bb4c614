"""The chosen models on several splits of one protocol: the mean of their figures and how far they scatter."""

import re
from typing import Any, Final

import streamlit as st

from reidviz.common.progress import Progress
from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.repeated_splits import averaged_over, splits_table
from reidviz.ui.background.jobs import board
from reidviz.ui.background.progress_bar import wait_for
from reidviz.ui.results.certificates import certified_rankers
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import SPLITS_ASKED
from reidviz.ui.widgets.markup import Markdown, literal, model
from reidviz.ui.widgets.messages import said
from reidviz.ui.widgets.table import show_table

SEEDED: Final = re.compile(r"(?P<name>(?:half|test\d+)(?:-multi)?):\d+(?P<pooled>\+tracklets)?")
MOST = 30


def show_several_splits(choice: Choice) -> None:
    """Draw how many splits are wanted, and once they were evaluated the table."""
    box = st.expander("On several splits: mean and deviation", key="splits-open", on_change="rerun")
    if not box.open:
        return
    with box, said():
        found = SEEDED.fullmatch(choice.split.protocol)
        name = Markdown("half") if found is None else literal(found["name"])
        if found is None:
            st.caption(
                f"{literal(choice.split.protocol)} is one fixed split; seeded halves of the persons are taken here."
            )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            count = int(st.number_input(f"Splits of {name}, seeds 0, 1, …", 2, MOST, 5, key="splits-count"))
            st.button("Evaluate them", icon=":material/replay:", key="splits-now", on_click=_ask, args=(count,))
        if SPLITS_ASKED.get(0) < 2:
            st.caption(
                "Each split is evaluated once, then kept: distances at once, pair classifiers as long as one test."
            )
            return
        base, pooled = (found["name"], found["pooled"] or "") if found else ("half", "")
        _show(choice, f"{base}:0-{SPLITS_ASKED.get(0) - 1}{pooled}")


def _show(choice: Choice, protocol: str) -> None:
    key = key_of("splits", choice.dataset, choice.rankers, protocol)
    kept = _kept()
    if key not in kept:

        def work(progress: Progress) -> None:
            kept[key] = averaged_over(choice.rankers, choice.dataset, protocol, progress)

        about = Markdown(f"**Evaluating** {len(choice.rankers)} models on {literal(protocol)}.")
        wait_for(key, work, "Evaluate the splits", board(), about, lambda: key in kept)
        return
    certificate = certified_rankers(choice, "several-splits", choice.rankers, splits=protocol)
    show_table(_table(choice, kept[key]), splits_table(kept[key]), certificate, "several-splits")
    st.caption(
        f"Mean ± standard deviation over the splits {literal(protocol)}, in percent; a deviation of splits, not of the "
        "mean."
    )
    seen = [literal(one.name) for one in choice.rankers if one.trained_by(choice.dataset)]
    if seen:
        st.warning(
            f"{Markdown(', '.join(seen))}: trained on persons of this data set, some of whom these splits test.",
            icon=":material/warning:",
        )


def _table(choice: Choice, rows: list[dict[str, Any]]) -> Markdown:
    columns = list(rows[0]["mean"])
    heads = Markdown(" | ".join(literal(name) for name in columns))
    rule = Markdown("".join(Markdown("---:|") for _ in columns))
    lines = [Markdown(f"| model | {heads} |\n|:---|{rule}")]
    for ranker, row in zip(choice.rankers, rows, strict=True):
        cells = [Markdown(f"{row['mean'][name]:.1f}\u00a0±\u00a0{row['deviation'][name]:.1f}") for name in columns]
        lines.append(Markdown(f"| {model(ranker.name, choice.style(ranker))} | {Markdown(' | '.join(cells))} |"))
    return Markdown("\n".join(lines))


@st.cache_resource
def _kept() -> dict[str, list[dict[str, Any]]]:
    """What was found on this server, by key."""
    return {}


def _ask(count: int) -> None:
    SPLITS_ASKED.set(count)
