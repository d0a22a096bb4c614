"""The pages of the app, in the order of the menu."""

import streamlit as st
from streamlit.navigation.page import Page


def pages() -> list[Page]:
    """One entry a file of pages/; Models is reached from the sidebar."""
    return [
        st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
        st.Page("pages/data.py", title="Data", icon=":material/folder_open:"),
        st.Page("pages/retrieval.py", title="Retrieval", icon=":material/person_search:"),
        st.Page("pages/search.py", title="Search", icon=":material/travel_explore:"),
        st.Page("pages/compare.py", title="Compare", icon=":material/query_stats:"),
        st.Page("pages/embeddings.py", title="Embeddings", icon=":material/scatter_plot:"),
        st.Page("pages/pairs.py", title="Pairs", icon=":material/compare:"),
        st.Page("pages/verify.py", title="Verify", icon=":material/rule:"),
        st.Page("pages/joint_maps.py", title="Joint maps", icon=":material/join_inner:"),
        st.Page("pages/train.py", title="Train", icon=":material/model_training:"),
        st.Page("pages/models.py", title="Models", icon=":material/extension:", visibility="hidden"),
    ]
