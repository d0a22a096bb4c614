"""Data: what is in this data set, how is it split, and what is wrong with it?"""

import streamlit as st

from reidviz import settings
from reidviz.ui.boundary import fragment
from reidviz.ui.data_add import show_add
from reidviz.ui.data_browser import browse
from reidviz.ui.data_card import show_card, show_split
from reidviz.ui.data_doctor import show_doctor
from reidviz.ui.messages import heading, say_read_only
from reidviz.ui.state import current

heading("Data", "What is in this data set, how is it split, and what is wrong with it?")
choice = current()
if settings.read_only():
    say_read_only()
else:
    show_add()
show_card(choice)
left, right = st.columns([2, 3], gap="medium")
with left:
    show_split(choice)
with right:
    show_doctor(choice)
fragment(browse)(choice)
