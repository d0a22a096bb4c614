"""The failures of one group as images: the probe, its true match, and who stands at rank 1 instead."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from reidviz.common.arrays import IntArray
from reidviz.data.catalogue.in_words import camera_in_words
from reidviz.data.keys import key_of
from reidviz.evaluation.failures.conditions import Group
from reidviz.evaluation.failures.failure_map import FailureMap
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.ui.pairs.pair_picker import open_pair
from reidviz.ui.session.address import linked
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import FAILURES_GROUP
from reidviz.ui.session.selection import select
from reidviz.ui.widgets.card_clicks import on_card
from reidviz.ui.widgets.markup import literal, render
from reidviz.ui.widgets.messages import said
from reidviz.ui.widgets.thumbnails import thumbnail

A_PAGE = 12
EVERY = "all failures"


def show_group(choice: Choice, result: Result, found: FailureMap) -> None:
    """Choose a group, select its failures, and leaf through them, those farthest behind first."""
    st.header("Failures of a group", anchor=False)
    groups = {EVERY: Group(EVERY, np.ones(len(found.failed), dtype=bool)), **{g.name: g for g in _in_order(found)}}
    linked("group", FAILURES_GROUP, list(groups), EVERY)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Group", list(groups), key=FAILURES_GROUP.name, format_func=_label(groups, found), width=560
        )
        missed = np.flatnonzero(found.failed & groups[name].members)
        st.button(
            f"Select these {len(missed):,}",
            icon=":material/lasso_select:",
            key="failures-select",
            disabled=not len(missed),
            help="They become the selection of all pages: see on Embeddings where they lie",
            on_click=select,
            args=(choice, choice.split.probes[missed].tolist()),
        )
    if not len(missed):
        st.caption("No probe of this group is missed.")
        return
    ordered = missed[np.argsort(-result.ranking.first[missed], kind="stable")]
    pages = -(-len(ordered) // A_PAGE)
    page = st.pagination(pages, key=f"failures-page {key_of(ordered)}") if pages > 1 else 1
    _show(choice, result, found, ordered[(page - 1) * A_PAGE : page * A_PAGE])


def _in_order(found: FailureMap) -> list[Group]:
    """The groups that were tested, the surest first, and then those that are too small for it."""
    tested = [one.group for one in found.lifts]
    names = {one.name for one in tested}
    return [*tested, *(one for one in found.groups if one.name not in names)]


def _label(groups: dict[str, Group], found: FailureMap) -> Callable[[str], str]:
    def label(name: str) -> str:
        members = groups[name].members
        return f"{name} ({int((found.failed & members).sum()):,} of {int(members.sum()):,} missed)"

    return label


def _show(choice: Choice, result: Result, found: FailureMap, rows: IntArray) -> None:
    with said():
        st.html(render("widgets/triplets.html", triplets=[_triplet(choice, result, found, int(row)) for row in rows]))
    name = literal(result.ranker.name)
    st.caption(
        f"Probe, nearest true match with its rank, and the image that {name} puts first; farthest behind first. Click "
        "one of the two to see its pair with the probe on Pairs."
    )
    every = len(choice.dataset.samples)
    on_card((every, every), partial(open_pair, choice.dataset))


def _triplet(choice: Choice, result: Result, found: FailureMap, row: int) -> list[dict[str, Any]]:
    probe, rank = int(choice.split.probes[row]), int(result.ranking.first[row])
    match, other = int(found.match[row]), int(found.other[row])
    return [
        _card(choice, probe, "unknown", "probe", "probe"),
        _card(choice, match, "right", f"{rank}", f"true match at rank {rank}", f"{probe} {match}"),
        _card(choice, other, "wrong", "1", "wrong person at rank 1", f"{probe} {other}"),
    ]


def _card(choice: Choice, position: int, kind: str, head: str, words: str, opens: str = "") -> dict[str, Any]:
    sample = choice.dataset.samples[position]
    return {
        "kind": kind,
        "head": head,
        "label": f"{words}: person {sample.identity}" + (". Click: this pair on Pairs" if opens else ""),
        "image": thumbnail(choice.dataset, position),
        "lines": (sample.identity, camera_in_words(sample.camera or "")),
        "opens": opens,
    }
