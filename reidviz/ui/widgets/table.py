"""A table that can be taken away with its birth certificate."""

import streamlit as st

from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.tables import Table
from reidviz.figures.print.files import TABLES
from reidviz.ui.widgets.export import offer_export
from reidviz.ui.widgets.markup import Markdown


def show_table(shown: Markdown, table: Table, certificate: Certificate, key: str) -> None:
    """Draw a table as Markdown has it, and below it what it can be taken away as: its numbers as they were
    computed."""
    st.markdown(shown)
    offer_export(lambda: table, TABLES, certificate, key)
