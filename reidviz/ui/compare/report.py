"""The comparison on screen as one HTML file to pass on."""

from functools import partial
from typing import Final

import streamlit as st

from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.report.people import TOLD, People, ways_to_show
from reidviz.ui.session.choice import Choice
from reidviz.ui.widgets.markup import Markdown, literal

LABELS: Final[dict[People, Markdown]] = {
    "none": Markdown("without images"),
    "blurred": Markdown("with blurred heads"),
    "full": Markdown("with images"),
}


def offer_report(choice: Choice, results: list[Result]) -> None:
    """Draw what hands out the report of what is on screen; it is made when it is asked for."""
    with st.popover("Report", icon=":material/description:", key="report"):
        st.caption(
            "Verdict, results, curves, failures and examples as one HTML file, with how it was made. It opens without "
            "a network and without this app."
        )
        people = st.radio(
            "People",
            ways_to_show(choice.dataset),
            key="report-people",
            format_func=lambda one: LABELS[one],
            horizontal=True,
        )
        st.caption(literal(TOLD[people]))
        st.download_button(
            "Download",
            partial(_made, choice, results, people),
            "report.html",
            "text/html",
            icon=":material/download:",
            key="report-file",
            on_click="ignore",
        )


def _made(choice: Choice, results: list[Result], people: People) -> bytes:
    from reidviz.report.build import build
    from reidviz.report.page import html

    return html(build(choice.dataset, choice.split, results, people)).encode("utf-8", "replace")
