"""Search: where else was this person seen?"""

import streamlit as st

from reidviz.common import settings
from reidviz.gallery.words import verdict
from reidviz.ui.search.add_gallery import offer_example, show_add, show_adding
from reidviz.ui.search.batch import choose_batch
from reidviz.ui.search.batch_results import show_batch
from reidviz.ui.search.browse import browse
from reidviz.ui.search.filters import choose_filter
from reidviz.ui.search.find import choose_how, find
from reidviz.ui.search.galleries import choose_gallery, opened
from reidviz.ui.search.hits import show_hits, show_timeline
from reidviz.ui.search.probe import SOURCES, choose_probe, show_probe
from reidviz.ui.session.choice import current_choice
from reidviz.ui.session.keys import SEARCH_SOURCE
from reidviz.ui.widgets.markup import Markdown, literal, worded
from reidviz.ui.widgets.messages import heading, said, say_read_only

heading("Search", "Where else was this person seen?")
choice = current_choice()
answer = st.container()
show_adding()
with st.container(horizontal=True, vertical_alignment="bottom"):
    chosen = choose_gallery()
    if not settings.read_only():
        show_add(None if chosen is None else chosen.gallery)
if settings.read_only():
    say_read_only()
if chosen is None:
    with answer:
        st.info(
            "A gallery is a set of images of people, by any cameras, that nobody has to label: a folder of crops, a "
            "zip, or a list. A model describes them once; then an image of a person finds, in a fraction of a second, "
            "where else that person may have been seen.",
            icon=":material/travel_explore:",
        )
        if not settings.read_only():
            offer_example()
    st.stop()
searched = opened(chosen)
probe = choose_probe(choice, searched)
if probe is None:
    if SEARCH_SOURCE.get() == SOURCES[3]:
        choose_batch(searched)
        if show_batch(answer):
            st.stop()
    answer.markdown(f"**{searched.count:,} images** of {literal(searched.gallery.name)} can be searched. Whom for?")
    if SEARCH_SOURCE.get() == SOURCES[2]:
        browse(searched)
    st.stop()
left, right = st.columns([1, 7], gap="medium")
with left:
    show_probe(probe)
with right:
    bar = st.container(horizontal=True, vertical_alignment="center")
    with bar:
        only = choose_filter(searched)
        how = choose_how(searched, only, bool(probe.images))
    with said():
        found, seconds = find(searched, probe, how)
        answer.markdown(worded(verdict(found)))
        show_hits(searched, probe, found, bar)
        show_timeline(searched, found)
        st.caption(
            Markdown(
                f"{found.searched:,} images of {literal(searched.gallery.name)}, described by "
                f"{literal(searched.model.name)}, compared in {1000 * seconds:,.0f} ms."
            )
        )
