"""reidviz: streamlit run app.py"""

import sys
from functools import partial

import streamlit as st

from reidviz.ui.data_add import choose_added
from reidviz.ui.menu import pages
from reidviz.ui.messages import or_stop
from reidviz.ui.start import start
from reidviz.ui.state import choose, chosen

STYLE = """<style>
.stMainBlockContainer { padding: 4.2rem 2.5rem 3rem 2.5rem; }
.stMarkdown table { font-size: .88rem; width: 100%; }
.stMarkdown th, .stMarkdown td { padding: .35rem .45rem; }
</style>"""

st.set_page_config(page_title="reidviz", page_icon=":material/person_search:", layout="wide")
st.html(STYLE)
or_stop(partial(start, tuple(sys.argv[1:]), st.get_option("server.address")))
choose_added()
page = st.navigation(pages(), position="top")
with chosen(choose(page.url_path)):
    page.run()
