"""Home: does multi-task beat single-task, at a glance."""

import streamlit as st

from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.ranking.foregone import others
from reidviz.figures.cmc import cmc_figure
from reidviz.figures.text import plain
from reidviz.ui.results.certificates import certified
from reidviz.ui.results.results_table import provenance, results_table
from reidviz.ui.results.scored_models import results_or_progress
from reidviz.ui.results.verdict import best_in_words, cmc_bands, does_multi_task_pay
from reidviz.ui.session.choice import current_choice
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.messages import heading

heading("reidviz", "Does one network trained for two tasks re-identify people better than its single-task forms?")
choice = current_choice()
results = results_or_progress(choice)
telling = bool(others(ground_truth(choice.dataset, choice.split)))
if telling:
    st.markdown(does_multi_task_pay(choice, results) or best_in_words(choice, results))
chart(
    cmc_figure(
        {plain(r.ranker.name): r.ranking.cmc for r in results},
        {plain(r.ranker.name): choice.style(r.ranker) for r in results},
        bands=cmc_bands(choice, results),
    ),
    certified(choice, "cmc", results, ranks=20),
    key="home-cmc",
    alt="CMC curves of the chosen models: percent of probes found within rank k",
)
results_table(choice, results)
provenance(choice)
if any(ranker.form == "network" for ranker in choice.rankers):
    st.caption(
        "**MTDnet** (Chen et al., AAAI 2017) learns *ranking* (the same person is nearer than anyone else) and *pair "
        "classification* (are these two the same person?) in one network; its single-task forms learn one of them; "
        "*fused* mixes its two scores."
    )

st.header("Where to go next", anchor=False)
left, middle, right = st.columns(3)
with left, st.container(border=True):
    st.page_link("pages/retrieval.py", label="**Retrieval**", icon=":material/person_search:")
    st.write("Pick a probe or upload an image; see the ranked galleries of the models side by side.")
with middle, st.container(border=True):
    st.page_link("pages/compare.py", label="**Compare**", icon=":material/query_stats:")
    st.write("CMC curves on any data set and protocol; who wins on which probes.")
with right, st.container(border=True):
    st.page_link("pages/train.py", label="**Train**", icon=":material/model_training:")
    st.write("Start trainings of your own, watch them, stop and resume them, and take the models to the other pages.")
