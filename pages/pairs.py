"""Pairs: is this the same person, and how sure is the network?"""

import streamlit as st

from reidviz.ui.pairs.pair_picker import choose_pair, kept_pair, remember_pair
from reidviz.ui.pairs.pair_scores import pair_in_words, say_in_bar, scores_of_pair, show_pair
from reidviz.ui.pairs.saliency import show_why
from reidviz.ui.pairs.task_scatter import choose_tasks, mistakes_in_words, show_images, show_plane
from reidviz.ui.pairs.threshold_bar import threshold_bar
from reidviz.ui.pairs.thresholds import show_calibration, show_curves, show_threshold, threshold_in_words
from reidviz.ui.pairs.verification import tested_or_stop
from reidviz.ui.results.results_table import provenance
from reidviz.ui.results.scored_models import results_or_progress
from reidviz.ui.session.choice import current_choice
from reidviz.ui.session.keys import PAIRS_VIEW
from reidviz.ui.why_not.section import why_not_of_pair
from reidviz.ui.widgets.messages import heading
from reidviz.ui.widgets.views import choose_view

heading("Pairs", "Is this the same person, and how sure is the network?")
choice = current_choice()
found = tested_or_stop(choice, results_or_progress(choice))
results, every = [result for result, _ in found], [one for _, one in found]

answer = st.container()
view = choose_view("view", PAIRS_VIEW, ["This pair", "Threshold", "Mistakes"])
bar = threshold_bar(every)
result, one = results[bar.at], every[bar.at]

if view == "Threshold":
    answer.markdown(threshold_in_words(one))
    pair = kept_pair(choice, results)
    scores = scores_of_pair(choice, every, *pair)
    say_in_bar(bar.told, one, scores[one.ranker.name], *pair)
    show_threshold(choice, result, one, scores[one.ranker.name])
    left, right = st.columns(2)
    with left:
        st.markdown("**DET and ROC**")
        show_curves(choice, results, every)
    with right:
        st.markdown("**Calibration**")
        show_calibration(choice, result, one)
elif view == "Mistakes":
    tasks = choose_tasks(every, one)
    answer.markdown(mistakes_in_words(tasks))
    left, right = st.columns(2)
    with left:
        show_plane(choice, results, tasks)
    with right:
        show_images(choice, tasks)
else:
    pair = choose_pair(choice, results)
    remember_pair(choice.dataset)
    scores = scores_of_pair(choice, every, *pair)
    say_in_bar(bar.told, one, scores[one.ranker.name], *pair)
    show_pair(choice, *pair, every, scores)
    answer.markdown(pair_in_words(*pair, every, scores))
    with st.expander("Why: which regions made the decision", key="pair-why", on_change="rerun") as why:
        pass
    if why.open:
        with why:
            show_why(*pair, result.ranker)
    why_not_of_pair(choice, result, *pair)
provenance(choice)
