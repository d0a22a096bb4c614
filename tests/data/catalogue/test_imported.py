"""Data sets that were added: their names outlive the process, and what cannot be read leaves nothing."""

import io
import zipfile
from math import inf
from pathlib import Path

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.common.leftovers import sweep
from reidviz.common.printable import short
from reidviz.data.catalogue import imported as catalogue
from reidviz.data.catalogue.imported import (
    add,
    add_list,
    added,
    candidates,
    discard,
    folders,
    is_unpacked,
    questionable,
    remove,
    unpack,
    unpacked_for,
)
from reidviz.data.formats import corrected, excluded, load
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


def test_a_zip_is_there_next_time_and_gone_when_removed(tmp_path: Path, data_folder: Path) -> None:
    folder, (spec,) = unpack(zipped(people_folder(tmp_path / "people", persons=4), tmp_path / "people.zip"), "mine")
    assert added() == ()
    add("mine", spec)
    assert added() == (spec,)
    assert len(load(spec).samples) == 16
    assert unpacked_for(spec)
    remove(spec)
    assert (added(), folder.exists()) == ((), False)
    with pytest.raises(ReidvizError, match="was not added here"):
        remove(spec)


def test_a_list_is_added_once_it_can_be_read_and_goes_with_its_data_set(tmp_path: Path, data_folder: Path) -> None:
    people = load(f"folder:{people_folder(tmp_path / 'people')}")
    spec = add_list("mended", "corrected", lambda file: corrected.write(file, people, {"p01": "p00"}))
    assert added() == (spec,)
    with pytest.raises(ReidvizError, match="already a list called mended"):
        add_list("mended", "corrected", lambda file: corrected.write(file, people, {"p01": "p00"}))
    fewer = add_list("fewer", "without", lambda file: excluded.write(file, load(spec), ["p05/A_0.png"]))
    remove(spec)
    assert len(load(fewer).samples) == 23
    remove(fewer)
    assert not (data_folder / "fewer.json").exists()
    other = add_list("other", "corrected", lambda file: corrected.write(file, people, {"p01": "p00"}))
    remove(other)
    assert add_list("other", "corrected", lambda file: corrected.write(file, people, {"p02": "p00"})) == other
    for name in ("", "a/b", ".a", "a#names=none"):
        with pytest.raises(ReidvizError, match="cannot be a file's name"):
            add_list(name, "corrected", lambda file: corrected.write(file, people, {"p01": "p00"}))
    with pytest.raises(ReidvizError, match="are not in"):
        add_list("wrong", "corrected", lambda file: corrected.write(file, people, {"nobody": "p00"}))
    assert not (data_folder / "wrong.json").exists()
    assert added() == (other,)


def test_removing_a_folder_that_was_not_unpacked_here_leaves_its_images(data_folder: Path) -> None:
    folder = people_folder(data_folder / "inside")
    add("inside", f"folder:{folder}")
    assert not unpacked_for(f"folder:{folder}")
    remove(f"folder:{folder}")
    assert added() == ()
    assert len(load(f"folder:{folder}").samples) == 24
    discard(folder)
    assert folder.is_dir()


def test_a_name_that_another_has_gets_a_number_and_removing_one_leaves_the_other(
    tmp_path: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder elsewhere may be called as one that was unpacked here, and that one be added by two rules."""
    folder, (unpacked,) = unpack(zipped(people_folder(tmp_path / "people"), tmp_path / "people.zip"), "mine")
    shared = people_folder(tmp_path / "shared" / "mine")
    monkeypatch.setenv("REIDVIZ_DATA", str(tmp_path / "shared"))
    for spec in (f"folder:{shared}", unpacked, f"{unpacked}#names=none", unpacked):
        add("mine", spec)
    assert set(added()) == {f"folder:{shared}", unpacked, f"{unpacked}#names=none"}
    remove(f"folder:{shared}")
    assert not unpacked_for(unpacked)
    remove(unpacked)
    assert folder.is_dir()
    assert unpacked_for(f"{unpacked}#names=none")
    remove(f"{unpacked}#names=none")
    assert (added(), folder.exists(), shared.is_dir()) == ((), False, True)


def test_a_zip_that_was_unpacked_and_not_added_can_be_discarded(tmp_path: Path, data_folder: Path) -> None:
    folder, _ = unpack(zipped(people_folder(tmp_path / "people"), tmp_path / "people.zip"), "mine")
    discard(folder)
    assert not folder.exists()


def test_a_zip_that_no_layout_fits_leaves_nothing(tmp_path: Path, data_folder: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("cuhk-03.mat", b"no matrix")
    file = tmp_path / "odd.zip"
    file.write_bytes(buffer.getvalue())
    with pytest.raises(ReidvizError):
        unpack(file, "odd")
    assert list(data_folder.iterdir()) == []
    assert added() == ()


def test_only_folders_below_the_data_folder_are_added(tmp_path: Path, data_folder: Path) -> None:
    people_folder(data_folder / "inside")
    people_folder(tmp_path / "outside")
    assert folders() == (data_folder / "inside",)
    assert candidates(data_folder / "inside") == (f"folder:{data_folder}/inside",)
    with pytest.raises(ReidvizError, match="is not below the data folder"):
        candidates(tmp_path / "outside")


def test_two_lists_are_two_candidates(data_folder: Path) -> None:
    folder = people_folder(data_folder / "listed")
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text("path,identity\np00/A_0.png,ann\n")
    (folder / "notes.csv").write_text("when,what\n1,2\n")
    assert candidates(folder) == (f"folder:{folder}/a.csv", f"folder:{folder}/b.csv")
    (folder / "b.csv").unlink()
    (folder / "campus").mkdir()
    (folder / "p00" / "A_0.png").rename(folder / "campus" / "0001001.png")
    (folder / "a.csv").write_text("path,identity\ncampus/0001001.png,ann\n")
    assert candidates(folder) == (f"folder:{folder}/a.csv",)


def test_what_is_likely_misread_is_asked_about(tmp_path: Path) -> None:
    one = people_folder(tmp_path / "one", persons=1)
    assert "1 person of 4 images" in questionable(load(f"folder:{one}"))
    people = people_folder(tmp_path / "two", persons=2)
    assert questionable(load(f"folder:{people}")) == ""
    assert "2 persons" not in questionable(load(f"folder:{people}"))
    (people / "p00" / "C_1.png").write_bytes((people / "p00" / "A_0.png").read_bytes())
    assert "3 cameras but only 2 persons" in questionable(load(f"folder:{people}"))


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), ReidvizError("No.")])
def test_a_zip_over_which_reading_fails_leaves_nothing(
    tmp_path: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    file = zipped(people_folder(tmp_path / "people"), tmp_path / "people.zip")

    def fail(folder: Path) -> tuple[str, ...]:
        assert is_unpacked(folder)
        raise error

    monkeypatch.setattr(catalogue, "candidates", fail)
    with pytest.raises(ReidvizError):
        unpack(file, "mine")
    assert list(data_folder.iterdir()) == []


def test_removing_that_is_cut_short_leaves_the_name_free(
    tmp_path: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, (spec,) = unpack(zipped(people_folder(tmp_path / "people"), tmp_path / "people.zip"), "mine")
    add("mine", spec)
    discard(folder)
    assert folder.is_dir()
    with monkeypatch.context() as patched:
        patched.setattr("shutil.rmtree", lambda *_, **__: None)
        remove(spec)
    (left,) = data_folder.iterdir()
    assert (left.name[0], added()) == (".", ())
    assert sweep(inf) == 1
    assert unpack(tmp_path / "people.zip", "mine")[0] == folder


def test_an_import_goes_by_the_name_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_IMPORTS", str(tmp_path / "imports"))
    assert short(f"folder:{tmp_path}/imports/corridor/export/images") == "folder:corridor"
    assert short(f"folder:{tmp_path}/imports/corridor") == "folder:corridor"
    assert short(f"folder:{tmp_path}/elsewhere/images") == "folder:images"


def test_a_link_out_of_the_data_folder_is_no_data_set(data_folder: Path, tmp_path: Path) -> None:
    data_folder.mkdir()
    (tmp_path / "outside.txt").write_text("whatever it says")
    (data_folder / "odd.spec").symlink_to(tmp_path / "outside.txt")
    assert added() == ()
