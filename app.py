"""reidviz: streamlit run app.py.

`app` is the server; run as a script, this is what each session shows.
"""

import sys
from functools import partial

import pandas  # noqa: F401  Plotly fails on a pandas that another session's thread is still importing
import streamlit as st
from starlette.middleware import Middleware
from streamlit.starlette import App

from reidviz.common.settings import PROJECT
from reidviz.ui.background.jobs import while_serving
from reidviz.ui.server.boundary import boundary, show_uncaught
from reidviz.ui.server.guard import Guard

ICON = PROJECT / "reidviz" / "ui" / "server" / "icon.png"

app = App(__file__, middleware=[Middleware(Guard)], lifespan=while_serving, on_script_error=show_uncaught)

if __name__ == "__main__":
    from reidviz.ui.data.import_dataset import choose_added
    from reidviz.ui.navigation import pages
    from reidviz.ui.server import login
    from reidviz.ui.server.startup import start
    from reidviz.ui.session.address import follow_address
    from reidviz.ui.session.choice import use_choice
    from reidviz.ui.session.keys import PAGE_WANTED
    from reidviz.ui.session.page_tools import show_page_tools
    from reidviz.ui.session.selection_chip import show_selection
    from reidviz.ui.session.sidebar import choose
    from reidviz.ui.widgets.markup import script, stylesheet
    from reidviz.ui.widgets.messages import or_stop

    st.set_page_config(page_title="reidviz", layout="wide")
    st.html(stylesheet("style.css"))
    with st.container(key="history"):
        st.html(script("session/history.js"), unsafe_allow_javascript=True)
    with boundary():
        hosts = tuple(st.get_option("server.allowedHosts"))
        or_stop(partial(start, tuple(sys.argv[1:]), st.get_option("server.address"), hosts))
        login.gate()
        st.set_page_config(page_icon=str(ICON))
        follow_address()
        choose_added()
        page = st.navigation(pages(), position="top")
        if wanted := PAGE_WANTED.pop():
            st.switch_page(wanted)
        st.set_page_config(page_title="reidviz" if page.url_path == "" else f"{page.title} · reidviz")
        try:
            choice = choose(page.url_path)
        finally:
            login.show_user()
        show_selection(choice)
        with st.sidebar:
            show_page_tools()
        with use_choice(choice):
            page.run()
