"""On which probes two models part: a board of both ranks, the cameras, and the probes themselves."""

import numpy as np
import streamlit as st

from reidviz.common.arrays import IntArray
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.ui.compare.rank_board import show_board, show_cameras
from reidviz.ui.retrieval.probe_picker import open_probe
from reidviz.ui.session.address import linked
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import BETTER, WORSE
from reidviz.ui.session.selection import select, selected
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import said
from reidviz.ui.widgets.thumbnails import thumbnail

SHOWN = 12


def show_probe_by_probe(choice: Choice, results: list[Result]) -> None:
    """The board of two models, and the probes that one of them ranks better."""
    one, other = _choose_two(results)
    board, cameras = st.columns([3, 2], gap="medium")
    with board:
        show_board(choice, one, other)
    with cameras:
        show_cameras(choice, one)
    st.header("Where they part most", anchor=False)
    better = _offer_selection(choice, results, np.flatnonzero(other.ranking.first > one.ranking.first))
    if not len(better):
        st.info(
            f"There is none among these probes on which {literal(one.ranker.name)} ranks the true match before "
            f"{literal(other.ranker.name)} does."
        )
        return
    gap = (other.ranking.first - one.ranking.first)[better]
    _show(choice, one, other, better[np.argsort(-gap, kind="stable")])


def _choose_two(results: list[Result]) -> tuple[Result, Result]:
    named = {result.ranker.name: result for result in results}
    by_score = sorted(named, key=lambda name: -named[name].ranking.mean_average_precision())
    a, b = st.columns(2)
    linked("better", BETTER, by_score, by_score[0])
    one = a.selectbox("Probes that this model ranks well", by_score, key=BETTER.name)
    rest = [name for name in reversed(by_score) if name != one]
    linked("worse", WORSE, rest, rest[0])
    other = b.selectbox("and this one ranks far behind", rest, key=WORSE.name)
    return named[one], named[other]


def _offer_selection(choice: Choice, results: list[Result], better: IntArray) -> IntArray:
    """Draw the button that selects these probes; what of them is left where only selected ones are asked for."""
    marked = np.isin(choice.split.probes, selected(choice))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Select these {len(better):,} probes",
            icon=":material/lasso_select:",
            key="compare-select",
            disabled=not len(better),
            help="They become the selection of all pages: see on Embeddings where they lie",
            on_click=select,
            args=(choice, choice.split.probes[better].tolist()),
        )
        only = marked.any() and st.toggle(
            f"Only among the {int(marked.sum()):,} selected probes", key="compare-selected"
        )
    if not only:
        return better
    told = [
        Markdown(f"{literal(one.ranker.name)} {100 * (one.ranking.first[marked] == 1).mean():.1f} %") for one in results
    ]
    st.caption(f"Rank-1 on the selected probes: {Markdown(', '.join(told))}.")
    return better[marked[better]]


def _show(choice: Choice, one: Result, other: Result, better: IntArray) -> None:
    """The first of these probes, each to be opened on Retrieval."""
    order = better[:SHOWN]
    st.caption(
        f"{len(order)} of {len(better):,} probes that {literal(one.ranker.name)} ranks better than "
        f"{literal(other.ranker.name)}, largest difference of ranks first."
    )
    with said(), st.grid(columns=6, min_column_width=120):
        for position in order:
            with st.container(border=True):
                sample = choice.dataset.samples[choice.split.probes[position]]
                image = thumbnail(choice.dataset, int(choice.split.probes[position]))
                st.image(image, width=70, alt=f"probe of {sample.identity}")
                st.caption(
                    f"person {literal(sample.identity)}  \nrank **{one.ranking.first[position]:d}** against "
                    f"**{other.ranking.first[position]:d}**"
                )
                if st.button("Open", key=f"open-{position}", icon=":material/open_in_new:"):
                    open_probe(sample.id)
