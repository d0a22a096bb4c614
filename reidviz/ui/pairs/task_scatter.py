"""Two scores against each other on all test pairs, and the images behind any corner."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from reidviz.common.arrays import BoolArray, Float32Array, IntArray
from reidviz.common.printable import printable
from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.scores import score_text
from reidviz.evaluation.verification.pair_set import PairSet
from reidviz.evaluation.verification.scored_pairs import rows_drawn
from reidviz.figures.pairs import plane_figure
from reidviz.figures.remade.of_pairs import axis_title
from reidviz.ui.pairs.pair_picker import take_pair
from reidviz.ui.pairs.thresholds import thresholds_told
from reidviz.ui.pairs.verification import Tested
from reidviz.ui.results.certificates import certified
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import LASSOED_PAIRS, PAIR_SCATTER
from reidviz.ui.session.selection import select
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown, literal, render
from reidviz.ui.widgets.messages import said
from reidviz.ui.widgets.thumbnails import thumbnail

A_PAGE = 8
LASSOED = "lassoed pairs"


@dataclass(frozen=True, eq=False)
class Tasks:
    """Two scores of the same test pairs: the ranking branch and the classifier of one network, or two models.

    known   the model that is looked at, one of both or, where it is fused of them, neither
    across, up  the axes; None where there is nothing to draw it against
    names   what both are called
    """

    known: Tested
    across: Tested | None = None
    up: Tested | None = None
    names: tuple[str, str] = ("ranking", "classifier")

    @property
    def pairs(self) -> PairSet:
        """The test pairs."""
        return self.known.pairs


def choose_tasks(every: list[Tested], known: Tested) -> Tasks:
    """Both tasks of the network behind a model where both are chosen, else the model and another one to be chosen."""
    same = [one for one in every if len(one.pairs) == len(known.pairs)]  # a cascade that is being replaced has fewer
    mine = {one.ranker.kind: one for one in same if one.ranker.sha256 == known.ranker.sha256}
    if "distance" in mine and "probability" in mine:
        return Tasks(known, mine["distance"], mine["probability"])
    others = {one.ranker.name: one for one in same if one is not known}
    if not others:
        return Tasks(known)
    against = others[
        st.selectbox("Against", list(others), key=f"pairs-against {' '.join(others)}", persist_state="session")
    ]
    return Tasks(known, known, against, (known.ranker.name, against.ranker.name))


def show_plane(choice: Choice, results: list[Result], tasks: Tasks) -> None:
    """Draw the plane of both scores; what is lassoed there is kept."""
    across, up = tasks.across, tasks.up
    if across is None or up is None:
        st.info(
            "The plane needs two scores: choose both tasks of a multi-task network (mtdnet and mtdtrp), or a second "
            "model, in the sidebar."
        )
        return
    rows = rows_drawn(tasks.pairs)
    same = tasks.pairs.same[rows]
    figure = plane_figure(
        across.values[rows],
        up.values[rows],
        same,
        rows,
        (across.threshold, up.threshold),
        lassoed(choice, tasks.pairs),
        (axis_title(across), axis_title(up)),
    )
    axes = {"across": across.ranker.name, "up": up.ranker.name}
    shown = [one for one in results if one.ranker.name in axes.values()]
    chart(
        figure,
        certified(choice, "score-plane", shown, **axes, **thresholds_told([across, up])),
        key=PAIR_SCATTER.name,
        on_select=lambda: _lasso(choice, tasks.pairs),
        selection_mode=("box", "lasso"),
        config={"displaylogo": False},
        alt="One score against the other for all test pairs",
    )
    st.caption(
        f"{_counted(same, int(tasks.pairs.same.sum()))} of one person, "
        f"{_counted(~same, tasks.pairs.different_total)} of different persons. Dashed: the thresholds in use; where "
        "they cross, four corners meet: in two of them both agree, in the others they part. Lasso any corner to see "
        "its images."
    )


def _counted(kind: BoolArray, total: int) -> Markdown:
    count = int(kind.sum())
    return Markdown(f"All {total:,} pairs" if count == total else f"{count:,} pairs drawn of {total:,}")


def mistakes_in_words(tasks: Tasks) -> Markdown:
    """On how many pairs the two scores are wrong, alone or both, at their thresholds."""
    across, up = tasks.across, tasks.up
    if across is None or up is None:
        return Markdown("Two scores of the same pairs show which of them errs where; there is only one here.")
    same = tasks.pairs.same
    wrong = [(one.sign * one.values >= one.sign * one.threshold) != same for one in (across, up)]
    both, first, second = wrong[0] & wrong[1], wrong[0] & ~wrong[1], wrong[1] & ~wrong[0]
    one, other = (literal(name) for name in tasks.names)
    return Markdown(
        f"Of {len(same):,} pairs **{one}** alone is wrong on {int(first.sum()):,}, **{other}** alone on "
        f"{int(second.sum()):,}, both on {int(both.sum()):,}, at their thresholds."
    )


def show_images(choice: Choice, tasks: Tasks) -> None:
    """The images of the pairs in some corner, or of those that were lassoed, the gravest first."""
    kinds = _corners(tasks) | {LASSOED: lassoed(choice, tasks.pairs)}
    names = [name for name in kinds if name != LASSOED]
    if len(kinds[LASSOED]):
        names = [LASSOED, *names]
    chosen = st.selectbox(
        "Pairs shown",
        names,
        key=f"pairs-shown {key_of(choice.dataset, choice.split, kinds[LASSOED])}",
        format_func=lambda name: f"{name} ({len(kinds[name]):,})",
    )
    rows = kinds[chosen]
    shown_key = key_of(tasks.known.key, chosen, rows)
    if not len(rows):
        st.info("There is no such pair at these thresholds.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        pages = -(-len(rows) // A_PAGE)
        page = st.pagination(pages, key=f"pairs-page {shown_key}") if pages > 1 else 1
        on_page = rows[(page - 1) * A_PAGE : page * A_PAGE]
        st.button(
            "Select these images",
            icon=":material/lasso_select:",
            help="They become the selection of all pages",
            on_click=_select,
            args=(choice, tasks.pairs, on_page),
        )
    with said():
        st.html(render("pairs/pair_cards.html", cards=[_card(choice, tasks, int(row)) for row in on_page]))
    offered = {f"{number}: {_label(choice, tasks, int(row))}": int(row) for number, row in enumerate(on_page, 1)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        one = st.selectbox("Look closely at", list(offered), key=f"pairs-close {shown_key} {page}")
        st.button(
            "Take this pair",
            icon=":material/compare:",
            help="It becomes the pair at the top of the page",
            on_click=_take,
            args=(choice, tasks.pairs, offered[one]),
        )


def lassoed(choice: Choice, pairs: PairSet) -> IntArray:
    """Rows of the pairs that were lassoed in this split, kept by sample ids."""
    kept = LASSOED_PAIRS.get(("", ()))
    if kept[0] != key_of(choice.dataset, choice.split):
        return np.empty(0, dtype=np.int64)
    wanted = set(kept[1])
    count = len(choice.split.gallery)
    cells = np.array([probe * count + place for probe, place in wanted], dtype=np.int64)
    return np.flatnonzero(np.isin(pairs.probes * count + pairs.gallery, cells))


def _lasso(choice: Choice, pairs: PairSet) -> None:
    told = [point.get("customdata") for point in PAIR_SCATTER.get({})["selection"]["points"]]
    rows = np.array(sorted({int(np.ravel(row)[0]) for row in told if row is not None}), dtype=np.int64)
    cells = tuple(zip(pairs.probes[rows].tolist(), pairs.gallery[rows].tolist(), strict=True))
    LASSOED_PAIRS.set((key_of(choice.dataset, choice.split), cells))
    if len(rows):
        _select(choice, pairs, rows)


def _select(choice: Choice, pairs: PairSet, rows: IntArray) -> None:
    probes, gallery = choice.split.probes[pairs.probes[rows]], choice.split.gallery[pairs.gallery[rows]]
    select(choice, np.stack([probes, gallery], axis=1).ravel().tolist())


def _take(choice: Choice, pairs: PairSet, row: int) -> None:
    first, second = (choice.dataset.samples[i].id for i in _positions(choice, pairs, row))
    take_pair(choice.dataset, first, second)


def _corners(tasks: Tasks) -> dict[str, IntArray]:
    """Rows of the pairs by how both tasks judge them, the gravest first."""
    one = tasks.known
    same, above = one.pairs.same, one.alike >= one.sign * one.threshold
    name = one.ranker.name
    found = {
        f"false matches of {name}, most alike first": _worst(~same & above, -one.alike),
        f"false non-matches of {name}, least alike first": _worst(same & ~above, one.alike),
    }
    if tasks.across is None or tasks.up is None:
        return found
    right = [(t.alike >= t.sign * t.threshold) == same for t in (tasks.across, tasks.up)]
    across, up = tasks.names
    far = np.where(same, one.alike, -one.alike)
    return found | {
        f"{across} right, {up} wrong": _worst(right[0] & ~right[1], far),
        f"{up} right, {across} wrong": _worst(right[1] & ~right[0], far),
        "both wrong": _worst(~right[0] & ~right[1], far),
    }


def _worst(which: np.ndarray, gravity: Float32Array) -> IntArray:
    rows = np.flatnonzero(which)
    return rows[np.argsort(gravity[rows], kind="stable")]


def _positions(choice: Choice, pairs: PairSet, row: int) -> tuple[int, int]:
    return int(choice.split.probes[pairs.probes[row]]), int(choice.split.gallery[pairs.gallery[row]])


def _label(choice: Choice, tasks: Tasks, row: int) -> str:
    first, second = (choice.dataset.samples[i] for i in _positions(choice, tasks.pairs, row))
    return printable(f"{first.id} and {second.id}")


def _card(choice: Choice, tasks: Tasks, row: int) -> dict[str, Any]:
    places = _positions(choice, tasks.pairs, row)
    samples = [choice.dataset.samples[i] for i in places]
    same = bool(tasks.pairs.same[row])
    shown = dict.fromkeys(one for one in (tasks.across, tasks.up, tasks.known) if one is not None)
    scores = [score_text(one.ranker.kind, float(one.values[row])) for one in shown]
    return {
        "same": same,
        "images": [(thumbnail(choice.dataset, i), s.identity) for i, s in zip(places, samples, strict=True)],
        "who": f"✓ {samples[0].identity}" if same else f"✗ {samples[0].identity} | {samples[1].identity}",
        "cameras": " | ".join(s.camera or "?" for s in samples),
        "scores": " · ".join(scores),
    }
