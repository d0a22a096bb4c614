"""Galleries on the Search page: they are made, tell what they are, and are taken away."""

import zipfile
from math import inf
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.common.leftovers import sweep
from reidviz.common.progress import Progress
from reidviz.gallery import named
from reidviz.gallery.update import add
from reidviz.ui.search.add_gallery import EXAMPLE
from tests.pages.conftest import wait_for_work
from tests.pages.test_search_page import folder, own_galleries, page

__all__ = ["folder", "own_galleries", "page"]


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


def test_an_uploaded_zip_waits_whatever_else_is_swept_up(
    app: AppTest, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "street.zip", "w") as packed:
        for file in sorted(folder.iterdir())[:3]:
            packed.write(file, file.name)

    def sweep_first(*given: object, **more: Progress) -> object:
        sweep(inf)
        return add(*given, **more)  # type: ignore[arg-type]

    for own in ("CACHE", "RUNS", "IMPORTS", "MODELS"):  # where no other test leaves anything
        monkeypatch.setenv(f"REIDVIZ_{own}", str(tmp_path / own.lower()))
    monkeypatch.setattr("reidviz.ui.search.add_gallery.add", sweep_first)
    app.run()
    page = app.switch_page("pages/search.py").run()
    page.segmented_control(key="gallery-way").set_value("A zip").run()
    uploader = next(one for one in page.file_uploader if one.label == "A zip of images")
    uploader.set_value(("street.zip", (tmp_path / "street.zip").read_bytes(), "application/zip"))
    page.text_input(key="gallery-name").set_value("street").run()
    page.button(key="gallery-add-now").click().run()
    wait_for_work()
    page.run()
    assert any("3 images" in one.value for one in page.markdown)
    assert [file.name for file in (tmp_path / "galleries").iterdir()] == ["street"]


def test_a_gallery_whose_record_is_damaged_can_be_removed(page: AppTest) -> None:
    (named.folder_of("street") / named.FILE).write_text("{")
    broken = page.run()
    assert any("The record of the gallery street is damaged" in one.value for one in broken.text)
    broken.button(key="remove-gallery").click().run()
    assert not broken.exception
    assert named.galleries() == []


def test_what_was_not_read_is_told(page: AppTest, folder: Path) -> None:
    (folder / "one.heic").write_bytes(b"no image")
    page.button(key="gallery-update").click().run()
    wait_for_work()
    page.run()
    assert any("1 file is not read" in one.value for one in page.caption)


def test_one_of_several_models_is_forgotten(page: AppTest, models: Path, folder: Path) -> None:
    add("street", str(folder), str(models / "mtdnet-rnk.safetensors"))
    both = named.gallery_named("street").models
    page.run()
    page.button(key=f"forget-{both[0].sha256}").click().run()
    assert not page.exception
    assert named.gallery_named("street").models == both[1:]


def test_a_gallery_whose_model_is_gone_can_be_removed(page: AppTest, models: Path) -> None:
    for file in models.glob("mtdnet.*"):
        file.unlink()
    page.run()
    assert not page.exception
    assert any("There is no model mtdnet.safetensors" in one.value for one in page.text)
    page.button(key="remove-gallery").click().run()
    assert named.galleries() == []
