"""Why not, on Retrieval and Pairs: the sentence, the three images, and the list with a box hidden."""

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.evaluation.explain.hidden_scores import ROLES
from reidviz.evaluation.explain.regions import REGIONS
from reidviz.ui.why_not.brush import box_of
from tests.pages.conftest import settled, wait_for_work

THREE = ["Probe", "True match", "Wrong winner"]
BOX = (0.2, 0.0, 0.6, 0.7)


def told(page: AppTest) -> str:
    found = "\n".join(str(e.value) for part in (page.main.markdown, page.caption, page.info) for e in part)
    return found.replace("\\", "").replace("**", "")


def html(page: AppTest) -> str:
    return "\n".join(str(e.value) for e in page.main.get("html") if not str(e.value).startswith("<script"))


def images(page: AppTest) -> list[str]:
    """The roles of the images that the brush was given."""
    found = [one.proto for one in page.get("bidi_component") if one.proto.component_name == "reidviz_brush"]
    return [
        title for title in ("Probe", "True match", "Wrong winner") for one in found if f'"{title}"' in str(one.json)
    ]


def run(page: AppTest) -> AppTest:
    """Run with the section open; AppTest knows no expanders, so it forgets that one is."""
    page.session_state["why-not"] = True
    page.run()
    assert not page.exception
    return page


def opened(page: AppTest) -> AppTest:
    """The page with the section open and its search done."""
    run(page)
    wait_for_work()
    return run(page)


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """Retrieval, at a probe that some model fails on."""
    settled(app)
    app.sidebar.multiselect(key="models").set_value(["mtdtrp", "mtdnet-rnk", "mtdnet-cls"])
    found = settled(app.switch_page("pages/retrieval.py"))
    name = next(one for one in found.selectbox(key="probe-filter").options if one.startswith("every model wrong"))
    return settled(found.selectbox(key="probe-filter").set_value(name.rsplit(" (", 1)[0]).run())


def test_it_is_closed_until_somebody_asks(page: AppTest) -> None:
    assert not page.exception
    assert "is first" not in told(page).replace("the true match is first by", "")
    assert images(page) == []


def test_the_answer_comes_first_and_three_images_below(page: AppTest) -> None:
    opened(page)
    assert not page.exception
    assert "hidden the true match is first, instead of rank" in told(page) or "No single region" in told(page)
    assert images(page) == THREE
    assert "Nothing is hidden" in told(page)
    assert "spoke most for the wrong winner" in told(page) or "no region of the probe spoke" in told(page)


def test_a_box_moves_the_list(page: AppTest) -> None:
    opened(page)
    before = html(page).count("<section")
    page.session_state["why-not box"] = BOX
    run(page)
    assert "With 28 % of all three images hidden, around the centre, the true match stands at rank" in told(page)
    assert "against nothing hidden" in html(page)
    assert html(page).count("<section") == before + 1
    page.segmented_control(key="why-not-roles").set_value(["probe"])
    run(page)
    assert "With 28 % of the probe hidden" in told(page)
    page.segmented_control(key="why-not-roles").set_value([])
    run(page)
    assert "Nothing is hidden" in told(page)


def test_what_was_found_is_shown_at_a_click(page: AppTest) -> None:
    opened(page)
    page.button(key="why-not-show").click()
    run(page)
    assert page.session_state["why-not box"] in [one.box for one in REGIONS]
    if "No single region" not in told(page):
        assert "the true match stands at rank 1 instead of" in told(page)


@pytest.mark.parametrize("model", ["mtdnet-cls", "mtdnet-rnk", "mtdtrp"])
def test_every_kind_of_model_and_evidence(page: AppTest, model: str) -> None:
    opened(page)
    page.segmented_control(key="why-not-model").set_value(model)
    opened(page)
    evidence = page.segmented_control(key="why-not-evidence")
    names = {"mtdnet-cls": ["classifier, conv5"], "mtdnet-rnk": ["ranking, gradient", "ranking, occlusion"]}
    wanted = names.get(model, ["ranking, gradient", "ranking, occlusion", "classifier, conv5"])
    assert list(evidence.options) == ["images", *wanted]
    for name in evidence.options:
        page.segmented_control(key="why-not-evidence").set_value(name)
        run(page)
        assert images(page) == THREE


def test_pairs_asks_the_same_of_the_model_in_hand(app: AppTest) -> None:
    settled(app)
    page = settled(app.switch_page("pages/pairs.py"))
    found = ""
    for sample in page.selectbox[0].options:
        page.selectbox[0].select_index(page.selectbox[0].options.index(sample)).run()
        found = told(opened(page))
        assert not page.exception
        if images(page):
            break
    assert images(page) == THREE
    assert "instead of rank" in found or "No single region" in found


def test_what_a_browser_tells_is_a_box_or_nothing() -> None:
    assert box_of([0, 0.25, 1, 0.5]) == (0.0, 0.25, 1.0, 0.5)
    for nonsense in (None, "box", [], [0, 0, 1], [0, 0, 1, "1"], [0, 0, 1, 2], [1, 0, 0, 1], [0, 0, float("nan"), 1]):
        assert box_of(nonsense) is None
    assert set(ROLES) == {"probe", "match", "wrong"}
