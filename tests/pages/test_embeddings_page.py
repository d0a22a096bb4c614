"""The Embeddings page: two maps, colours, a selection that outlives them, an image of one's own, a probe's pairs."""

import io
import json
import threading
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.ui.session.selection import Selection
from tests.pages.conftest import settled, wait_for_work


def opened(app: AppTest) -> AppTest:
    settled(app)
    return described(app.switch_page("pages/embeddings.py"))


def described(app: AppTest) -> AppTest:
    """Run until the images are described."""
    for _ in range(2):
        app.run()
        wait_for_work()
    return app.run()


def charts(page: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]


def maps(page: AppTest) -> list[dict]:
    """What the browser is told of both maps."""
    told = next(one.proto for one in page.get("bidi_component") if one.proto.component_name == "reidviz_canvas_maps")
    return json.loads(told.json)["maps"]


def names_on(one: dict) -> list[str]:
    """What stands in the legend of a map."""
    lines = [name for pairs, _, _, name in one["links"] if pairs]
    return [group["name"] for group in one["groups"]] + lines


def texts(page: AppTest) -> str:
    parts = (page.main.markdown, page.caption, page.info, page.warning)
    found = "\n".join(f"{e.value}\n{getattr(e.proto, 'help', '')}" for part in parts for e in part)
    return found.replace("\\", "")


def test_two_maps_and_their_numbers_are_on_screen_at_once(app: AppTest) -> None:
    page = opened(app)
    assert not page.exception
    names = [page.selectbox[i].value for i in range(len(page.selectbox))]
    assert "mtdnet-rnk" in names
    assert "mtdtrp" in names
    assert len(charts(page)) == 2
    assert [one["name"] for one in maps(page)] == ["left", "right"]
    assert "keeps persons better together" in texts(page) or "cannot be told apart" in texts(page)
    said = texts(page)
    assert "9 images of 3 persons" in said
    assert "Both spaces agree on" in said
    assert "turned, mirrored and scaled onto the left map" in said
    table = next(m.value for m in page.main.markdown if "persons keep together" in m.value)
    assert table.count("%") >= 4


def test_colours_change(app: AppTest) -> None:
    page = opened(app)
    by = page.selectbox(key="map-colour")
    assert by.value == "correctness"
    for colour in ("camera", "role", "identity"):
        page.selectbox(key="map-colour").set_value(colour).run()
        assert not page.exception
        assert all(one["groups"] for one in maps(page))
    assert names_on(maps(page)[0]) == [""]
    assert len(maps(page)[0]["groups"][0]["shades"]) == 9


def test_a_selection_is_kept_by_sample_and_shown_with_neighbours(app: AppTest, data: str) -> None:
    page = opened(app)
    dataset = load(data)
    probe = split(dataset, "half:0").probes[0]
    sample = dataset.samples[probe]
    app.session_state["selection"] = Selection(dataset.manifest_hash, (sample.id,))
    page = described(app)
    assert not page.exception
    assert "1 image selected" in texts(page)
    lists = [str(e.value) for e in page.main.get("html") if "rv-row" in str(e.value)]
    assert lists[0].count('class="rv-row"') == 2
    assert "the nearest of 9 images" in lists[0]
    assert names_on(maps(page)[0])[-2:] == ["to its true match", "to its nearest wrong neighbour"]
    page.selectbox(key="map-colour").set_value("camera").run()
    assert "1 image selected" in texts(page)
    page.button(key="map-clear").click().run()
    assert "Draw around images" in texts(page)


def test_another_space_pairs_every_image_with_a_probe(app: AppTest) -> None:
    page = opened(app)
    right = next(box for box in page.selectbox if box.label == "Right map")
    right.set_value("mtdnet: fc7 of pairs with the probe")
    page = described(app)
    assert not page.exception
    assert any(box.label == "Probe of the pairs" for box in page.selectbox)
    assert len(maps(page)) == 2
    assert "ranks and lines by mtdnet-rnk" in texts(page)


def test_all_images_and_a_filter(app: AppTest) -> None:
    page = opened(app)
    page.segmented_control(key="map-images").set_value("all images")
    page = described(app)
    assert "24 images of 6 persons" in texts(page)
    next(box for box in page.multiselect if box.label == "Cameras").set_value(["A"]).run()
    assert "12 of them pass the filter" in texts(page)


def test_a_image_of_ones_own_is_a_star_on_both_maps(app: AppTest, tmp_path: Path) -> None:
    page = opened(app)
    buffer = io.BytesIO()
    Image.new("RGB", (24, 48), (200, 40, 90)).save(buffer, "PNG")
    page.get("file_uploader")[0].upload("mine.png", buffer.getvalue(), "image/png")
    page = described(app)
    assert not page.exception
    assert [len(one["uploaded"]) for one in maps(page)] == [1, 1]
    assert "Your image and its neighbours" in [h.value for h in page.header]


def test_a_file_that_is_no_image_gets_a_sentence(app: AppTest) -> None:
    page = opened(app)
    page.get("file_uploader")[0].upload("words.png", b"not an image", "image/png")
    page = described(app)
    assert not page.exception
    assert any("words.png" in t.value for t in page.text)


@pytest.mark.parametrize("method", ["UMAP", "t-SNE"])
def test_pca_stands_in_while_a_slow_projection_is_computed(
    app: AppTest, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = threading.Event()

    def slow(features: object, method: str, progress: object, start: object) -> None:
        ready.wait()

    monkeypatch.setattr("reidviz.ui.background.projections.lay_out", slow)
    page = opened(app)
    page.segmented_control(key="map-method").set_value(method).run()
    assert not page.exception
    assert f"until {method} is ready" in texts(page)
    assert any(b.label == "Cancel" for b in page.button)
    ready.set()


def test_the_same_space_on_both_sides_waits_for_one_projection(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = threading.Event()
    monkeypatch.setattr("reidviz.ui.background.projections.lay_out", lambda *_: ready.wait())
    page = opened(app)
    left, right = (next(s for s in page.selectbox if s.label == f"{side} map") for side in ("Left", "Right"))
    right.set_value(left.value)
    page = described(page)
    page.segmented_control(key="map-method").set_value("UMAP").run()
    assert not page.exception
    assert len([b for b in page.button if b.label == "Cancel"]) == 1
    ready.set()
