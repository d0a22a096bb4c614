"""The Data page: card, split, pictures, the doctor, and adding data sets."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.data.catalogue import added, folders
from reidviz.data.formats import load
from reidviz.ui.jobs import board
from tests.conftest import people_folder
from tests.pages.conftest import settled


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
    for job in list(board()._jobs.values()):
        job._thread.join()
    return page.run()


def grids(page: AppTest) -> list[str]:
    return [str(e.value) for e in page.main.get("html") if "rv-grid" in str(e.value)]


def test_card_split_and_pictures_are_on_screen_at_once(app: AppTest) -> None:
    page = opened(app)
    assert not page.exception
    assert {m.label: m.value for m in page.metric} == {
        "Persons": "6", "Cameras": "2", "Pictures": "24", "Pictures a person": "4",
    }  # fmt: skip
    said = texts(page)
    assert "| training | 3 | 12 |" in said
    assert "| probes | 3 | 6 |" in said
    assert "24 of 24 pictures" in said
    assert grids(page)[0].count("<figure>") == 24
    assert "DukeMTMC-reID was withdrawn" in said


def test_pictures_by_person_camera_and_role(app: AppTest) -> None:
    page = opened(app)
    page.selectbox(key="browse-person").set_value("p02").run()
    page.selectbox(key="browse-camera").set_value("B").run()
    assert grids(page)[0].count("<figure>") == 2
    page.button(key="browse-select").click().run()
    assert set(page.session_state["selection"].ids) == {"p02/B_0.png", "p02/B_1.png"}
    page.selectbox(key="browse-person").set_value("all").run()
    page.selectbox(key="browse-role").set_value("gallery").run()
    page.selectbox(key="browse-camera").set_value("A").run()
    assert "No picture is like that" in texts(page)


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
    assert kinds.options == ["unreadable (2 pictures)", "duplicates of one person (1 picture)"]
    kinds.set_value(["unreadable", "duplicates of one person"])
    next(t for t in page.text_input if t.label == "Name").set_value("clean people")
    next(b for b in page.button if b.label == "Write and choose it").click().run()
    assert not page.exception
    assert page.sidebar.selectbox(key="data").value == f"without:{data_folder}/clean people.json"
    assert {m.label: m.value for m in page.metric}["Pictures"] == "24"
    assert f"without:{data_folder}/clean people.json" in added()
    assert (root / "p01" / "A_9.png").is_file()


def test_healthy_data_are_said_to_be(app: AppTest, data: str) -> None:
    import numpy as np
    from PIL import Image

    noise = np.random.default_rng(0)
    for file in sorted(Path(data.partition(":")[2]).rglob("*.png")):
        Image.fromarray(noise.integers(0, 256, (48, 24, 3), dtype=np.uint8)).save(file)
    page = examined(opened(app))
    assert "Nothing was found wrong." in texts(page)


def test_a_folder_below_the_data_folder_is_added_and_chosen(app: AppTest, data_folder: Path) -> None:
    for name in ("cam_a/000_0.bmp", "cam_b/000_90.bmp", "cam_a/001_0.bmp", "cam_b/001_90.bmp"):
        for person in range(3):
            file = data_folder / "my viper" / name.replace("000", f"{person}00").replace("001", f"{person}01")
            file.parent.mkdir(parents=True, exist_ok=True)
            from PIL import Image

            Image.new("RGB", (48, 128), (40 * person, 90, 60)).save(file)
    assert [p.name for p in folders()] == ["my viper"]
    page = opened(app)
    page.button(key="add-folder-now").click().run()
    assert not page.exception
    spec = f"viper:{data_folder}/my viper"
    assert page.sidebar.selectbox(key="data").value == spec
    assert added() == (spec,)
    assert "VIPeR is published with 632 persons; 6 were found." in texts(page)
    assert len(load(spec).samples) == 12


def test_without_a_folder_it_says_where_to_put_one(app: AppTest, data_folder: Path) -> None:
    assert f"There is no folder in {data_folder}" in texts(opened(app))


def test_a_folder_without_pictures_gets_a_sentence(app: AppTest, data_folder: Path) -> None:
    (data_folder / "holiday" / "beach").mkdir(parents=True)
    page = opened(app)
    page.button(key="add-folder-now").click().run()
    assert not page.exception
    assert "No picture was found" in texts(page)
    people_folder(data_folder / "holiday", persons=4)
    page.button(key="add-folder-now").click().run()
    assert page.sidebar.selectbox(key="data").value == f"folder:{data_folder}/holiday"


def test_data_that_no_protocol_splits_can_be_looked_at_and_examined(app: AppTest, tmp_path: Path) -> None:
    people_folder(tmp_path / "few", persons=2)
    app.query_params["data"] = f"folder:{tmp_path / 'few'}"
    page = examined(opened(app))
    assert not page.exception
    assert "needs at least 2 persons to train and 2 to test" in "".join(str(m.value) for m in page.sidebar.text)
    said = texts(page)
    assert "cannot split this data set" in said
    assert "8 pictures examined" in said
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
