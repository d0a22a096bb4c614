"""Embeddings: what does the ranking branch see?"""

import streamlit as st

from reidviz.ui.embeddings.map_events import hover_images
from reidviz.ui.embeddings.maps import choose_map_options, draw_maps, lay_out
from reidviz.ui.embeddings.metrics import show_numbers, spaces_in_words
from reidviz.ui.embeddings.neighbours import show_neighbours, show_selected
from reidviz.ui.embeddings.points import choose_points
from reidviz.ui.embeddings.spaces import NAMES, EmbeddingMap, choose_pair_probe, choose_spaces, maps_or_progress
from reidviz.ui.embeddings.uploaded_image import Uploaded, choose_upload, show_uploaded
from reidviz.ui.server.boundary import fragment
from reidviz.ui.session.choice import current_choice
from reidviz.ui.session.selection import selected
from reidviz.ui.widgets.messages import heading

heading("Embeddings", "What does the ranking branch see: who lies near whom, and does another model see the same?")
answer = st.container()
choice = current_choice()
spaces = choose_spaces(choice)
with st.expander("Which images, and one of your own"):
    images, pairs = choose_points(choice)
    uploaded = choose_upload()
probe = choose_pair_probe(choice, selected(choice)) if any(space.of_pairs for space in spaces) else None
sides = maps_or_progress([(space, pairs if space.of_pairs else images) for space in spaces], probe)


@fragment
def explore(sides: list[EmbeddingMap], uploaded: Uploaded | None) -> None:
    """The maps and what is selected in them: a selection draws these anew, not the page.

    Selected images are sent to the browser before the maps.
    """
    look = choose_map_options(sides)
    left, right = st.columns([3, 1], gap="medium")
    with right:
        show_selected(sides)
    with left:
        draw_maps(lay_out(sides, look), look, None if uploaded is None else uploaded.on)
    if uploaded is not None:
        show_uploaded(uploaded, sides)
    show_neighbours(sides)


explore(sides, uploaded)
hover_images(dict(zip(NAMES, sides, strict=True)))
answer.markdown(spaces_in_words(sides))
show_numbers(sides)
