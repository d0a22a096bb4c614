"""The models that were added: what each is, to be renamed and removed."""

from pathlib import Path

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.models.added.cards import AddedCard, FeaturesCard, OnnxCard, card_of
from reidviz.models.added.store import added_models, remove, rename
from reidviz.models.model_card import Card
from reidviz.ui.models.trials import in_words
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import CHOSEN_BEFORE, MODEL_ADDED, MODEL_NOT_CHANGED, MODELS, NEW_MODEL_NAME
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import said, show_error


def show_added(choice: Choice) -> None:
    """Draw a card of each."""
    if (name := MODEL_ADDED.pop()) is not None:
        st.success(
            f"**{literal(name)}** was added and is chosen in the sidebar: see it on every page.",
            icon=":material/check_circle:",
        )
    if (error := MODEL_NOT_CHANGED.pop()) is not None:
        show_error(error)
    files = added_models()
    if not files:
        st.caption("No model was added so far.")
        return
    st.header("Added models", anchor=False)
    for file in files:
        with said():
            _show(file)


def _show(file: Path) -> None:
    card = card_of(file)
    assert not isinstance(card, Card), "only models from elsewhere are added"
    box = st.expander(f"{literal(card.name)}: {_kind(card)}", key=f"model-card {card.name}", on_change="rerun")
    if not box.open:
        return
    with box:
        st.markdown(Markdown("\n".join(Markdown(f"* {line}") for line in _lines(card))))
        if settings.read_only():
            return
        key = NEW_MODEL_NAME.of(card.name)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input("Another name", key=key.name, max_chars=60, placeholder=card.name)
            st.button("Rename", icon=":material/edit:", key=f"rename {card.name}", on_click=_rename, args=(card.name,))
            with st.popover("Remove", icon=":material/delete:"):
                st.caption("Its file here is deleted; the one it came from stays.")
                st.button(
                    "Remove it",
                    icon=":material/delete:",
                    key=f"remove {card.name}",
                    on_click=_remove,
                    args=(card.name,),
                )


def _kind(card: AddedCard) -> Markdown:
    if isinstance(card, OnnxCard):
        return Markdown("a network in ONNX")
    if isinstance(card, FeaturesCard):
        return Markdown(f"{card.count:,} given features")
    return Markdown(f"{card.probes:,} × {card.gallery:,} given scores")


def _lines(card: AddedCard) -> list[Markdown]:
    """All that the card says."""
    lines = [Markdown(f"from {literal(card.origin)}, added {literal(card.created)}, sha256 {literal(card.sha256)}")]
    if isinstance(card, OnnxCard):
        how, reading = card.reading.preprocessing, card.reading
        mirror = Markdown(", mean over mirror images" if reading.mirror else "")
        lines += [
            Markdown(f"images of {how.height} × {how.width} pixels: {literal(in_words(how))}"),
            Markdown(
                f"feature {literal(reading.output)} of {card.dimensions:,} dimensions, {literal(reading.distance)} "
                f"distance{mirror}"
            ),
        ]
        if card.search is not None:
            search, best = card.search, card.search.trials[0].mAP
            own = next((one for one in search.trials if one.preprocessing == how), search.trials[0])
            lines.append(
                Markdown(
                    f"found on {literal(search.data)}, {literal(search.protocol)}: rank-1 {own.rank1:.1f} %, mAP "
                    f"{own.mAP:.1f} %; {len(search.trials)} preprocessings were tried, the best of them {best:.1f} %"
                )
            )
    elif isinstance(card, FeaturesCard):
        lines.append(Markdown(f"{card.dimensions:,} dimensions, {literal(card.distance)} distance"))
    else:
        lines.append(Markdown(f"{literal(card.nearer)} is nearer"))
    return [*lines, *(literal(note) for note in card.notes)]


def _rename(old: str) -> None:
    new = NEW_MODEL_NAME.of(old).get("").strip()
    try:
        rename(old, new)
    except ReidvizError as error:
        MODEL_NOT_CHANGED.set(error)
        return
    _choose([new if name == old else name for name in _chosen()])


def _remove(name: str) -> None:
    try:
        remove(name)
    except ReidvizError as error:
        MODEL_NOT_CHANGED.set(error)
        return
    _choose([one for one in _chosen() if one != name])


def _chosen() -> list[str]:
    return list(MODELS.get(CHOSEN_BEFORE.get({}).get("models", [])))


def _choose(names: list[str]) -> None:
    MODELS.set(names)
