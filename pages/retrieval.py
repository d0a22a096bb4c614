"""Retrieval: what each model ranks first for one probe, from the data set or uploaded."""

from functools import partial

import streamlit as st

from reidviz.ui.marks.annotator import press, say_mark_error
from reidviz.ui.pairs.pair_picker import open_pair
from reidviz.ui.results.fusion_slider import dial
from reidviz.ui.results.scored_models import results_or_progress
from reidviz.ui.retrieval.own_images import show_selected, show_upload
from reidviz.ui.retrieval.probe_picker import choose_probe
from reidviz.ui.retrieval.ranked_lists import match_in_words, show_probe, show_source
from reidviz.ui.session.choice import current_choice
from reidviz.ui.session.keys import PROBE_SOURCE
from reidviz.ui.why_not.section import why_not_of_probe
from reidviz.ui.widgets.card_clicks import on_card
from reidviz.ui.widgets.messages import heading
from reidviz.ui.widgets.views import choose_view

heading("Retrieval", "Who does each model take for this person, and where does the true match stand?")
choice = current_choice()
answer = st.container()
source = choose_view("source", PROBE_SOURCE, ["From the data set", "Upload images", "The selected images"])
if source == "Upload images":
    show_upload(choice)
elif source == "The selected images":
    show_selected(choice)
else:
    picking = st.container()
    dialled = dial(choice, "retrieval")
    results = results_or_progress(dialled.choice)
    dialled.show_figures(results)
    with picking:
        position = choose_probe(dialled.choice, results)
    answer.markdown(match_in_words(dialled.choice, results, position))
    show_probe(dialled, results, position)
    why_not_of_probe(dialled.choice, results, position)
    show_source(dialled.choice)
    every = len(choice.dataset.samples)
    on_card((every, every), partial(open_pair, choice.dataset), partial(press, choice.dataset))
    say_mark_error()
