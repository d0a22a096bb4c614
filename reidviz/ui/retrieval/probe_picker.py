"""Choosing the probe whose galleries are shown."""

import numpy as np
import streamlit as st

from reidviz.common.arrays import BoolArray, IntArray
from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.ui.session.address import follows, linked, tell
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import PROBE, PROBE_FILTER, PROBE_JUMPS, PROBE_PAGE, PROBE_SHOWN, PROBE_SOURCE, Key
from reidviz.ui.session.selection import selected
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import said
from reidviz.ui.widgets.thumbnails import thumbnail

PROBES_A_PAGE = 12


def open_probe(sample_id: str) -> None:
    """Go to the Retrieval page with this probe chosen."""
    PROBE_SOURCE.set("From the data set")
    PROBE.set(sample_id)
    st.switch_page("pages/retrieval.py")


def choose_probe(choice: Choice, results: list[Result]) -> int:
    """The row of the chosen probe in the results; the address tells it."""
    follows(PROBE)
    ids = [choice.dataset.samples[i].id for i in choice.split.probes]
    with st.container(border=True):
        line = st.container(horizontal=True, vertical_alignment="center", gap="small")
        with line:
            rows = _filtered(choice, results)
        wanted = PROBE.get() or st.query_params.get("probe", "")
        jumps = PROBE_JUMPS.pop() or wanted not in ids
        chosen = ids.index(wanted) if not jumps else int(rows[0]) if len(rows) else 0
        if len(rows):
            PROBE.set(ids[chosen])
            tell("probe", ids[chosen])
            with line:
                page = _page(choice, rows, chosen)
                _steps(ids, rows, chosen, np.stack([r.ranking.first for r in results]).max(axis=0) > 1)
            _grid(choice, ids, rows[(page - 1) * PROBES_A_PAGE : page * PROBES_A_PAGE], chosen)
        else:
            st.info("No probe is like that with these models. Choose another filter.")
    return chosen


def _page(choice: Choice, rows: IntArray, chosen: int) -> int:
    """The page of probes that is shown: that of the chosen one when it changes and when one comes from another screen,
    else where one has paged to."""
    pages = -(-len(rows) // PROBES_A_PAGE)
    if pages < 2:
        return 1
    key: Key[int] = PROBE_PAGE.of(key_of(choice.dataset, choice.split, rows))
    at = np.flatnonzero(rows == chosen)
    if len(at) and (PROBE_SHOWN.get() != chosen or key.get() is None):
        key.set(int(at[0]) // PROBES_A_PAGE + 1)
    PROBE_SHOWN.set(chosen)
    return st.pagination(pages, key=key.name)


def _steps(ids: list[str], rows: IntArray, chosen: int, failed: BoolArray) -> None:
    """Draw the steps to the probes beside the chosen one, and to those that some model fails on; keys do the same."""
    failures = rows[failed[rows]]
    for label, tip, shortcut, among, ahead in (
        (Markdown("Previous"), Markdown("The probe before"), "Left", rows, False),
        (Markdown("Next"), Markdown("The probe after"), "Right", rows, True),
        (
            Markdown("Failure before"),
            Markdown("The probe before on which a model fails at rank 1"),
            "K",
            failures,
            False,
        ),
        (Markdown("Failure after"), Markdown("The next probe on which a model fails at rank 1"), "J", failures, True),
    ):
        there = among[among > chosen] if ahead else among[among < chosen][::-1]
        st.button(
            label,
            key=f"probe-step {shortcut}",
            help=tip,
            shortcut=shortcut,
            type="tertiary",
            disabled=not len(there),
            on_click=_choose,
            args=(ids[int(there[0])] if len(there) else "",),
        )


def _filtered(choice: Choice, results: list[Result]) -> IntArray:
    """Rows of the probes that the filter lets through, in the order of the data set."""
    names = [r.ranker.name for r in results]
    first = np.stack([r.ranking.first for r in results])
    masks = {"all probes": np.ones(first.shape[1], dtype=bool)}
    if len(results) > 1:
        right = first == 1
        masks["models disagree at rank 1"] = right.any(axis=0) & ~right.all(axis=0)
        masks["every model wrong at rank 1"] = ~right.any(axis=0)
    marked = np.isin(choice.split.probes, selected(choice))
    if marked.any():
        masks["selected on any page"] = marked
    masks |= {f"{name} wrong at rank 1": row > 1 for name, row in zip(names, first, strict=True)}
    linked("filter", PROBE_FILTER, list(masks), "all probes")
    chosen = st.selectbox(
        "Probes shown",
        list(masks),
        format_func=lambda name: f"{name} ({int(masks[name].sum()):,})",
        key=PROBE_FILTER.name,
        label_visibility="collapsed",
        width=250,
        on_change=PROBE_JUMPS.set,
        args=(True,),
    )
    return np.flatnonzero(masks[chosen]).astype(np.int64)


def _grid(choice: Choice, ids: list[str], rows: IntArray, chosen: int) -> None:
    with said(), st.container(horizontal=True, wrap=False, gap="small", key="probe-strip"):
        for row in rows:
            sample = choice.dataset.samples[choice.split.probes[row]]
            with st.container(gap="xxsmall", horizontal_alignment="center", width=74):
                st.image(
                    thumbnail(choice.dataset, int(choice.split.probes[row])), width=40, alt=f"person {sample.identity}"
                )
                st.button(
                    literal(sample.identity),
                    key=f"probe-{row}",
                    help=f"{literal(sample.id)}: show its ranked galleries",
                    type="primary" if row == chosen else "tertiary",
                    on_click=_choose,
                    args=(ids[row],),
                )


def _choose(sample_id: str) -> None:
    PROBE.set(sample_id)
