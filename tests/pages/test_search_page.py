"""The Search page: a gallery is searched from uploads, data sets, its own images and whole folders."""

import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from reidviz.data.keys import key_of
from reidviz.gallery import named
from reidviz.gallery.stages import search_all
from reidviz.gallery.update import add
from reidviz.marks.mark import Mark
from reidviz.marks.mark_file import gallery_mark_file
from reidviz.ui.session.keys import SEARCH_BATCH, SEARCH_CLICK, SEARCH_OPENED, SEARCH_SOURCE, SEARCH_TRAIL
from tests.gallery.conftest import street
from tests.pages.conftest import wait_for_work


@pytest.fixture(autouse=True)
def own_galleries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_GALLERIES", str(tmp_path / "galleries"))
    monkeypatch.setenv("REIDVIZ_MARKS", str(tmp_path / "marks"))


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


def labels(page: AppTest) -> list[str]:
    """Of all popovers."""
    return [str(one.proto.popover.label) for one in page.main.get("popover")]


def uploaded(page: AppTest, folder: Path) -> AppTest:
    file = min(folder.iterdir())
    return page.file_uploader(key="search-upload").set_value((file.name, file.read_bytes(), "image/png")).run()


def test_an_upload_finds_itself_and_hits_are_paged(page: AppTest, folder: Path) -> None:
    found = uploaded(page, folder)
    assert not found.exception
    cards = html(found)
    assert cards.count("rv-card unknown") == 40
    assert f"rank 1, {min(file.name for file in folder.iterdir())}" in cards
    assert any("judged by eye" in one.value for one in found.markdown)


def test_an_upload_and_how_it_is_searched_outlive_another_screen(page: AppTest, folder: Path) -> None:
    found = uploaded(page, folder)
    found.toggle(key="search-rerank").set_value(True)
    next(one for one in found.multiselect if one.label == "Cameras").set_value(["c1"]).run()
    cards = html(found)
    assert "cam c1" in cards
    assert "cam c2" not in cards
    assert "Filters (1)" in labels(found)
    assert "re-ranked" in str([one.value for one in found.caption])
    page.switch_page("pages/data.py").run()
    back = page.switch_page("pages/search.py").run()
    assert not back.exception
    assert html(back) == cards
    assert "Filters (1)" in labels(back)
    back.button(key="search-upload-remove").click().run()
    assert not html(back)
    back.switch_page("pages/data.py").run()
    assert not html(page.switch_page("pages/search.py").run())


def test_a_large_upload_does_not(page: AppTest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reidviz.ui.widgets.image_upload.MOST_HELD", 10)
    assert html(uploaded(page, folder))
    page.switch_page("pages/data.py").run()
    assert not html(page.switch_page("pages/search.py").run())


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


def test_marks_are_those_of_the_picture_whichever_way_it_comes(page: AppTest, folder: Path, tmp_path: Path) -> None:
    file, others = min(folder.iterdir()), sorted(one.name for one in folder.iterdir())[1:4]
    kept = gallery_mark_file("street", named.gallery_named("street").created, "me")
    probe = key_of([hashlib.sha256(file.read_bytes()).hexdigest()])
    kept.add([Mark(probe, others[0], "same"), Mark(probe, others[1], "different"), Mark("else", others[2], "same")])
    kept.add([Mark(probe, others[1], "skip"), Mark(probe, others[2], "different")])
    found = uploaded(page, folder)
    assert (html(found).count("rv-card right"), html(found).count("rv-card wrong")) == (1, 1)
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "renamed.png").write_bytes(file.read_bytes())
    shown = opened_batch(page)
    shown.text_input(key="batch-folder").set_value(str(tmp_path / "one")).run()
    shown.button(key="batch-start").click().run()
    wait_for_work()
    shown.run()
    shown.session_state[SEARCH_OPENED.name] = "renamed.png"
    shown.run()
    assert not shown.exception
    assert (html(shown).count("rv-card right"), html(shown).count("rv-card wrong")) == (1, 1)
    shown.segmented_control(key=SEARCH_CLICK.name).set_value("accepts").run()
    next(one for one in shown.text_input if one.label == "Annotator").set_value("Ada").run()
    assert not shown.exception
    assert "rv-card right" not in html(shown)


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


def test_an_image_that_an_update_removes_meanwhile_is_not_shown(page: AppTest) -> None:
    shown = page.segmented_control(key=SEARCH_SOURCE.name).set_value("From the gallery").run()
    gallery = named.gallery_named("street")
    store = gallery.store(gallery.model())
    (gone,) = store.entries(sorted(store.stamps())[:1])
    store.add([replace(gone, id="new.png")], store.features([gone.id]))
    store.remove([gone.id])
    shown.run()
    assert not shown.exception
    assert html(shown).count("rv-card unknown") == 44


def test_a_probe_of_the_data_set_and_a_second_look(page: AppTest) -> None:
    shown = page.segmented_control(key=SEARCH_SOURCE.name).set_value("From the data set").run()
    assert not shown.exception
    before = html(shown)
    shown.toggle(key="search-again").set_value(True).run()
    assert not shown.exception
    assert "s -" in html(shown)
    assert html(shown) != before
    next(one for one in shown.selectbox if one.label == "Groups").set_value("By camera").run()
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
    assert SEARCH_CLICK.name not in [one.key for one in found.segmented_control]


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


def opened_batch(page: AppTest) -> AppTest:
    return page.segmented_control(key=SEARCH_SOURCE.name).set_value("A whole folder").run()


def test_a_whole_folder_of_probes_is_searched_for(page: AppTest, folder: Path, tmp_path: Path) -> None:
    probes = street(tmp_path / "probes", 12)
    (probes / "broken.png").write_bytes(b"no image")
    shown = opened_batch(page)
    shown.text_input(key="batch-folder").set_value(str(tmp_path / "nowhere")).run()
    shown.button(key="batch-start").click().run()
    assert any("There is no folder or file nowhere" in one.value for one in shown.text)
    shown.text_input(key="batch-folder").set_value(str(probes)).run()
    shown.button(key="batch-start").click().run()
    wait_for_work()
    shown.run()
    assert not shown.exception
    assert any("to each of 12 probes" in one.value for one in shown.markdown)
    assert html(shown).count("<section") == 10
    names = sorted(file.name for file in probes.iterdir())
    assert f"rank 1, {names[0]}" in html(shown)
    assert any("broken" in one.value for one in shown.caption)
    shown.session_state[SEARCH_OPENED.name] = names[3]  # as a click on its card does
    shown.run()
    assert html(shown).count("rv-card unknown") == 40
    assert f"rank 1, {names[3]}" in html(shown)
    shown.button(key="all-probes").click().run()
    assert html(shown).count("<section") == 10


def test_a_probe_that_is_gone_once_it_was_searched_for_is_left_out(
    page: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    probes = street(tmp_path / "probes", 3)
    names = sorted(file.name for file in probes.iterdir())

    def one_goes(*asked: object) -> object:
        (probes / names[1]).unlink()
        return search_all(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr("reidviz.ui.search.batch.search_all", one_goes)
    shown = opened_batch(page)
    shown.text_input(key="batch-folder").set_value(str(probes)).run()
    shown.button(key="batch-start").click().run()
    wait_for_work()
    shown.run()
    assert not shown.exception
    batch = shown.session_state[SEARCH_BATCH.name]
    assert [one.name for one in batch.found] == [names[0], names[2]]
    assert [one.id for one in batch.left_out] == names[1:2]


def test_times_that_no_calendar_has_do_not_break_the_page(page: AppTest, folder: Path) -> None:
    gallery = named.gallery_named("street")
    store = gallery.store(gallery.model())
    ids = sorted(store.stamps())[:2]
    entries = [replace(one, time=time) for one, time in zip(store.entries(ids), (-1e12, 1e12), strict=True)]
    store.add(entries, store.features(ids))
    found = uploaded(page, folder)
    assert not found.exception
    assert found.get("plotly_chart")


def test_a_zip_of_probes_goes_with_its_batch(page: AppTest, tmp_path: Path) -> None:
    probes = street(tmp_path / "probes", 3)
    with zipfile.ZipFile(tmp_path / "probes.zip", "w") as packed:
        for file in probes.iterdir():
            packed.write(file, f"in/{file.name}")
    shown = opened_batch(page)
    shown.segmented_control(key="batch-way").set_value("A zip").run()
    data = (tmp_path / "probes.zip").read_bytes()
    uploader = next(one for one in shown.file_uploader if one.label == "A zip of probes")
    uploader.set_value(("probes.zip", data, "application/zip")).run()
    shown.button(key="batch-start").click().run()
    wait_for_work()
    shown.run()
    assert not shown.exception
    assert html(shown).count("<section") == 3
    kept = [one for one in named.folder_of("x").parent.iterdir() if one.name.startswith(".")]
    assert len(kept) == 1
    batch = shown.session_state[SEARCH_BATCH.name]
    assert batch.probe(batch.found[0].name).images
    batch.close()
    assert not kept[0].exists()


def test_hits_are_grouped_by_a_column_and_reranked(app: AppTest, models: Path, tmp_path: Path, folder: Path) -> None:
    files = sorted(file.name for file in folder.iterdir())
    lines = ["path,tracklet", *(f"{name},T{n // 3:02d}" for n, name in enumerate(files))]
    (folder / "list.csv").write_text("\n".join(lines))
    add("tracks", str(folder / "list.csv"), str(models / "mtdnet.safetensors"))
    app.run()
    page = uploaded(app.switch_page("pages/search.py").run(), folder)
    page.toggle(key="search-rerank").set_value(True).run()
    assert any("first 45 are in the order of their re-ranked" in one.value for one in page.caption)
    next(one for one in page.selectbox if one.label == "Groups").set_value("tracklet").run()
    assert not page.exception
    shown = html(page)
    assert shown.count("<section") == 14
    assert shown.count("3 of 45 hits") == 14
    assert shown.index("tracklet T00") == min(
        shown.index(f"tracklet T{n:02d}") for n in range(15) if f"T{n:02d}" in shown
    )
