"""Re-ranking and query expansion, for every distance that is chosen, as the sidebar and the address say."""

import streamlit as st

from reidviz.common.errors import ReidvizError
from reidviz.evaluation.pipeline.ranker import Ranker, Refinement
from reidviz.evaluation.pipeline.refine import refined
from reidviz.evaluation.ranking.query_expansion import Expansion
from reidviz.evaluation.ranking.reranking import MOST_NEIGHBOURS, Reranking
from reidviz.ui.session.address import tell
from reidviz.ui.session.keys import EXPAND, EXPAND_K, RERANK, RERANK_K1, RERANK_K2, RERANK_WEIGHT
from reidviz.ui.widgets.messages import show_error


def with_refinements(rankers: tuple[Ranker, ...]) -> tuple[Ranker, ...]:
    """Draw both toggles; the rankers, each distance followed by its refined forms."""
    _start()
    asked: list[Refinement] = []
    try:
        with st.expander("Re-rank, expand queries", icon=":material/auto_fix_high:", expanded=_any()):
            if st.toggle(
                "Re-rank",
                key=RERANK.name,
                help="By k-reciprocal neighbours (Zhong et al., 2017): each distance once more, as a model of its own.",
            ):
                asked.append(_reranking())
            if st.toggle(
                "Expand queries",
                key=EXPAND.name,
                help="A probe's feature is averaged with those of the images it finds first (Chum et al., 2007).",
            ):
                k = st.number_input("Images that join the probe", 1, 100, key=EXPAND_K.name)
                asked.append(Expansion(int(k)))
        found = refined(rankers, asked) if rankers else rankers
    except ReidvizError as error:
        show_error(error)
        found = rankers
    tell("rerank", *(f"{one.k1},{one.k2},{one.weight:g}" for one in asked if isinstance(one, Reranking)))
    tell("expand", *(f"{one.k}" for one in asked if isinstance(one, Expansion)))
    return found


def _reranking() -> Reranking:
    a, b, c = st.columns(3)
    k1 = a.number_input("k1", 1, MOST_NEIGHBOURS, key=RERANK_K1.name, help="Neighbours compared for being mutual.")
    k2 = b.number_input("k2", 1, MOST_NEIGHBOURS, key=RERANK_K2.name, help="Neighbours an image is averaged over.")
    weight = c.number_input("λ", 0.0, 1.0, step=0.1, key=RERANK_WEIGHT.name, help="The share of the original distance.")
    return Reranking(int(k1), int(k2), float(weight))


def _start() -> None:
    """What the address says, or the usual values, where a session has none."""
    if RERANK.get() is None:
        told = _numbers("rerank", 3)
        usual = Reranking()
        RERANK.set(bool(told))
        k1, k2, weight = told or (usual.k1, usual.k2, usual.weight)
        RERANK_K1.set(min(MOST_NEIGHBOURS, max(1, int(k1))))
        RERANK_K2.set(min(MOST_NEIGHBOURS, max(1, int(k2))))
        RERANK_WEIGHT.set(min(1.0, max(0.0, float(weight))))
    if EXPAND.get() is None:
        told = _numbers("expand", 1)
        EXPAND.set(bool(told))
        EXPAND_K.set(min(100, max(1, int(told[0]) if told else Expansion().k)))


def _numbers(name: str, count: int) -> tuple[float, ...]:
    """The numbers that the address tells under a name, nothing where they are not so many numbers."""
    try:
        found = tuple(float(part) for part in st.query_params.get(name, "").split(","))
    except ValueError:
        return ()
    return found if len(found) == count and all(abs(number) < 1e6 for number in found) else ()


def _any() -> bool:
    return bool(RERANK.get(False) or EXPAND.get(False))
