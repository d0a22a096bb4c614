"""Train: start trainings, watch them, compare them, take their models to the other pages."""

from typing import Final

import streamlit as st

from reidviz.common import settings
from reidviz.ui.session.choice import current_choice
from reidviz.ui.training.live_curves import training_in_words
from reidviz.ui.training.run_details import show_run
from reidviz.ui.training.run_table import chosen_run, run_table
from reidviz.ui.training.runs import all_runs
from reidviz.ui.training.start_form import new_training
from reidviz.ui.widgets.messages import heading, say_read_only

FIRST_TRAINING: Final = (
    " Choose a variant above and press *Start training*: on built-in data the recipe *compact* takes some minutes on a "
    "CPU. You may close the browser meanwhile."
)

heading("Train", "How is the training going, and does it pay?")
choice = current_choice()
runs = all_runs()
answer = st.container()
if settings.read_only():
    say_read_only()
else:
    new_training(choice, runs)
if not runs:
    st.info(
        "No training yet." + ("" if settings.read_only() else FIRST_TRAINING),
        icon=":material/model_training:",
    )
    st.stop()
seen = chosen_run(runs)
answer.markdown(training_in_words(seen))
run_table(runs, seen)
show_run(choice, seen, runs)
