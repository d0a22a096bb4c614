"""Which images of the data set the chosen models know, where features or scores were given."""

import streamlit as st

from reidviz.evaluation.scoring.given import feature_match, score_matches
from reidviz.models.added.cards import FeaturesCard, ScoresCard, card_of
from reidviz.ui.session.choice import Choice
from reidviz.ui.widgets.markup import literal, model
from reidviz.ui.widgets.messages import said


def show_coverage(choice: Choice) -> None:
    """A line for each of them."""
    given = [ranker for ranker in choice.rankers if ranker.form in ("features", "scores") and not ranker.refinement]
    if not given:
        return
    st.markdown("**What the given models know of these images**")
    for ranker in given:
        name = model(ranker.name, choice.style(ranker))
        with said():
            card = card_of(ranker.path)
            if isinstance(card, FeaturesCard):
                match = feature_match(ranker.path, card, choice.dataset)
                st.markdown(f"{name}: {literal(match.sentence(choice.dataset))}")
            elif isinstance(card, ScoresCard):
                matches = score_matches(ranker.path, card, choice.dataset)
                rows, columns = (int(one.covered.sum()) for one in matches)
                st.markdown(f"{name}: scores of {rows:,} images as probes against {columns:,} as gallery.")
