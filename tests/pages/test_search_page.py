"""The Search page: a gallery is made, searched from an upload and from its own images, and taken away."""

import io
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from reidviz.gallery import named
from reidviz.gallery.update import add
from reidviz.ui.search.add_gallery import EXAMPLE
from reidviz.ui.session.keys import SEARCH_SOURCE, SEARCH_TRAIL
from tests.gallery.conftest import street
from tests.pages.conftest import wait_for_work


@pytest.fixture(autouse=True)
def own_galleries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_GALLERIES", str(tmp_path / "galleries"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return street(tmp_path / "street", 45)


@pytest.fixture
def page(app: AppTest, models: Path, folder: Path) -> AppTest:
    add("street", str(folder), str(models / "mtdnet.safetensors"))
    app.run()
    return app.switch_page("pages/search.py").run()


def html(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in app.main.get("html") if "<section" in str(e.value))


def uploaded(page: AppTest, folder: Path) -> AppTest:
    file = min(folder.iterdir())
    return page.file_uploader(key="search-upload").set_value((file.name, file.read_bytes(), "image/png")).run()


def test_no_gallery_explains_itself(app: AppTest) -> None:
    app.run()
    page = app.switch_page("pages/search.py").run()
    assert not page.exception
    assert "nobody has to label" in page.info[0].value
    assert page.button(key="gallery-example").label


def test_one_press_makes_the_built_in_example(app: AppTest, monkeypatch: pytest.MonkeyPatch, data: str) -> None:
    monkeypatch.setattr("reidviz.ui.search.add_gallery.EXAMPLE", (EXAMPLE[0], data))
    app.run()
    page = app.switch_page("pages/search.py").run()
    page.button(key="gallery-example").click().run()
    assert not page.exception
    wait_for_work()
    page.run()
    assert named.galleries() == [EXAMPLE[0]]
    assert any("24 images" in one.value for one in page.markdown)


def test_a_folder_is_added_by_the_form(app: AppTest, folder: Path) -> None:
    app.run()
    page = app.switch_page("pages/search.py").run()
    page.text_input(key="gallery-folder").set_value("/nowhere/at/all")
    page.text_input(key="gallery-name").set_value("street").run()
    page.button(key="gallery-add-now").click().run()
    assert any("There is no folder or file all" in one.value for one in page.text)
    page.text_input(key="gallery-folder").set_value(str(folder)).run()
    page.button(key="gallery-add-now").click().run()
    wait_for_work()
    page.run()
    assert not page.exception
    assert any("45 images" in one.value for one in page.markdown)
    page.button(key="remove-gallery").click().run()
    assert named.galleries() == []
    assert len(list(folder.iterdir())) == 45


def test_an_upload_finds_itself_and_hits_are_paged(page: AppTest, folder: Path) -> None:
    found = uploaded(page, folder)
    assert not found.exception
    cards = html(found)
    assert cards.count("rv-card unknown") == 40
    assert f"rank 1, {min(file.name for file in folder.iterdir())}" in cards
    assert any("judged by eye" in one.value for one in found.markdown)


def test_a_click_makes_a_hit_the_next_probe_and_breadcrumbs_lead_back(page: AppTest, folder: Path) -> None:
    found = uploaded(page, folder)
    first = html(found)
    ids = sorted(file.name for file in folder.iterdir())
    found.session_state[SEARCH_TRAIL.name] = (ids[3],)  # AppTest has no browser that could click a card
    found.run()
    assert found.query_params["hit"] == ids[3]
    assert html(found) != first
    assert ids[3] not in html(found)
    found.session_state[SEARCH_TRAIL.name] = (ids[3], ids[0])
    found.run()
    assert found.query_params["hit"] == [ids[3], ids[0]]
    found.button(key="trail-0").click().run()
    assert html(found) == first
    assert "hit" not in found.query_params


def test_filters_narrow_and_an_empty_one_says_so(page: AppTest, folder: Path) -> None:
    found = uploaded(page, folder)
    cameras = next(one for one in found.multiselect if one.label == "Cameras")
    cameras.set_value(["c2"]).run()
    assert "cam c1" not in html(found)
    assert "cam c2" in html(found)
    assert any("15 images of street" in one.value for one in found.caption)
    assert found.get("plotly_chart")


def test_from_the_gallery_its_images_are_shown(page: AppTest) -> None:
    shown = page.segmented_control(key=SEARCH_SOURCE.name).set_value("From the gallery").run()
    assert not shown.exception
    assert html(shown).count("rv-card unknown") == 45


def test_a_probe_of_the_data_set_and_a_second_look(page: AppTest) -> None:
    shown = page.segmented_control(key=SEARCH_SOURCE.name).set_value("From the data set").run()
    assert not shown.exception
    before = html(shown)
    shown.toggle(key="search-again").set_value(True).run()
    assert not shown.exception
    assert "s -" in html(shown)
    assert html(shown) != before
    shown.toggle(key="search-by-camera").set_value(True).run()
    assert html(shown).count("<section") == 3


def test_names_are_shown_as_text(app: AppTest, models: Path, tmp_path: Path) -> None:
    folder = street(tmp_path / "odd", 2)
    made = min(folder.iterdir())
    made.rename(folder / "<b onclick=x>*c1_a.png")
    add("odd", str(folder), str(models / "mtdnet.safetensors"))
    app.run()
    page = app.switch_page("pages/search.py").run()
    shown = page.segmented_control(key=SEARCH_SOURCE.name).set_value("From the gallery").run()
    assert "&lt;b onclick" in html(shown)
    assert "<b onclick" not in html(shown)


def test_a_read_only_server_searches_but_adds_nothing(
    page: AppTest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REIDVIZ_READ_ONLY", "1")
    found = uploaded(page, folder)
    assert html(found)
    assert not [one for one in found.button if one.key == "gallery-update"]


def test_images_that_are_gone_do_not_break_the_page(page: AppTest, folder: Path) -> None:
    found = uploaded(page, folder)
    for file in sorted(folder.iterdir())[1:]:
        file.unlink()
    found.run()
    assert not found.exception


def test_no_image_is_an_error_in_a_sentence(page: AppTest) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (2, 2)).save(buffer, "PNG")
    page.file_uploader(key="search-upload").set_value(("tiny.png", buffer.getvalue(), "image/png")).run()
    assert not page.exception
    assert any("tiny.png" in one.value for one in page.text)


def test_a_gallery_whose_model_is_gone_can_be_removed(page: AppTest, models: Path) -> None:
    for file in models.glob("mtdnet.*"):
        file.unlink()
    page.run()
    assert not page.exception
    assert any("There is no model mtdnet.safetensors" in one.value for one in page.text)
    page.button(key="remove-gallery").click().run()
    assert named.galleries() == []
