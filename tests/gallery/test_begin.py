"""Which images a gallery is of: those that somebody means, and no leftovers of others."""

import zipfile
from pathlib import Path

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.gallery import named
from reidviz.gallery.named import gallery_named
from reidviz.gallery.remove import remove
from reidviz.gallery.update import add
from tests.gallery.conftest import stored, street, zipped


def test_a_zip_is_unpacked_once_and_goes_with_the_gallery(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 5)
    file = zipped(folder)
    add("street", file, str(model))
    assert add("street", file, str(model))[0].unchanged == 5
    assert set(stored()) == {f"in/{file.name}" for file in folder.iterdir()}
    remove("street")
    assert named.galleries() == []
    assert list(named.folder_of("x").parent.iterdir()) == []


def test_another_zip_is_not_taken_for_that_of_the_gallery(tmp_path: Path, model: Path) -> None:
    one, two = zipped(street(tmp_path / "one", 2)), zipped(street(tmp_path / "two", 3, first=20))
    add("street", one, str(model))
    with pytest.raises(ReidvizError, match="has other images"):
        add("street", two, str(model))
    assert len(stored()) == 2


def test_a_zip_that_fails_leaves_nothing_that_the_next_one_meets(tmp_path: Path, model: Path) -> None:
    wrong = tmp_path / "wrong.zip"
    with zipfile.ZipFile(wrong, "w") as packed:
        packed.writestr("x.mat", b"123")
    with pytest.raises(ReidvizError):
        add("street", str(wrong), str(model))
    one, two = zipped(street(tmp_path / "one", 2)), zipped(street(tmp_path / "two", 3, first=20))
    with pytest.raises(ReidvizError, match="no regular expression"):
        add("street", one, str(model), rule="(?P<camera>")
    (named.folder_of("street") / named.IMAGES).mkdir()  # what a process left that was killed
    assert add("street", two, str(model))[0].described == 3


def test_the_list_in_a_zip_says_what_its_images_are(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 3)
    names = sorted(file.name for file in folder.iterdir())
    (folder / "list.csv").write_text("path,camera\n" + "".join(f"{name},gate\n" for name in names[:2]))
    add("street", zipped(folder), str(model))
    gallery = gallery_named("street")
    assert {entry.id: entry.camera for entry in gallery.store(gallery.model()).entries(names[:2])} == {
        names[0]: "gate",
        names[1]: "gate",
    }
    assert any("that the list does not name" in note for note in gallery.notes)
    add("by names", zipped(folder), str(model), rule="part:3")
    assert any("files of another kind (in/list.csv)" in note for note in gallery_named("by names").notes)


def test_images_that_moved_are_found_in_their_new_place(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 5)
    add("street", str(folder), str(model))
    folder.rename(tmp_path / "moved")
    street(folder, 5, first=20)
    street(tmp_path / "moved", 1, first=9)
    (done,) = add("street", str(tmp_path / "moved"), str(model))
    assert (done.described, done.unchanged, done.gone) == (1, 5, 0)
    with pytest.raises(ReidvizError, match="has other images"):
        add("street", str(folder), str(model))


def test_a_folder_that_is_called_like_a_data_set_is_a_folder(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    street(tmp_path / "market1501", 2)
    monkeypatch.chdir(tmp_path)
    assert add("street", "market1501", str(model))[0].described == 2


def test_more_columns_than_milvus_takes_are_refused_at_once(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 1)
    (name,) = (file.name for file in folder.iterdir())
    columns = ",".join(f"k{n}" for n in range(256))
    (folder / "list.csv").write_text(f"path,{columns}\n{name}{',v' * 256}\n")
    with pytest.raises(ReidvizError, match="256 further columns"):
        add("street", str(folder / "list.csv"), str(model), uri="http://localhost:19530")
    assert named.galleries() == []
