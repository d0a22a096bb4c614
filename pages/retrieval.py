"""Retrieval: what each model ranks first for one probe, from the data set or uploaded."""

import streamlit as st

from reidviz.ui.results.fusion_slider import dial
from reidviz.ui.results.scored_models import results_or_progress
from reidviz.ui.retrieval.own_images import show_selected, show_upload
from reidviz.ui.retrieval.probe_picker import choose_probe
from reidviz.ui.retrieval.ranked_lists import match_in_words, show_probe
from reidviz.ui.session.choice import current_choice
from reidviz.ui.session.keys import PROBE_SOURCE
from reidviz.ui.widgets.messages import heading

heading("Retrieval", "Who does each model take for this person, and where does the true match stand?")
choice = current_choice()
source = st.segmented_control(
    "Probe",
    ["From the data set", "Upload images", "The selected images"],
    default="From the data set",
    required=True,
    key=PROBE_SOURCE.name,
)
if source == "Upload images":
    show_upload(choice)
elif source == "The selected images":
    show_selected(choice)
else:
    answer = st.container()
    picking = st.container()
    choice = dial(choice, "retrieval")
    results = results_or_progress(choice)
    with picking:
        position = choose_probe(choice, results)
    answer.markdown(match_in_words(choice, results, position))
    show_probe(choice, results, position)
