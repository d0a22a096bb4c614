"""The multi-task dial: it starts at the fitted weight, moves lists, curves and figures, and is kept."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.evaluation.scores import Scoring
from reidviz.models.model_card import Fusion, read_card, write_card
from reidviz.ui.results import scored_models
from tests.pages.conftest import rows, settled
from tests.pages.test_retrieval import html

FUSION = Fusion(
    0.3, 0.2, 0.5, "3 of the training persons", 6, 3, (0.0, 0.5, 1.0), (50.0, 70.0, 60.0), (55.0, 75.0, 65.0)
)


@pytest.fixture
def fitted(models: Path) -> None:
    weights = models / "mtdnet.safetensors"
    write_card(weights, replace(read_card(weights), fusion=FUSION))


@pytest.fixture
def page(fitted: None, app: AppTest) -> AppTest:
    app.query_params["models"] = ["mtdnet", "mtdtrp", "mtdnet-fused"]
    settled(app)
    return settled(app.switch_page("pages/compare.py"))


def dial(page: AppTest, weight: float) -> AppTest:
    return page.slider[0].set_value(weight).run()


def scale(page: AppTest) -> str:
    return next(
        str(e.value) for e in page.main.get("html") if "rv-scale" in str(e.value) and "<style" not in str(e.value)
    )


def details(page: AppTest) -> str:
    """What the button beside the dial opens."""
    page.session_state["dial-details"] = True
    return "\n".join(str(c.value) for c in page.run().caption)


def test_it_starts_at_the_fitted_weight_which_is_marked(page: AppTest) -> None:
    assert not page.exception
    assert page.slider[0].value == 0.3
    assert "fitted 0.30" in scale(page)
    assert "left: 20.0%; width: 30.0%" in scale(page)
    told = details(page)
    assert "3 of the training persons, who trained neither score" in told.replace("\\", "")
    assert "From 0.20 to 0.50 the mAP on them is within 1 point" in told


def test_what_it_reaches_stands_beside_it(page: AppTest) -> None:
    for weight in (0.3, 0.8):
        table = rows(dial(page, weight))["mtdnet-fused"]
        beside = next(
            str(m.value) for m in page.main.markdown if str(m.value).startswith("rank\N{NON-BREAKING HYPHEN}1 **")
        )
        assert f"**{table[0]:.1f}**" in beside
        assert f"**{table[4]:.1f}**" in beside


def test_at_its_ends_it_is_the_one_reading_or_the_other(page: AppTest) -> None:
    found = rows(dial(page, 0.0))
    assert found["mtdnet-fused"] == found["mtdtrp"]
    found = rows(dial(page, 1.0))
    assert found["mtdnet-fused"] == found["mtdnet"]
    assert not page.exception


def test_it_is_kept_over_pages_and_in_the_address(page: AppTest) -> None:
    dial(page, 0.8)
    assert page.query_params["dial"] == "mtdnet-fused:0.80"
    page.switch_page("pages/retrieval.py")
    settled(page)
    assert page.slider[0].value == 0.8
    assert "weight 0.80" in html(page)
    page.button(key="dial-back").click().run()
    assert page.slider[0].value == 0.3
    assert "weight 0.30" in html(page)
    assert "dial" not in page.query_params


def test_a_dial_that_was_never_sent_starts_where_it_stands(page: AppTest) -> None:
    dial(page, 0.8)
    again = page.run()
    assert (again.slider[0].proto.set_value, again.slider[0].proto.value) == (True, [0.8])


def test_a_linked_weight_is_where_it_starts(fitted: None, app: AppTest) -> None:
    app.query_params["dial"] = ["mtdnet-fused:0.0", "other:nonsense"]
    settled(app)
    page = settled(app.switch_page("pages/compare.py"))
    assert page.slider[0].value == 0


def test_it_moves_the_ranked_list(page: AppTest) -> None:
    page.switch_page("pages/retrieval.py")
    settled(page)
    seen = {html(dial(page, weight)) for weight in (0.0, 0.5, 1.0)}
    assert not page.exception
    assert len(seen) == 3


def test_home_shows_the_mix_at_its_fitted_weight(page: AppTest) -> None:
    dial(page, 0.9)
    page.switch_page("pages/home.py")
    settled(page)
    table = next(m.value for m in page.main.markdown if m.value.startswith("| model"))
    assert "both, 0.30" in table.replace("\\", "")
    assert not page.slider


def test_a_model_without_validation_says_that_nothing_was_fitted(app: AppTest) -> None:
    settled(app)
    page = settled(app.switch_page("pages/compare.py"))
    assert page.slider[0].value == 0.5
    assert "fitted" not in scale(page)
    assert "No weight was fitted" in details(page)


def test_there_is_no_dial_without_a_multi_task_model(app: AppTest) -> None:
    app.query_params["models"] = ["mtdnet-rnk", "mtdnet-cls"]
    settled(app)
    page = settled(app.switch_page("pages/compare.py"))
    assert not page.exception
    assert not page.slider


def test_where_all_pairs_take_long_they_are_scored_when_asked_for(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scored_models, "CASCADE", Scoring(cascade=1))
    monkeypatch.setattr(scored_models, "LONG", 0.0)
    app.query_params["models"] = ["mtdnet", "mtdtrp", "mtdnet-cls"]
    settled(app)
    assert set(rows(app)) == {"mtdnet (cascade 1)", "mtdtrp", "mtdnet-cls"}
    assert any("All pairs of mtdnet would take about" in one.value for one in app.caption)
    assert not [one for one in app.button if one.key and one.key.startswith("cancel")]
    app.button(key="all-pairs").click().run()
    settled(app)
    assert not app.exception
    assert set(rows(app)) == {"mtdnet", "mtdtrp", "mtdnet-cls"}
    assert not any("would take" in one.value for one in app.caption)


def test_of_a_large_gallery_the_cascade_is_shown_first(
    app: AppTest, cut_off: Callable[[int], Callable[[], None]]
) -> None:
    """Full scores are cut off after the cascade: what is at hand is on screen, named as what it is."""
    go_on = cut_off(1)
    app.query_params["models"] = ["mtdnet", "mtdtrp", "mtdnet-cls"]
    settled(app)
    assert not app.exception
    assert set(rows(app)) == {"mtdnet (cascade 1)", "mtdtrp"}
    assert any("points of rank-1" in c.value for c in app.caption)
    go_on()
    next(b for b in app.button if b.label == "Compute the scores").click().run()
    settled(app)
    assert set(rows(app)) == {"mtdnet", "mtdtrp", "mtdnet-cls"}
