"""Retrieval: what each model ranks first for one probe, from the data set or uploaded."""

import streamlit as st

from reidviz.ui.messages import heading
from reidviz.ui.retrieval import choose_probe, show_probe, show_upload
from reidviz.ui.state import current

heading("Retrieval", "Who does each model take for this person, and where does the true match stand?")
choice = current()
source = st.segmented_control(
    "Probe", ["From the data set", "Upload a picture"], default="From the data set", required=True, key="source"
)
if source == "Upload a picture":
    show_upload(choice)
else:
    results, position = choose_probe(choice)
    show_probe(choice, results, position)
