"""What is raised outside every boundary, in a callback, is shown as inside one."""

import pytest
from streamlit.testing.v1 import AppTest


def script() -> None:
    import streamlit as st

    from reidviz.common.errors import ReidvizError
    from reidviz.ui.server.boundary import fragment, show_uncaught

    def stops() -> None:
        st.write("before")
        st.stop()

    assert show_uncaught(ReidvizError("The disk is gone.", "Plug it in."))
    assert show_uncaught(KeyError("secret"))
    fragment(stops)()
    st.write("after")


def test_an_error_of_a_callback_is_a_sentence_and_an_incident(caplog: pytest.LogCaptureFixture) -> None:
    app = AppTest.from_function(script).run()
    told = [text.value for text in app.text]
    assert told[0] == "The disk is gone.\nPlug it in."
    assert told[1].startswith("Something went wrong (incident ")
    assert "secret" not in told[1]
    assert "KeyError: 'secret'" in caplog.text


def test_stopping_passes_the_boundary() -> None:
    app = AppTest.from_function(script).run()
    assert not app.exception
    assert [m.value for m in app.markdown if m.value in {"before", "after"}] == ["before"]
