"""Pairs: is this the same person, and how sure is the network?"""

import streamlit as st

from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.ui.pairs.pair_picker import choose_pair, remember_pair
from reidviz.ui.pairs.pair_scores import pair_in_words, show_pair
from reidviz.ui.pairs.saliency import show_why
from reidviz.ui.pairs.task_scatter import choose_tasks, show_images, show_plane
from reidviz.ui.pairs.thresholds import show_calibration, show_curves, show_threshold
from reidviz.ui.pairs.verification import Tested, tested_or_stop
from reidviz.ui.results.results_table import provenance
from reidviz.ui.results.scored_models import results_or_progress
from reidviz.ui.server.boundary import fragment
from reidviz.ui.session.choice import current_choice
from reidviz.ui.widgets.messages import heading

heading("Pairs", "Is this the same person, and how sure is the network?")
choice = current_choice()
found = tested_or_stop(choice, results_or_progress(choice))
results, every = [result for result, _ in found], [one for _, one in found]

answer = st.container()
first, second = choose_pair(choice, results)
remember_pair(choice.dataset)
scores = show_pair(choice, first, second, every)
answer.markdown(pair_in_words(first, second, every, scores))
with st.expander("Why: which regions made the decision", key="pair-why", on_change="rerun") as why:
    pass
if why.open:
    with why:
        show_why(first, second, [result.ranker for result in results])

st.subheader("All test pairs", anchor=False)
names = [result.ranker.name for result in results]
ranked_too = {result.ranker.sha256 for result in results if result.ranker.kind == "distance"}
preferred = max(
    range(len(results)),
    key=lambda i: (results[i].ranker.kind == "probability", results[i].ranker.sha256 in ranked_too, -i),
)
chosen = st.selectbox("Model", names, preferred, key=f"pairs-model {' '.join(names)}")


@fragment
def examine(result: Result, one: Tested, marked: float | None) -> None:
    """The threshold and all that follows from it: moving it draws this anew, not the page."""
    show_threshold(choice, result, one, marked)
    left, right = st.columns(2)
    with left:
        st.markdown("**DET and ROC**")
        show_curves(choice, every)
    with right:
        st.markdown("**Calibration**")
        show_calibration(choice, one)
    st.subheader("One score against the other", anchor=False)
    tasks = choose_tasks(every, one)
    show_plane(choice, tasks)
    show_images(choice, tasks)


at = names.index(chosen)
examine(results[at], every[at], scores[chosen])
provenance(choice)
