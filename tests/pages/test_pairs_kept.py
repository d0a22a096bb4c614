"""What the Pairs page keeps belongs to one model, data set, split and way of scoring; and it stays on its feet."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from reidviz.data.catalogue.imported import add
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import _Matrices, evaluate
from reidviz.evaluation.verification.calibration import cross_tempered, reliability
from reidviz.evaluation.verification.error_rates import errors, threshold_at
from reidviz.evaluation.verification.pair_set import pairs_tested
from reidviz.ui.session.models import known_rankers
from tests.conftest import people_folder
from tests.pages.conftest import settled, view
from tests.pages.test_legal_data import forced
from tests.pages.test_pairs_page import metrics, opened, texts


def threshold(page: AppTest) -> float:
    return next(cast(float, slider.value) for slider in page.slider if slider.label.startswith("Threshold"))


def move(page: AppTest, value: float) -> AppTest:
    next(slider for slider in page.slider if slider.label.startswith("Threshold")).set_value(value).run()
    assert not page.exception
    return page


def push(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception
    return page


def with_data(page: AppTest, data: str) -> AppTest:
    page.session_state["data"], page.session_state["models"] = data, ["mtdnet"]
    return settled(page)


@pytest.fixture
def crowd(tmp_path: Path) -> str:
    """Twelve persons, six of whom are tested: enough for a cascade of two."""
    return f"folder:{people_folder(tmp_path / 'crowd', persons=12)}"


def test_calibration_and_thresholds_follow_the_scores_of_all_pairs_when_they_arrive(
    app: AppTest, crowd: str, cut_off: Callable[[int], Callable[[], None]]
) -> None:
    go_on = cut_off(2)
    app.query_params |= {"data": crowd, "models": ["mtdnet"]}
    page = view(opened(app), "Threshold")
    assert "mtdnet (cascade 2)" in texts(page)
    of_cascade = next(m.value for m in page.markdown if "calibration error" in m.value)
    push(page, "FMR 1 %")
    go_on()
    settled(push(page, "Compute the scores"))
    assert "cascade" not in texts(page)

    dataset = load(crowd)
    parts = split(dataset, "half:0")
    ranker = known_rankers()["mtdnet"]
    pairs = pairs_tested(ground_truth(dataset, parts))
    values = pairs.values(evaluate(ranker, dataset, parts).scores)
    mended, degrees = cross_tempered(values, pairs.same, dataset.identities[parts.probes][pairs.probes])
    shown = next(m.value for m in page.markdown if "calibration error" in m.value)
    assert f"**{reliability(values, pairs.same).error:.3f}** as it is" in shown
    assert f"**{reliability(mended, pairs.same).error:.3f}** at a temperature" in shown
    assert f"(T = {degrees[0]:.2f} and {degrees[1]:.2f})" in shown
    assert shown != of_cascade
    assert threshold(page) == pytest.approx(threshold_at(errors(values, pairs.same), 0.01))


def test_a_moved_threshold_outlives_the_cascade_that_it_was_moved_on(
    app: AppTest, crowd: str, cut_off: Callable[[int], Callable[[], None]]
) -> None:
    go_on = cut_off(2)
    app.query_params |= {"data": crowd, "models": ["mtdnet"]}
    page = opened(app)
    slider = next(slider for slider in page.slider if slider.label.startswith("Threshold"))
    wanted = round(slider.min + 0.005, 3)
    move(page, wanted)
    go_on()
    settled(push(page, "Compute the scores"))
    assert threshold(page) == pytest.approx(wanted)


@pytest.fixture
def other(data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Another data set, of the same persons and file names; the app knows both."""
    monkeypatch.setenv("REIDVIZ_IMPORTS", str(tmp_path))
    found = f"folder:{people_folder(tmp_path / 'other', size=(20, 50))}"
    add("one", data)
    add("other", found)
    return found


def test_a_moved_threshold_is_that_of_one_data_set_and_is_found_again_there(
    app: AppTest, data: str, other: str
) -> None:
    app.query_params["models"] = ["mtdnet"]
    app.query_params["data"] = other
    own = threshold(opened(app))
    page = view(with_data(app, data), "Threshold")
    slider = next(slider for slider in page.slider if slider.label.startswith("Threshold"))
    moved = round(slider.min + 0.003, 3)
    before, after = metrics(page), metrics(move(page, moved))
    assert before != after
    assert threshold(with_data(page, other)) == own
    page = with_data(page, data)
    assert threshold(page) == pytest.approx(moved)
    assert metrics(page) == after


def test_a_pair_of_one_data_set_is_not_that_of_another(app: AppTest, data: str, other: str) -> None:
    page = opened(app)

    def second() -> str:
        return str(next(box.value for box in page.selectbox if box.label == "Second image"))

    match = second()
    next(button for button in page.button if button.label.startswith("Wrong by")).click().run()
    wrong = second()
    assert wrong != match
    with_data(page, other)
    assert second() == match
    with_data(page, data)
    assert second() == wrong


def test_why_by_occlusion_outlives_the_next_rerun(app: AppTest) -> None:
    app.query_params["models"] = ["mtdnet"]
    page = opened(app)
    page.session_state["pair-why"] = True
    page.run()
    page.segmented_control(key="why-method").set_value("occlusion").run()
    assert not page.exception
    shown = [str(html.value) for html in page.main.get("html") if "what mattered" in str(html.value)]
    assert len(shown) == 2
    page.run()
    assert not page.exception
    assert [str(html.value) for html in page.main.get("html") if "what mattered" in str(html.value)] == shown
    assert not page.get("progress")


def test_a_cascade_with_pairs_of_one_kind_waits_for_the_others(
    app: AppTest, data: str, monkeypatch: pytest.MonkeyPatch, cut_off: Callable[[int], Callable[[], None]]
) -> None:
    dataset = load(data)
    truth = ground_truth(dataset, split(dataset, "half:0"))
    monkeypatch.setattr(_Matrices, "_compute", forced(truth, right=False))
    app.query_params["models"] = ["mtdnet", "mtdtrp"]
    cut_off(1)
    page = opened(app)
    assert not page.exception
    assert "Of mtdnet (cascade 1) only pairs of one kind have a score so far" in texts(page)
    assert "EER" in texts(view(page, "Threshold"))
    assert np.isfinite(threshold(page))
