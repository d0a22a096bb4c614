"""The Data page: card, split, images, the doctor, and adding data sets."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from reidviz.data.catalogue.imported import added, folders
from reidviz.data.formats import load
from tests.conftest import people_folder
from tests.pages.conftest import settled, wait_for_work


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REIDVIZ_IMPORTS", str(tmp_path / "imports"))
    return tmp_path / "imports"


def opened(app: AppTest) -> AppTest:
    settled(app)
    return app.switch_page("pages/data.py").run()


def texts(page: AppTest) -> str:
    parts = (page.main.markdown, page.caption, page.info, page.success, page.text)
    return "\n".join(str(e.value) for part in parts for e in part).replace("\\", "")


def examined(page: AppTest) -> AppTest:
    next(b for b in page.button if b.label == "Examine").click().run()
    wait_for_work()
    return page.run()


def grids(page: AppTest) -> list[str]:
    return [str(e.value) for e in page.main.get("html") if "rv-grid" in str(e.value)]


def test_card_split_and_images_are_on_screen_at_once(app: AppTest) -> None:
    page = opened(app)
    assert not page.exception
    said = texts(page)
    assert "**6 persons** by 2 cameras in 24 images (4 a person)" in said
    assert "3 persons train, 6 probes of 3 others are looked for among 3 gallery images" in said
    assert len(page.get("plotly_chart")) == 2
    assert "| training | 3 | 12 |" in said
    assert "| probes | 3 | 6 |" in said
    assert "24 of 24 images" in said
    assert grids(page)[0].count("<figure>") == 24


def adding(page: AppTest) -> AppTest:
    """The page with the form for a data set open."""
    page.session_state["data-add"] = True
    return page.run()


def files_shown(page: AppTest) -> list[dict[str, str]]:
    """The table of what twelve files become."""
    rows: list[dict[str, str]] = page.dataframe[0].value.to_dict("records")
    return rows


def test_images_by_person_camera_and_role(app: AppTest) -> None:
    page = opened(app)
    page.selectbox(key="browse-person").set_value("p02").run()
    page.selectbox(key="browse-camera").set_value("B").run()
    assert grids(page)[0].count("<figure>") == 2
    page.button(key="browse-select").click().run()
    assert set(page.session_state["selection"].ids) == {"p02/B_0.png", "p02/B_1.png"}
    page.selectbox(key="browse-person").set_value("all").run()
    page.selectbox(key="browse-role").set_value("gallery").run()
    page.selectbox(key="browse-camera").set_value("A").run()
    assert "No image is like that" in texts(page)


def test_the_doctor_finds_shows_and_leaves_out(app: AppTest, data: str, data_folder: Path) -> None:
    root = Path(data.partition(":")[2])
    shutil.copy(root / "p00" / "A_0.png", root / "p00" / "A_<b>7.png")
    (root / "p01" / "A_9.png").write_bytes(b"hello")
    (root / "p02" / "A_9.png").write_bytes(b"")
    page = examined(opened(app))
    assert not page.exception
    said = texts(page)
    assert "unreadable" in said
    assert "duplicates of one person" in said
    assert "is not a readable" in "".join(grids(page))
    kinds = next(m for m in page.multiselect if m.label == "Leave out")
    assert kinds.options == ["unreadable (2 images)", "duplicates of one person (1 image)"]
    kinds.set_value(["unreadable", "duplicates of one person"])
    next(t for t in page.text_input if t.label == "Name").set_value("clean people")
    next(b for b in page.button if b.label == "Write and choose it").click().run()
    assert not page.exception
    assert page.sidebar.selectbox(key="data").value == f"without:{data_folder}/clean people.json"
    assert "in 24 images" in texts(page)
    assert f"without:{data_folder}/clean people.json" in added()
    assert (root / "p01" / "A_9.png").is_file()


def test_healthy_data_are_said_to_be(app: AppTest, data: str) -> None:
    noise = np.random.default_rng(0)
    for file in sorted(Path(data.partition(":")[2]).rglob("*.png")):
        Image.fromarray(noise.integers(0, 256, (48, 24, 3), dtype=np.uint8)).save(file)
    page = examined(opened(app))
    assert "Nothing was found wrong." in texts(page)


def test_a_folder_below_the_data_folder_is_shown_added_and_removed(app: AppTest, data_folder: Path) -> None:
    for person in range(3):
        for name in ("cam_a/{}00_0.bmp", "cam_b/{}00_90.bmp", "cam_a/{}01_0.bmp", "cam_b/{}01_90.bmp"):
            file = data_folder / "my viper" / name.format(person)
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (48, 128), (40 * person, 90, 60)).save(file)
    assert [p.name for p in folders()] == ["my viper"]
    page = adding(opened(app))
    assert "DukeMTMC-reID was withdrawn" in texts(page)
    assert "12 images of 6 persons by 2 cameras**, read as viper:my viper" in texts(page)
    assert files_shown(page)[0] == {"file": "cam_a/000_0.bmp", "person": "000", "camera": "A", "role": "by protocol"}
    page.button(key="add-now").click().run()
    assert not page.exception
    spec = f"viper:{data_folder}/my viper"
    assert page.sidebar.selectbox(key="data").value == spec
    assert added() == (spec,)
    assert "VIPeR is published with 632 persons; 6 were found." in texts(page)
    assert len(load(spec).samples) == 12
    adding(page).button(key="remove-now").click().run()
    assert not page.exception
    assert added() == ()
    assert page.sidebar.selectbox(key="data").value == "synthetic:cuhk03"
    assert (data_folder / "my viper" / "cam_a").is_dir()


def test_without_a_folder_it_says_where_to_put_one(app: AppTest, data_folder: Path) -> None:
    said = texts(adding(opened(app)))
    assert "There is no folder below the data folder" in said
    assert str(data_folder) not in said


def test_a_folder_without_images_gets_a_sentence(app: AppTest, data_folder: Path) -> None:
    (data_folder / "holiday" / "beach").mkdir(parents=True)
    page = adding(opened(app))
    assert not page.exception
    assert "No image was found" in texts(page)
    assert not [b for b in page.button if b.key == "add-now"]


def dated(folder: Path) -> Path:
    """Ten persons by three cameras, in files named by date: 20240105_101112_c2.jpg."""
    for person in range(10):
        for camera in (1, 2, 3):
            file = folder / f"{person:04d}" / f"2024010{camera}_10111{person}_{'xyz'[camera - 1]}{camera}_left.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (24, 48), (20 * person, 60 * camera, 90)).save(file)
    return folder


def test_another_rule_for_names_is_tried_before_anything_is_added(app: AppTest, data_folder: Path) -> None:
    dated(data_folder / "dated")
    page = adding(opened(app))
    assert "30 images of 10 persons by unknown cameras" in texts(page)
    assert "The files' names tell no camera." in texts(page)
    page.selectbox(key="add-rule").set_value("a part of the name").run()
    page.number_input(key="add-part").set_value(3).run()
    assert "by 3 cameras" in texts(page)
    assert len(files_shown(page)) == 12
    assert {row["camera"] for row in files_shown(page)} <= {"x1", "y2", "z3"}
    page.selectbox(key="add-rule").set_value("a regular expression").run()
    page.text_input(key="add-expression").set_value("(?P<camera>[xyz]").run()
    assert "is no regular expression" in texts(page)
    page.text_input(key="add-expression").set_value("_(?P<camera>[xyz])").run()
    assert {row["camera"] for row in files_shown(page)} <= {"x", "y", "z"}
    page.button(key="add-now").click().run()
    assert not page.exception
    spec = f"folder:{data_folder}/dated#names=_(?P<camera>[xyz])"
    assert page.sidebar.selectbox(key="data").value == spec
    assert added() == (spec,)
    assert "by 3 cameras" in texts(page)


def test_what_is_likely_misread_is_added_only_when_asked_twice(app: AppTest, data_folder: Path) -> None:
    people_folder(data_folder / "one", persons=1)
    page = adding(opened(app))
    assert page.button(key="add-now").disabled
    next(c for c in page.checkbox if "1 person of 4 images" in c.label).check().run()
    page.button(key="add-now").click().run()
    assert added() == (f"folder:{data_folder}/one",)


def test_two_lists_are_asked_about(app: AppTest, data_folder: Path) -> None:
    folder = people_folder(data_folder / "listed")
    for name, camera in (("a.csv", "1"), ("b.csv", "2")):
        rows = [f"p{p:02d}/{c}_0.png,{p},{camera}{c}" for p in range(6) for c in "AB"]
        (folder / name).write_text("\n".join(["path,identity,camera", *rows]))
    page = adding(opened(app))
    assert "There are 2 lists in it" in texts(page)
    page.selectbox(key="add-list").set_value(f"folder:{folder}/b.csv").run()
    assert {row["camera"] for row in files_shown(page)} == {"2A", "2B"}
    assert not [s for s in page.selectbox if s.key == "add-rule"]
    page.button(key="add-now").click().run()
    assert added() == (f"folder:{folder}/b.csv",)


def test_what_was_not_read_is_on_the_card(app: AppTest, data: str) -> None:
    root = Path(data.partition(":")[2])
    for name in ("p00/readme.txt", "stray.png", "-1/A_0.png", "-1/B_0.png"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes((root / "p00" / "A_0.png").read_bytes())
    said = texts(opened(app))
    assert "2 files are not read: 1 × files of another kind (p00/readme.txt); 1 × names that do not fit" in said
    assert "2 images of nobody (-1)" in said
    assert str(root) not in said


def test_data_that_no_protocol_splits_can_be_looked_at_and_examined(app: AppTest, tmp_path: Path) -> None:
    people_folder(tmp_path / "few", persons=2)
    app.query_params["data"] = f"folder:{tmp_path / 'few'}"
    page = examined(opened(app))
    assert not page.exception
    assert "needs at least 2 persons to train and 2 to test" in "".join(str(m.value) for m in page.sidebar.text)
    said = texts(page)
    assert "cannot split this data set" in said
    assert "8 images examined" in said
    page = page.switch_page("pages/home.py").run()
    assert not page.exception


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "new\nline", "\u202edesrever", "x" * 240, "`$*_[a](b)"]
)
def test_names_that_could_do_harm_are_shown_as_text(app: AppTest, data: str, name: str) -> None:
    root = Path(data.partition(":")[2])
    (root / "p00").rename(root / name)
    shutil.copy(root / name / "A_0.png", root / name / "A_2.png")
    page = examined(opened(app))
    assert not page.exception
    assert "duplicates of one person" in texts(page)
    drawn = "".join(grids(page))
    assert "<img src=x" not in drawn
    assert "\u202e" not in drawn
    assert drawn.count("<figure>") >= 25


def test_a_protocol_from_the_address_is_text(app: AppTest) -> None:
    app.query_params["protocol"] = "![x](http://example.org/x.png) [y](http://example.org)"
    page = opened(app)
    assert not page.exception
    shown = "".join(str(e.value) for part in (page.main.markdown, page.caption) for e in part)
    assert "cannot split this data set" in shown
    assert "![x]" not in shown
    assert "[y](" not in shown
