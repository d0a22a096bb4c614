"""Compare: which model wins, by how much, and on which probes."""

import streamlit as st

from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.verdict import wins_in_words
from reidviz.evaluation.ranking.foregone import others
from reidviz.ui.compare.cost import show_cost
from reidviz.ui.compare.curves import show_curves
from reidviz.ui.compare.failure_map import show_failure_map
from reidviz.ui.compare.family import show_family
from reidviz.ui.compare.gallery_size import show_gallery_size
from reidviz.ui.compare.lessons import show_lessons
from reidviz.ui.compare.power import show_power
from reidviz.ui.compare.probe_by_probe import show_probe_by_probe
from reidviz.ui.compare.report import offer_report
from reidviz.ui.results.fusion_slider import dial
from reidviz.ui.results.results_table import provenance
from reidviz.ui.results.scored_models import results_or_progress
from reidviz.ui.results.verdict import best_in_words, so_far
from reidviz.ui.session.choice import current_choice
from reidviz.ui.session.keys import COMPARE_VIEW
from reidviz.ui.widgets.markup import worded
from reidviz.ui.widgets.messages import heading
from reidviz.ui.widgets.views import choose_view

VIEWS = ["Curves", "Probe by probe", "Failures", "Size of the test", "Cost", "Train the family"]

heading("Compare", "Which model finds the right person first, and on which probes do the models part?")
answer = st.container()
view = choose_view("view", COMPARE_VIEW, VIEWS)
if view == "Train the family":
    show_family(current_choice(), answer)
    st.stop()
dialled = dial(current_choice(), "compare")
choice = dialled.choice
results = results_or_progress(choice)
dialled.show_figures(results)
if view == "Probe by probe" and len(results) > 1:
    answer.markdown(so_far(choice, results, worded(wins_in_words(results))))
elif others(ground_truth(choice.dataset, choice.split)):
    answer.markdown(best_in_words(choice, results))
with answer:
    show_lessons(choice, results)
    offer_report(choice, results)
if view == "Curves":
    show_curves(choice, results)
elif view == "Failures":
    show_failure_map(choice, results)
elif view == "Size of the test":
    show_gallery_size(choice, results)
    show_power(choice, results)
elif view == "Cost":
    show_cost(choice, results)
elif len(results) < 2:
    st.info("Choose two or more models in the sidebar to see who wins where.")
else:
    show_probe_by_probe(choice, results)
provenance(choice)
