"""A chart that can be taken away with its birth certificate."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from reidviz.evaluation.certificate import Certificate
from reidviz.figures.print.files import FORMATS
from reidviz.ui.widgets.export import offer_export


def chart(figure: go.Figure, certificate: Certificate, *, key: str, alt: str, **plotly: Any) -> Any:
    """Draw a figure and below it what it can be taken away as, without what is selected in it on screen; what
    st.plotly_chart gives back."""
    event = st.plotly_chart(figure, key=key, alt=alt, **plotly)
    offer_export(lambda: _unselected(figure), FORMATS, certificate, key)
    return event


def _unselected(figure: go.Figure) -> go.Figure:
    return go.Figure(figure).update_traces(selectedpoints=None, selector={"type": "scatter"})
