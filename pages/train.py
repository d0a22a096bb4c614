"""Train: start trainings, watch them, compare them, take their models to the other pages."""

import streamlit as st

from reidviz.ui.messages import heading
from reidviz.ui.run_table import chosen_run, run_table
from reidviz.ui.run_view import show_run
from reidviz.ui.runs import all_runs
from reidviz.ui.state import current
from reidviz.ui.training import new_training

heading("Train", "How is the training going, and does it pay?")
choice = current()
runs = all_runs()
new_training(choice, runs)
if not runs:
    st.info(
        "No training yet. Choose a variant above and press *Start training*: on built-in data the recipe *compact* "
        "takes some minutes on a CPU. You may close the browser meanwhile.",
        icon=":material/model_training:",
    )
    st.stop()
seen = chosen_run(runs)
run_table(runs, seen)
show_run(seen, runs)
