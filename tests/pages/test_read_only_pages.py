"""Pages of a read-only server: what changes anything is gone, and pressing it nevertheless changes nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.data.catalogue.imported import add
from tests.conftest import people_folder
from tests.pages.conftest import settled
from tests.pages.test_data_page import examined
from tests.pages.test_train_page import labels, new, texts
from tests.test_read_only import tree

LINE = "This server is read-only: nothing is trained, imported or deleted here."


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the runs and of the added data sets."""
    root = tmp_path / "kept"
    monkeypatch.setenv("REIDVIZ_RUNS", str(root / "runs"))
    monkeypatch.setenv("REIDVIZ_IMPORTS", str(root / "data"))
    (people_folder(root / "data" / "unpacked") / ".unpacked").touch()
    add("viper", "synthetic:viper")
    return root


@pytest.fixture
def lock(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return lambda: monkeypatch.setenv("REIDVIZ_READ_ONLY", "1")


def opened_data(app: AppTest, data: str) -> AppTest:
    """The Data page with all that changes something: a folder to add or discard, a set to remove, images to leave
    out."""
    root = Path(data.partition(":")[2])
    shutil.copy(root / "p00" / "A_0.png", root / "p00" / "A_7.png")
    settled(app)
    page = app.switch_page("pages/data.py")
    page.session_state["data-add"] = True
    page = examined(page.run())
    next(m for m in page.multiselect if m.label == "Leave out").set_value(["duplicates of one person"])
    return page


def pressed(page: AppTest, key: str) -> None:
    next(b for b in page.button if key in {b.key, b.label}).click().run()
    assert not page.exception


@pytest.mark.parametrize(
    ("state", "key"),
    [("stopped", key) for key in ("train-start", "run-resume", "run-duplicate", "run-delete", "delete-yes")]
    + [("running", "run-stop")],
)
def test_pressing_what_was_on_the_train_page_changes_nothing(
    app: AppTest, kept: Path, data: str, lock: Callable[[], None], state: str, key: str
) -> None:
    run = new(kept / "runs", data, state=state, step=5)
    settled(app)
    with run.hold() if state == "running" else open("/dev/null"):
        page = app.switch_page("pages/train.py").run()
        if key == "delete-yes":
            pressed(page, "run-delete")
        before = tree(kept)
        lock()
        pressed(page, key)
        page.run()
        assert tree(kept) == before
        assert LINE in texts(page)


@pytest.mark.parametrize("key", ["add-now", "add-discard", "remove-now", "Write and choose it"])
def test_pressing_what_was_on_the_data_page_changes_nothing(
    app: AppTest, kept: Path, data: str, lock: Callable[[], None], key: str
) -> None:
    page = opened_data(app, data)
    before = tree(kept)
    lock()
    pressed(page, key)
    page.run()
    assert not page.exception
    assert tree(kept) == before


def test_the_train_page_shows_its_runs_and_nothing_to_press(
    app: AppTest, kept: Path, data: str, lock: Callable[[], None]
) -> None:
    lock_later = new(kept / "runs", data, state="running", step=5, device="CPU")
    settled(app)
    with lock_later.hold():
        lock()
        page = app.switch_page("pages/train.py").run()
        assert not page.exception
        assert LINE in texts(page)
        assert any("step 5 of 20" in p.proto.text for p in page.get("progress"))
        assert labels(page) == set()
        assert "train-start" not in {b.key for b in page.button}


def test_without_runs_the_train_page_offers_none(app: AppTest, kept: Path, lock: Callable[[], None]) -> None:
    lock()
    settled(app)
    page = app.switch_page("pages/train.py").run()
    assert not page.exception
    assert page.info[0].value == "No training yet."


def test_the_data_page_shows_and_examines_and_offers_no_change(
    app: AppTest, kept: Path, data: str, lock: Callable[[], None]
) -> None:
    lock()
    settled(app)
    page = examined(app.switch_page("pages/data.py").run())
    assert not page.exception
    assert LINE in texts(page)
    assert any("**6 persons**" in one.value for one in page.main.markdown)
    assert {"add-now", "add-discard", "remove-now"}.isdisjoint({b.key for b in page.button})
    assert "Write and choose it" not in {b.label for b in page.button}


def test_a_image_of_ones_own_is_still_taken(app: AppTest, kept: Path, lock: Callable[[], None], data: str) -> None:
    lock()
    settled(app)
    page = app.switch_page("pages/retrieval.py").run()
    image = next(Path(data.partition(":")[2]).rglob("*.png")).read_bytes()
    page.segmented_control(key="source").set_value("Upload images").run()
    page.file_uploader(key="upload").set_value(("mine.png", image, "image/png")).run()
    assert not page.exception
    assert any("identity is not known" in c.value for c in page.caption)
