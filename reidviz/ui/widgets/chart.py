"""A chart, or a table, that can be taken away with its birth certificate."""

from collections.abc import Callable
from functools import partial
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from reidviz.evaluation.certificate import Certificate
from reidviz.ui.widgets.markup import Markdown, literal


def chart(figure: go.Figure, certificate: Certificate, *, key: str, alt: str, **plotly: Any) -> Any:
    """Draw a figure and below it what it can be taken away as; what st.plotly_chart gives back.

    A file is made when it is asked for, and is called after what it shows.
    """
    event = st.plotly_chart(figure, key=key, alt=alt, **plotly)
    offer_export(lambda: figure, certificate, key)
    return event


CHART = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf", "csv": "text/csv"}
LABELS = {
    "svg": Markdown("SVG"),
    "png": Markdown("PNG"),
    "pdf": Markdown("PDF"),
    "csv": Markdown("CSV"),
}


def offer_export(figure: Callable[[], go.Figure], certificate: Certificate, key: str) -> None:
    """Draw what a figure can be taken away as; it is made when it is asked for."""
    with st.popover("Export", icon=":material/ios_share:", type="tertiary", key=f"{key}-export"):
        with st.container(horizontal=True):
            for kind, mime in CHART.items():
                make = partial(_made, kind, figure, certificate)
                st.download_button(
                    LABELS[kind], make, f"{certificate.kind}.{kind}", mime, key=f"{key}-{kind}", on_click="ignore"
                )
        st.caption(literal(certificate.caption))


def _made(kind: str, figure: Callable[[], go.Figure], certificate: Certificate) -> bytes:
    from reidviz.figures.print.files import FORMATS

    return FORMATS[kind][1](figure(), certificate)
