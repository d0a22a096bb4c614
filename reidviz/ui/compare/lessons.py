"""What marks changed: each model that they taught against the one it started from."""

import numpy as np
import streamlit as st

from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.taught import lesson_in_words, lessons
from reidviz.ui.session.choice import Choice
from reidviz.ui.widgets.markup import worded


def show_lessons(choice: Choice, results: list[Result]) -> None:
    """A sentence for each score of a taught model whose start is chosen too."""
    persons = choice.dataset.identities[choice.split.probes]
    for lesson in lessons(results, persons):
        st.markdown(worded(lesson_in_words(lesson, len(np.unique(persons)))))
