"""reidviz: streamlit run app.py"""

import streamlit as st

from reidviz.ui.menu import pages
from reidviz.ui.state import choose, chosen

STYLE = """<style>
.stMainBlockContainer { padding: 4.2rem 2.5rem 3rem 2.5rem; }
.st-key-overview [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
.st-key-overview [data-testid="stColumn"] { min-width: min(30rem, 100%); }
.st-key-overview table { font-size: .84rem; width: 100%; }
.st-key-overview [data-testid="stMarkdownContainer"] { overflow-x: auto; }
.st-key-overview th, .st-key-overview td { padding: .35rem .42rem; }
.st-key-overview td:not(:first-child), .st-key-overview th { white-space: nowrap; }
</style>"""

st.set_page_config(page_title="reidviz", page_icon=":material/person_search:", layout="wide")
st.html(STYLE)
page = st.navigation(pages(), position="top")
with chosen(choose()):
    page.run()
