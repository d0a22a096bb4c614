"""Fused scores of two models, as a session asked for them, beside the models that can be chosen."""

import streamlit as st

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset, Split
from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.model_fusion import fused_ranker
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.models.model_card import Fusion
from reidviz.ui.session.address import tell
from reidviz.ui.session.keys import CHOSEN_BEFORE, FUSED_PAIRS, MODELS
from reidviz.ui.widgets.markup import literal
from reidviz.ui.widgets.messages import show_error


def with_fusions(offered: dict[str, Ranker], dataset: Dataset, parts: Split) -> dict[str, Ranker]:
    """The rankers that can be chosen and, of these, the pairs that were fused, as the session or the address says."""
    pairs = FUSED_PAIRS.get()
    if pairs is None:
        named = st.query_params.get_all("fuse")
        pairs = tuple(zip(named[::2], named[1::2], strict=False))
    found = dict(offered)
    kept = []
    for first, second in pairs:
        if first in offered and second in offered:
            try:
                one = fused_ranker(offered[first], offered[second])
            except ReidvizError:
                continue
            fusion = fits().get(fit_key(one, dataset, parts))
            found[one.name] = fused_ranker(offered[first], offered[second], fusion)
            kept.append((first, second))
    FUSED_PAIRS.set(tuple(kept))
    tell("fuse", *(name for pair in kept for name in pair))
    return found


def offer_fusion(offered: dict[str, Ranker]) -> None:
    """Draw the choice of two models to fuse."""
    single = [name for name, ranker in offered.items() if not ranker.parts]
    if len(single) < 2:
        return
    with st.popover("Fuse two", icon=":material/merge:"):
        chosen = [name for name in MODELS.get([]) if name in single]
        one, other = [*chosen, *(name for name in single if name not in chosen)][:2]
        first = st.selectbox("First model", single, single.index(one), key="fuse-first", format_func=literal)
        second = st.selectbox("Second model", single, single.index(other), key="fuse-second", format_func=literal)
        try:
            fused_ranker(offered[first], offered[second])
        except ReidvizError as error:
            show_error(error)
        else:
            st.button(
                "Fuse them",
                icon=":material/merge:",
                key="fuse-now",
                help="Both scores are standardised and mixed; the weight is fitted on persons that are not tested.",
                on_click=_fuse,
                args=(first, second),
            )


def fit_key(ranker: Ranker, dataset: Dataset, parts: Split) -> str:
    """What a fitted weight belongs to: both models, and the persons that the protocol does not test."""
    return key_of(ranker.sha256, dataset, parts.protocol)


def is_fitted(ranker: Ranker, dataset: Dataset, parts: Split) -> bool:
    """Whether it was tried on this server."""
    return fit_key(ranker, dataset, parts) in fits()


@st.cache_resource
def fits() -> dict[str, Fusion | None]:
    """The weights that were fitted on this server, None where there was nobody to fit on."""
    return {}


def _fuse(first: str, second: str) -> None:
    """Offer the pair, and choose it."""
    pairs = FUSED_PAIRS.get(())
    FUSED_PAIRS.set(tuple(dict.fromkeys([*pairs, (first, second)])))
    chosen = MODELS.get(CHOSEN_BEFORE.get({}).get("models", []))
    MODELS.set(list(dict.fromkeys([*chosen, f"{first} + {second}"])))
