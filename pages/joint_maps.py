"""Joint maps: what did cross-domain training transfer?"""

import streamlit as st

from reidviz.ui.joint_maps.comparison import compare
from reidviz.ui.joint_maps.metrics import show_distances, show_numbers, show_projection, transfer_in_words
from reidviz.ui.joint_maps.pair_heatmaps import show_pair
from reidviz.ui.session.choice import current_choice
from reidviz.ui.widgets.messages import heading

heading("Joint maps", "What did cross-domain training transfer from the source to the target?")
answer = st.container()
comparison = compare(current_choice())
answer.markdown(transfer_in_words(comparison))
show_numbers(comparison)
show_pair(comparison)
show_distances(comparison)
show_projection(comparison)
