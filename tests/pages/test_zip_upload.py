"""A zip on the Data page: unpacked in the background, and neither it nor what fails takes room afterwards."""

import io
import os
import threading
import zipfile
from concurrent.futures import wait
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.common.leftovers import STARTED
from reidviz.common.progress import Progress
from reidviz.data.catalogue.imported import add, added
from reidviz.ui.background.jobs import quick_board
from reidviz.ui.server.startup import start
from tests.conftest import people_folder
from tests.pages.conftest import settled, wait_for_work


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REIDVIZ_IMPORTS", str(tmp_path / "imports"))
    (tmp_path / "imports").mkdir()
    return tmp_path / "imports"


@pytest.fixture
def zipped(tmp_path: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for file in sorted(people_folder(tmp_path / "packed").rglob("*.png")):
            made.write(file, file.relative_to(tmp_path))
    return buffer.getvalue()


def uploading(app: AppTest, content: bytes) -> AppTest:
    page = app.switch_page("pages/data.py")
    page.session_state["data-add"] = True
    page.session_state["add-way"] = "A zip"
    page.run()
    page.file_uploader[0].set_value(("mine.zip", content, "application/zip")).run()
    assert not page.exception
    assert page.text_input(key="add-name").value == "mine"
    page.button(key="add-zip-now").click().run()
    assert not page.exception
    return page


def ended(page: AppTest) -> AppTest:
    wait_for_work()
    return page.run()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_zip_is_unpacked_shown_and_no_longer_held(app: AppTest, data_folder: Path, zipped: bytes) -> None:
    page = ended(uploading(settled(app), zipped))
    assert not page.exception
    assert "is unpacked" in "".join(m.value for m in page.main.markdown)
    assert names(data_folder) == ["mine"]
    assert not [key for key, _ in quick_board() if key.startswith("import")]
    page.button(key="add-discard").click().run()
    assert names(data_folder) == []
    assert page.file_uploader[0].value is None


def test_a_zip_that_is_none_leaves_nothing(app: AppTest, data_folder: Path) -> None:
    page = uploading(settled(app), b"PK no zip")
    said = [t.value for t in page.text]
    page = ended(page)
    assert not page.exception
    assert "not a whole zip" in "".join([*said, *(t.value for t in page.text)])
    assert names(data_folder) == []
    assert not [key for key, _ in quick_board() if key.startswith("import")]


def test_cancelled_while_it_waits_nothing_is_left(app: AppTest, data_folder: Path, zipped: bytes) -> None:
    settled(app)
    go, begun = threading.Event(), threading.Event()

    def first(progress: Progress) -> None:
        begun.set()
        assert go.wait()

    before = quick_board().start("first", first)
    assert begun.wait()
    page = uploading(app, zipped)
    assert names(data_folder) == []
    next(b for b in page.button if b.label == "Cancel").click()
    (job,) = (job for key, job in quick_board() if key.startswith("import"))
    job.cancel()
    go.set()
    wait([before.future])
    page = ended(page)
    assert not page.exception
    assert "Nothing was kept" in page.info[0].value
    assert names(data_folder) == []


def test_what_another_session_unpacked_and_left_can_be_discarded(
    app: AppTest, data_folder: Path, zipped: bytes
) -> None:
    ended(uploading(settled(app), zipped))
    another = AppTest.from_file(app._script_path, default_timeout=app.default_timeout)
    another.query_params["data"] = "synthetic:viper"
    another.session_state["models"] = []
    another.run()
    page = another.switch_page("pages/data.py")
    page.session_state["data-add"] = True
    page.run()
    assert not page.exception
    page.button(key="add-discard").click().run()
    assert names(data_folder) == []
    add("mine", "synthetic:viper")
    assert added() == ("synthetic:viper",)


def test_a_server_sweeps_up_when_it_starts(data_folder: Path) -> None:
    left = data_folder / f".{'0' * 32}"
    left.mkdir()
    os.utime(left, (STARTED - 60, STARTED - 60))
    start.cache_clear()
    start((), "127.0.0.1")
    assert names(data_folder) == []


def test_a_name_typed_while_the_zip_is_on_its_way_stays(app: AppTest, data_folder: Path, zipped: bytes) -> None:
    page = app.switch_page("pages/data.py")
    page.session_state["data-add"] = True
    page.session_state["add-way"] = "A zip"
    page.run()
    page.text_input(key="add-name").set_value("corridor").run()
    page.file_uploader[0].set_value(("mine.zip", zipped, "application/zip")).run()
    assert page.text_input(key="add-name").value == "corridor"
    page.button(key="add-zip-now").click().run()
    ended(page)
    assert names(data_folder) == ["corridor"]
