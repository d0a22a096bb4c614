"""The evidence on Compare beside the curves: size of the gallery, size of the test."""

import json
from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import rows, settled


@pytest.fixture
def page(app: AppTest) -> AppTest:
    settled(app)
    return settled(app.switch_page("pages/compare.py"))


def figure(page: AppTest, of: str) -> dict[str, Any]:
    """The figure whose horizontal axis has such a title."""
    every = [json.loads(one.proto.spec) for one in page.get("plotly_chart")]
    return next(one for one in every if of in one["layout"]["xaxis"]["title"].get("text", ""))


def values(written: Any) -> np.ndarray:
    """An array of a figure, which Plotly may write in base64."""
    if isinstance(written, list):
        return np.array(written)
    return np.frombuffer(b64decode(written["bdata"]), written["dtype"])


def told(page: AppTest) -> str:
    return " ".join(one.value for one in [*page.main.markdown, *page.main.caption]).replace("\\", "")


def test_the_curve_over_the_gallery_ends_in_the_table(page: AppTest) -> None:
    assert not page.exception
    shown = figure(page, "persons in the gallery (log scale)")
    assert shown["layout"]["xaxis"]["type"] == "log"
    curves = {one["name"]: one for one in shown["data"] if one.get("name")}
    assert set(curves) == set(rows(page))
    for name, figures in rows(page).items():
        assert values(curves[name]["x"])[[0, -1]].tolist() == [2, 3]
        assert values(curves[name]["y"])[-1] == pytest.approx(figures[0], abs=0.051)


def test_what_this_test_can_see_is_said_of_each_pair(page: AppTest) -> None:
    table = next(m.value for m in page.main.markdown if "sees from" in m.value)
    assert len(table.splitlines()) == 2 + 4
    page.number_input(key="power-points").set_value(5.0).run()
    assert not page.exception
    assert "for 5 points: probes" in told(page)


def test_a_model_alone_has_a_curve_and_nothing_to_be_told_from(page: AppTest) -> None:
    page.sidebar.multiselect(key="models").set_value(["mtdtrp"]).run()
    assert not page.exception
    assert figure(page, "persons in the gallery")["data"]
    assert any("how small a difference" in one.value for one in page.info)
