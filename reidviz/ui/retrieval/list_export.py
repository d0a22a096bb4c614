"""The ranked lists of one probe, to take away as a table."""

import csv
import io

import streamlit as st

from reidviz.common.printable import spreadsheet_cell
from reidviz.ui.widgets.person_cards import KINDS, Row


def offer_lists(rows: list[Row], probe: str) -> None:
    """Draw what hands out the lists that are shown."""
    st.download_button(
        "Export",
        data=lambda: lists_table(rows, probe),
        file_name="ranked lists.csv",
        mime="text/csv",
        icon=":material/ios_share:",
        key="lists-export",
        help="These lists as CSV: model, rank, person, camera, score",
        on_click="ignore",
    )


def lists_table(rows: list[Row], probe: str) -> bytes:
    """A line for each card: the probe, the model, the rank, whom it shows, by which camera, with which score."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(["probe", "model", "rank", "identity", "camera", "score", "what it is"])
    for row in rows:
        for card in row.cards:
            cells = [probe, row.title, str(card.rank), card.identity, card.camera, card.score, KINDS[card.right][1]]
            writer.writerow([spreadsheet_cell(cell) for cell in cells])
    return made.getvalue().encode()
