"""The selection: seen on every page, cleared there, and found again by the address."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.data.formats import load
from reidviz.ui.session.selection import Selection
from tests.conftest import PATIENCE
from tests.pages.conftest import APP, settled


@pytest.fixture
def added_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for what is added and named here."""
    monkeypatch.setenv("REIDVIZ_IMPORTS", str(tmp_path))


def chosen(data: str) -> Selection:
    dataset = load(data)
    return Selection(dataset.manifest_hash, tuple(sample.id for sample in dataset.samples[:3]))


def test_it_is_seen_on_every_page_and_cleared(app: AppTest, data: str) -> None:
    settled(app)
    assert not [button for button in app.sidebar.button if "selected" in button.label]
    app.session_state["selection"] = chosen(data)
    for page in ("home", "compare", "data", "train"):
        shown = settled(app.switch_page(f"pages/{page}.py"))
        assert not shown.exception
        assert "3 selected" in [button.label for button in shown.sidebar.button]
    shown.sidebar.button(key="selection-clear").click().run()
    assert not [button for button in shown.sidebar.button if "selected" in button.label]
    assert "selection" not in shown.query_params


def test_another_session_finds_it_by_the_address(app: AppTest, data: str) -> None:
    settled(app)
    app.session_state["selection"] = chosen(data)
    app.run()
    told = app.query_params["selection"]
    other = AppTest.from_file(APP, default_timeout=PATIENCE)
    other.query_params["data"] = data
    other.query_params["selection"] = told
    settled(other)
    assert other.session_state["selection"] == chosen(data)
    lost = AppTest.from_file(APP, default_timeout=PATIENCE)
    lost.query_params["data"] = data
    lost.query_params["selection"] = "0" * 16
    settled(lost)
    assert not lost.exception
    assert "selection" not in lost.query_params


def test_a_selection_with_a_name_is_found_by_it_later_and_deleted(app: AppTest, data: str, added_data: None) -> None:
    settled(app)
    app.session_state["selection"] = chosen(data)
    app.run()
    app.sidebar.button(key="keep-selection").click().run()
    assert any("not kept" in text.value for text in app.sidebar.text)
    app.sidebar.text_input(key="selection name").set_value("red *bags*").run()
    app.sidebar.button(key="keep-selection").click().run()
    assert app.query_params["selection"] == "red *bags*"
    other = AppTest.from_file(APP, default_timeout=PATIENCE)
    other.query_params["data"] = data
    other.query_params["selection"] = "red *bags*"
    settled(other)
    assert other.session_state["selection"] == chosen(data)
    other.sidebar.button(key="selection-clear").click().run()
    assert not other.session_state["selection"].ids
    other.sidebar.button(key="take selection red *bags*").click().run()
    assert other.session_state["selection"] == chosen(data)
    other.sidebar.button(key="delete selection red *bags*").click().run()
    assert not [button for button in other.sidebar.button if button.key and "red *bags*" in button.key]
