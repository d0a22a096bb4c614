"""The evidence on Compare beside the curves: size of the gallery, size of the test."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from reidviz.cli.main import main
from reidviz.data.formats import load
from reidviz.evaluation import published
from tests.pages.conftest import rows, settled, view

SIZE = "Size of the test"


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
    table = rows(page)
    view(page, SIZE)
    assert not page.exception
    shown = figure(page, "persons in the gallery (log scale)")
    assert shown["layout"]["xaxis"]["type"] == "log"
    curves = {one["name"]: one for one in shown["data"] if one.get("name")}
    assert set(curves) == set(table)
    for name, figures in table.items():
        assert values(curves[name]["x"])[[0, -1]].tolist() == [2, 3]
        assert values(curves[name]["y"])[-1] == pytest.approx(figures[0], abs=0.051)


def test_what_this_test_can_see_is_said_of_each_pair(page: AppTest) -> None:
    view(page, SIZE)
    table = next(m.value for m in page.main.markdown if "sees from" in m.value)
    assert len(table.splitlines()) == 2 + 4
    page.number_input(key="power-points").set_value(5.0).run()
    assert not page.exception
    assert "for 5 points: probes" in told(page)


def test_a_model_alone_has_a_curve_and_nothing_to_be_told_from(page: AppTest) -> None:
    page.sidebar.multiselect(key="models").set_value(["mtdtrp"]).run()
    view(page, SIZE)
    assert not page.exception
    assert figure(page, "persons in the gallery")["data"]
    assert any("how small a difference" in one.value for one in page.info)


def test_published_figures_are_marked_with_their_source_where_they_belong(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not [one for one in page.toggle if one.key == "compare-published"]
    mark = published.Published("<b>LOMO</b>", "somebody, *CVPR*", {1: 49.2}, "single-shot")
    curve = published.Published("quadruplet", "nobody", {1: 62.5, 5: 83.4})
    monkeypatch.setattr(published, "FIGURES", {published.Test("folder", "half:0", 6, 3): (mark, curve)})
    before = len(figure(page.run(), "rank k")["data"])
    assert len(figure(page, "rank k")["data"]) == before
    page.toggle(key="compare-published").set_value(True).run()
    assert not page.exception
    drawn = [one for one in figure(page, "rank k")["data"] if one.get("legendgroup") == "published"]
    assert [one["name"] for one in drawn if "name" in one] == [
        "published: &lt;b&gt;LOMO&lt;/b&gt;",
        "published: quadruplet",
    ]
    assert all(one["line"]["dash"] == "dash" for one in drawn)
    assert "single-shot" in told(page)
    assert "They may differ from the curves" in told(page)


def test_costs_are_measured_when_asked_and_set_beside_rank_1(page: AppTest) -> None:
    names = rows(page)
    view(page, "Cost")
    assert "time per probe" not in told(page)
    page.button(key="cost-now").click().run()
    settled(page)
    assert not page.exception
    table = next(m.value for m in page.main.markdown if "kept of a gallery image" in m.value)
    ways = [line.split("|")[2].strip() for line in table.splitlines()[2:]]
    assert ways == ["as tested"] * 5  # a gallery of three is smaller than any cascade
    assert "8 |" in table
    shown = figure(page, "time per probe (ms, log scale)")
    assert shown["layout"]["xaxis"]["type"] == "log"
    assert {one["name"] for one in shown["data"]} == {*names, "no other is both faster and better"}
    assert "Timed on" in told(page)
    page.toggle(key="cost-passes").set_value(True).run()
    page.button(key="cost-now").click().run()
    settled(page)
    table = next(m.value for m in page.main.markdown if "kept of a gallery image" in m.value)
    assert "1-pass" in table.replace("\\", "")


def test_in_a_multi_shot_gallery_persons_are_drawn_with_all_their_images(app: AppTest) -> None:
    app.query_params["protocol"] = "half-multi:0"
    settled(app)
    page = settled(app.switch_page("pages/compare.py"))
    table = rows(page)
    view(page, SIZE)
    assert not page.exception
    assert "each with all of its images" in told(page)
    curves = {one["name"]: one for one in figure(page, "persons in the gallery")["data"] if one.get("name")}
    for name, figures in table.items():
        assert values(curves[name]["y"])[-1] == pytest.approx(figures[0], abs=0.051)


def test_given_features_are_said_to_be_given_and_re_ranked_ones_have_no_curve(
    app: AppTest, data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REIDVIZ_MODELS", str(tmp_path / "models"))
    ids = [sample.id for sample in load(data).samples]
    features = np.random.default_rng(0).normal(size=(len(ids), 4)).astype(np.float32)
    np.savez(tmp_path / "f.npz", features=features, ids=np.array(ids))
    assert main(["models", "add", str(tmp_path / "f.npz"), "--name", "theirs", "--distance", "euclidean"]) == 0
    app.query_params["models"] = ["theirs"]
    settled(app)
    page = view(settled(app.switch_page("pages/compare.py")), "Cost")
    assert not page.exception
    assert any("there is nothing to time" in one.value for one in page.info)
    page.sidebar.multiselect(key="models").set_value(["mtdtrp", "theirs"]).run()
    settled(page)
    page.button(key="cost-now").click().run()
    settled(page)
    table = next(m.value for m in page.main.markdown if "kept of a gallery image" in m.value)
    assert [line.split("|")[2].strip() for line in table.splitlines()[2:]] == ["as tested", "given"]
    page.sidebar.toggle(key="rerank").set_value(True).run()
    view(settled(page), SIZE)
    assert not page.exception
    assert "Not drawn: " in told(page)
    assert len([one for one in figure(page, "persons in the gallery")["data"] if one.get("name")]) == 2
