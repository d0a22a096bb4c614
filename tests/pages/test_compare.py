import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import rows, settled


@pytest.fixture
def page(app: AppTest) -> AppTest:
    settled(app)
    return settled(app.switch_page("pages/compare.py"))


def test_compare_shows_curves_table_and_wins(page: AppTest) -> None:
    assert not page.exception
    assert len(page.get("plotly_chart")) == 2
    assert len(rows(page)) == 5
    assert any("wins a probe" in c.value for c in page.caption)


def test_one_model_alone_still_has_its_curve(page: AppTest) -> None:
    page.sidebar.multiselect(key="models").set_value(["mtdnet"]).run()
    assert not page.exception
    assert len(page.get("plotly_chart")) == 1
    assert "two or more models" in page.info[0].value


def test_the_choice_holds_over_pages(page: AppTest) -> None:
    page.sidebar.multiselect(key="models").set_value(["mtdnet", "mtdtrp"]).run()
    page.switch_page("pages/home.py")
    settled(page)
    assert page.sidebar.multiselect(key="models").value == ["mtdnet", "mtdtrp"]
    assert list(rows(page)) == ["mtdnet", "mtdtrp"]


def test_probes_on_which_two_models_part_are_shown_and_can_be_opened(page: AppTest) -> None:
    seen = 0
    for one in page.sidebar.multiselect(key="models").value:
        page.selectbox(key="better").set_value(one).run()
        assert not page.exception
        seen += len([b for b in page.button if b.key and b.key.startswith("open-")])
    assert seen > 0


def test_probes_that_one_model_ranks_better_become_the_selection(page: AppTest) -> None:
    models = page.sidebar.multiselect(key="models").value
    for one in models:
        page.selectbox(key="better").set_value(one).run()
        if not page.button(key="compare-select").disabled:
            break
    page.button(key="compare-select").click().run()
    count = len(page.session_state["selection"].ids)
    assert page.toggle(key="compare-selected").label == f"Only among the {count} selected probes"
    page.toggle(key="compare-selected").set_value(True).run()
    assert not page.exception
    assert any(c.value.startswith("Rank-1 on the selected probes: ") for c in page.caption)
    assert any(f" of {count} probes that" in c.value for c in page.caption)
