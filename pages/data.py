"""Data: what is in this data set, how is it split, and what is wrong with it?"""

import streamlit as st

from reidviz.common import settings
from reidviz.data.catalogue.in_words import data_in_words
from reidviz.ui.data.dataset_card import show_card, show_split
from reidviz.ui.data.doctor_report import show_doctor
from reidviz.ui.data.image_browser import browse
from reidviz.ui.data.import_dataset import show_add
from reidviz.ui.data.model_coverage import show_coverage
from reidviz.ui.server.boundary import fragment
from reidviz.ui.session.choice import current_choice
from reidviz.ui.widgets.markup import worded
from reidviz.ui.widgets.messages import heading, say_read_only

heading("Data", "What is in this data set, how is it split, and what is wrong with it?")
choice = current_choice()
st.markdown(worded(data_in_words(choice.dataset, choice.split)))
if settings.read_only():
    say_read_only()
else:
    show_add()
show_card(choice)
left, right = st.columns([2, 3], gap="medium")
with left:
    show_split(choice)
    show_coverage(choice)
with right:
    show_doctor(choice)
fragment(browse)(choice)
