"""Data sets that were added: their names outlive the process, and what cannot be read leaves nothing."""

import io
import zipfile
from pathlib import Path

import pytest

from reidviz.data.catalogue import add_folder, add_zip, added, folders
from reidviz.data.formats import load
from reidviz.errors import ReidvizError
from tests.conftest import people_folder


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REIDVIZ_IMPORTS", str(tmp_path / "imports"))
    return tmp_path / "imports"


def zipped(folder: Path, file: Path) -> Path:
    with zipfile.ZipFile(file, "w") as made:
        for one in sorted(folder.rglob("*.png")):
            made.write(one, one.relative_to(folder.parent))
    return file


def test_a_zip_is_there_next_time(tmp_path: Path, data_folder: Path) -> None:
    spec = add_zip(zipped(people_folder(tmp_path / "people", persons=4), tmp_path / "people.zip"), "mine")
    assert added() == (spec,)
    assert len(load(spec).samples) == 16


def test_a_zip_that_no_layout_fits_leaves_nothing(tmp_path: Path, data_folder: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("cuhk-03.mat", b"no matrix")
    file = tmp_path / "odd.zip"
    file.write_bytes(buffer.getvalue())
    with pytest.raises(ReidvizError):
        add_zip(file, "odd")
    assert list(data_folder.iterdir()) == []
    assert added() == ()


def test_only_folders_below_the_data_folder_are_added(tmp_path: Path, data_folder: Path) -> None:
    people_folder(data_folder / "inside")
    people_folder(tmp_path / "outside")
    assert folders() == (data_folder / "inside",)
    assert add_folder(data_folder / "inside") == f"folder:{data_folder}/inside"
    with pytest.raises(ReidvizError, match="is not below the data folder"):
        add_folder(tmp_path / "outside")
