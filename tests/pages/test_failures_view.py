"""The failures of a model on Compare: what they have in common, as images, and as a selection."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import people_folder
from tests.pages.conftest import settled, view


@pytest.fixture
def data(tmp_path: Path) -> str:
    """Sixty persons, thirty of whom are tested with two probes each."""
    return f"folder:{people_folder(tmp_path / 'people', persons=60)}"


@pytest.fixture
def page(app: AppTest) -> AppTest:
    settled(app)
    return view(settled(app.switch_page("pages/compare.py")), "Failures")


def test_it_says_what_the_failures_have_in_common_and_shows_them(page: AppTest) -> None:
    assert not page.exception
    assert any("probes at rank 1" in one.value for one in page.main.markdown)
    assert any("Groups overlap" in one.value for one in page.caption)
    assert page.get("plotly_chart")
    assert any("wrong person at rank 1" in one.proto.body for one in page.get("html"))


def test_the_failures_of_a_group_become_the_selection(page: AppTest) -> None:
    menu = page.selectbox(key="failures-group")
    menu.set_value(menu.options[1].rpartition(" (")[0]).run()
    assert not page.exception
    button = page.button(key="failures-select")
    count = int(button.label.removeprefix("Select these ").replace(",", ""))
    button.click().run()
    assert len(page.session_state["selection"].ids) == count
    assert page.query_params["group"] == menu.value


def test_another_model_is_said_to_mend_some(page: AppTest) -> None:
    button = page.button(key="failures-mended")
    assert any("that" in one.value and "misses" in one.value and "finds" in one.value for one in page.main.markdown)
    count = int(button.label.split()[1].replace(",", ""))
    if count:
        button.click().run()
        assert len(page.session_state["selection"].ids) == count


def test_one_model_alone_has_a_map_too(page: AppTest) -> None:
    page.sidebar.multiselect(key="models").set_value(["mtdnet"]).run()
    settled(page)
    assert not page.exception
    assert not [one for one in page.button if one.key == "failures-mended"]


def test_too_few_failures_are_said(app: AppTest, tmp_path: Path) -> None:
    app.query_params["data"] = f"folder:{people_folder(tmp_path / 'few')}"
    settled(app)
    page = view(settled(app.switch_page("pages/compare.py")), "Failures")
    assert not page.exception
    assert any("too little to explain" in one.value for one in page.main.markdown)
