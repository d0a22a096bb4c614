"""Walking through the probes: steps, failures, and a filter that jumps."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import settled


def probe(page: AppTest) -> str:
    found = page.query_params["probe"]
    return found if isinstance(found, str) else found[0]


def opened(app: AppTest) -> AppTest:
    settled(app)
    return settled(app.switch_page("pages/retrieval.py"))


def test_steps_go_to_the_next_probe_and_back_and_end_with_the_last(app: AppTest) -> None:
    page = opened(app)
    assert page.button(key="probe-step Left").disabled
    seen = []
    while not page.button(key="probe-step Right").disabled:
        page.button(key="probe-step Right").click().run()
        assert not page.exception
        seen.append(probe(page))
    assert len(seen) == len(set(seen)) == 5
    page.button(key="probe-step Left").click().run()
    assert probe(page) == seen[-2]


def test_a_filter_jumps_to_its_first_probe(app: AppTest) -> None:
    page = opened(app)
    page.button(key="probe-step Right").click().run()
    before = probe(page)
    options = page.selectbox(key="probe-filter").options
    wrong = next(name for name in options if "wrong at rank 1" in name and not name.endswith("(0)"))
    page.selectbox(key="probe-filter").set_value(wrong.rsplit(" (", 1)[0]).run()
    assert not page.exception
    first = next(button for button in page.button if re.fullmatch(r"probe-\d+", button.key or ""))
    assert first.proto.type == "primary"
    assert probe(page) != before or first.key == "probe-1"


def test_the_answer_names_the_rank_of_the_match_by_every_model(app: AppTest) -> None:
    page = opened(app)
    answer = next(m.value for m in page.main.markdown if m.value.startswith("**Person"))
    assert "the true match" in answer


def test_who_comes_back_finds_the_page_of_the_chosen_probe(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reidviz.ui.retrieval.probe_picker.PROBES_A_PAGE", 2)
    page = opened(app)
    for _ in range(3):
        page.button(key="probe-step Right").click().run()
    chosen = probe(page)
    settled(page.switch_page("pages/data.py"))
    page = settled(page.switch_page("pages/retrieval.py"))
    assert probe(page) == chosen
    assert [b.key for b in page.button if re.fullmatch(r"probe-\d+", b.key or "")] == ["probe-2", "probe-3"]
    assert page.button(key="probe-3").proto.type == "primary"
