import json
from collections.abc import Callable
from pathlib import Path
from shutil import copy

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.figures.style import style_of
from tests.pages.conftest import rows, settled


@pytest.fixture
def page(app: AppTest) -> AppTest:
    settled(app)
    return settled(app.switch_page("pages/compare.py"))


def test_compare_shows_curves_table_and_wins(page: AppTest) -> None:
    assert not page.exception
    assert len(page.get("plotly_chart")) == 3
    assert len(rows(page)) == 5
    assert any(m.value.startswith("Alone best") for m in page.main.markdown)


def test_one_model_alone_still_has_its_curve(page: AppTest) -> None:
    page.sidebar.multiselect(key="models").set_value(["mtdnet"]).run()
    assert not page.exception
    assert len(page.get("plotly_chart")) == 2
    assert "two or more models" in page.info[0].value


def looks(page: AppTest) -> dict[str, tuple[str, str, str]]:
    """Colour, dash and marker of each curve, by the name of its model."""
    curves = json.loads(page.get("plotly_chart")[0].proto.spec)["data"]
    return {
        one["name"].partition(" (cascade")[0]: (one["line"]["color"], one["line"]["dash"], one["marker"]["symbol"])
        for one in curves
        if "name" in one
    }


def test_a_model_looks_the_same_whatever_else_is_chosen_and_as_its_name_in_the_table(page: AppTest) -> None:
    every = looks(page)
    table = next(m.value for m in page.main.markdown if m.value.startswith("| model"))
    signs = {name: f':color[{style.sign}]{{foreground="{style.colour}"}}' for name, style in style_of(every).items()}
    assert all(sign in table for sign in signs.values())
    page.sidebar.multiselect(key="models").set_value(["mtdtrp", "mtdnet"]).run()
    few = looks(page)
    assert list(few) == ["mtdtrp", "mtdnet"]
    assert few.items() <= every.items()


def test_a_model_looks_the_same_while_results_come(app: AppTest, cut_off: Callable[[int], Callable[[], None]]) -> None:
    go_on = cut_off(1)
    settled(app)
    app.switch_page("pages/compare.py")
    page = settled(app)
    early = looks(page)
    assert any("(cascade 1)" in name for name in rows(page))
    go_on()
    next(b for b in page.button if b.label == "Compute the scores").click().run()
    settled(page)
    late = looks(page)
    assert len(early) < len(late) == 5
    assert early.items() <= late.items()


def test_a_run_under_the_name_of_a_shipped_model_stands_beside_it(
    app: AppTest, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "runs" / "mtdnet" / "checkpoints"
    weights.mkdir(parents=True)
    for suffix in ("safetensors", "json"):
        copy(models / f"mtdnet.{suffix}", weights / f"final.{suffix}")
    monkeypatch.setenv("REIDVIZ_RUNS", str(tmp_path / "runs"))
    app.query_params["models"] = ["mtdnet", "mtdnet′"]
    settled(app)
    page = settled(app.switch_page("pages/compare.py"))
    assert list(rows(page)) == list(looks(page)) == ["mtdnet", "mtdnet′"]
    assert len(set(looks(page).values())) == 2


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
