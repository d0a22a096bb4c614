"""What papers report for the very test that is on screen."""

import streamlit as st

from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.published import Published, published_for
from reidviz.ui.session.choice import Choice
from reidviz.ui.widgets.markup import Markdown, literal


def show_published(choice: Choice, results: list[Result]) -> tuple[Published, ...]:
    """Offer the published figures of this data set and protocol, where there are some; those to be marked on the CMC.

    Nothing is offered where nothing was measured to set them beside.
    """
    found = published_for(choice.dataset, choice.split) if results else ()
    if not found or not st.toggle(
        "Published figures",
        key="compare-published",
        persist_state="session",
        help="What papers report for this data set and protocol, as grey dashed marks on the curves",
    ):
        return ()
    return found


def say_sources(marks: tuple[Published, ...]) -> None:
    """Where each of the marks comes from, and in which respects they may differ from what is measured here."""
    if not marks:
        return
    sources: dict[str, list[Markdown]] = {}
    for one in marks:
        note = Markdown(f" ({literal(one.note)})" if one.note else "")
        sources.setdefault(one.source, []).append(Markdown(f"{literal(one.method)}{note}"))
    listed = Markdown("; ".join(Markdown(f"{Markdown(', '.join(n))}: {literal(s)}") for s, n in sources.items()))
    st.caption(
        f"Published, not measured here: {listed}. The data set, the protocol and the sizes of probes and gallery are "
        "the same. They may differ from the curves in the persons who were drawn for the test (one list, or the mean "
        "of ten random ones), in what the network was trained on before, in how many passes a score is the mean of, "
        "and in which image of a person stands in the gallery; no intervals are published."
    )
