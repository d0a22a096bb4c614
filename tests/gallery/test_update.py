"""Filling a gallery: nothing twice, nothing lost, whatever happens to the files or to the process."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.common.settings import PROJECT
from reidviz.data.images.decode import decode
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.scoring.describers import image_describer_of
from reidviz.gallery import named
from reidviz.gallery import update as updating
from reidviz.gallery.named import gallery_named
from reidviz.gallery.remove import remove
from reidviz.gallery.store import Filter
from reidviz.gallery.together import joined
from reidviz.gallery.update import add, update
from tests.gallery.conftest import FORKING, stored, street


def test_a_folder_becomes_a_gallery(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street")
    (done,) = add("street", str(folder), str(model))
    assert (done.described, done.unchanged, done.gone, done.unreadable) == (12, 0, 0, ())
    gallery = gallery_named("street")
    store = gallery.store(gallery.model())
    assert set(stored()) == {file.name for file in folder.iterdir()}
    assert store.facets().cameras == ("c1", "c2", "c3")
    assert store.count(Filter(("c2",))) == 4
    (entry,) = store.entries(["20240131_120004_c2_04.png"])
    assert (entry.camera, entry.time) == ("c2", 1706702404.0)
    ranker = next(one for one in rankers_of(model) if one.kind == "distance")
    describer = image_describer_of(ranker.path, ranker.sha256)
    wanted = describer.of_sized(describer.sized(decode(folder / entry.id))[None])
    assert store.features([entry.id]) == pytest.approx(wanted, abs=1e-3)


def test_an_update_describes_what_is_new_or_changed_and_forgets_what_is_gone(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street")
    add("street", str(folder), str(model))
    before = stored()
    assert update("street")[0].described == 0
    files = sorted(folder.iterdir())
    files[0].unlink()
    os.utime(files[1])  # touched, not changed
    files[2].write_bytes(files[3].read_bytes())
    street(folder, 3, first=20)
    (done,) = update("street")
    assert (done.described, done.unchanged, done.gone) == (4, 10, 1)
    after = stored()
    assert set(after) == {file.name for file in folder.iterdir()}
    assert {name for name in after if after[name] != before.get(name)} == {
        files[1].name,
        files[2].name,
        *(file.name for file in folder.iterdir() if file.name not in before),
    }


def test_what_cannot_be_read_is_listed_and_taken_once_it_can(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 4)
    broken = folder / "broken_c1.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (done,) = add("street", str(folder), str(model))
    assert done.described == 4
    assert [one.id for one in gallery_named("street").unreadable] == ["broken_c1.png"]
    broken.write_bytes(sorted(folder.iterdir())[0].read_bytes())
    assert update("street")[0].described == 1
    assert gallery_named("street").unreadable == ()
    broken.write_bytes(b"")
    update("street")
    assert "broken_c1.png" not in stored()


def test_a_list_keeps_its_columns_and_times(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 3)
    files = sorted(file.name for file in folder.iterdir())
    lines = ["path,camera,timestamp,door", f"{files[0]},north,2024-02-01T00:00:10,<b>", f"{files[1]},,1706745611,=1+1"]
    (folder / "list.csv").write_text("\n".join(lines))
    add("street", str(folder / "list.csv"), str(model))
    gallery = gallery_named("street")
    first, second = gallery.store(gallery.model()).entries(files[:2])
    assert (first.camera, first.time, dict(first.values)["door"]) == ("north", 1706745610.0, "<b>")
    assert (second.camera, second.time, dict(second.values)["door"]) == ("", 1706745611.0, "=1+1")
    (folder / "list.csv").write_text("\n".join([lines[0], lines[1].replace("north", "south"), lines[2]]))
    assert update("street")[0].described == 1
    assert gallery.store(gallery.model()).entries(files[:1])[0].camera == "south"


def test_an_image_that_is_replaced_while_it_is_described_is_described_again(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 4)
    files = sorted(folder.iterdir())

    def replace_it(done: int, total: int, what: str) -> None:
        if done and "describing" in what:
            files[0].write_bytes(files[1].read_bytes())

    add("street", str(folder), str(model), progress=replace_it)
    assert update("street")[0].described == 1
    gallery = gallery_named("street")
    first, second = gallery.store(gallery.model()).features([file.name for file in files[:2]])
    assert (first == second).all()


def test_a_touched_file_is_read_once(tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = street(tmp_path / "street", 3)
    add("street", str(folder), str(model))
    gallery = gallery_named("street")
    features = gallery.store(gallery.model()).features(sorted(stored()))
    for file in folder.iterdir():
        os.utime(file)
    assert update("street")[0].unchanged == 3
    monkeypatch.setattr("reidviz.gallery.stamps.contents", None)
    assert update("street")[0].unchanged == 3
    assert (gallery.store(gallery.model()).features(sorted(stored())) == features).all()


def test_what_somebody_else_does_before_an_update_begins_is_not_undone(
    tmp_path: Path, model: Path, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(street(tmp_path / "street", 2))
    add("street", folder, str(model))

    def after(change: Callable[[], object]) -> Callable[[], object]:
        def first() -> object:
            monkeypatch.setattr(updating, "joined", joined)
            change()
            return joined()

        return first

    monkeypatch.setattr(updating, "joined", after(lambda: add("street", folder, str(second))))
    assert len(update("street")) == 2
    assert len(gallery_named("street").models) == 2
    monkeypatch.setattr(updating, "joined", after(lambda: remove("street")))
    with pytest.raises(ReidvizError, match="no gallery called street"):
        update("street")
    assert named.galleries() == []


def test_what_is_not_read_and_not_named_is_counted(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updating, "MOST_NAMED", 1)
    folder = street(tmp_path / "street", 20)
    (folder / "one.heic").write_bytes(b"no image")
    for name in ("a.png", "b.png", "c.png"):
        (folder / name).write_bytes(b"no image")
    add("street", str(folder), str(model))
    gallery = gallery_named("street")
    assert (len(gallery.unreadable), gallery.unnamed) == (1, 2)
    assert "1 file is not read: 1 × images in a format that is not read (.heic) (one.heic)." in gallery.notes


def test_what_is_refused(tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(street(tmp_path / "street", 2))
    for name in ("../out", "", ".hidden", "a/b", "x" * 61):
        with pytest.raises(ReidvizError, match="no name"):
            add(name, folder, str(model))
    with pytest.raises(ReidvizError, match="There is no"):
        add("a", str(tmp_path / "nowhere"), str(model))
    with pytest.raises(ReidvizError, match="There is no model"):
        add("a", folder, "nobody")
    add("a", folder, str(model))
    with pytest.raises(ReidvizError, match="keeps its features elsewhere"):
        add("a", folder, str(model), uri="http://localhost:19530")
    with pytest.raises(ReidvizError, match="has other images"):
        add("a", str(street(tmp_path / "other", 2, first=30)), str(model))
    with named.writing("a"), pytest.raises(ReidvizError, match="being added to"):
        update("a")
    monkeypatch.setenv("REIDVIZ_READ_ONLY", "1")
    for change in (lambda: update("a"), lambda: remove("a"), lambda: add("b", folder, str(model))):
        with pytest.raises(ReidvizError, match="read-only"):
            change()


KILLING = """
import random, signal, time
from pathlib import Path
from reidviz.gallery import describe, keeper, named
keeper.KEPT_AT_ONCE = describe.IMAGES_AT_ONCE = 4
chance = random.Random(0)
command = ["add", "street", "--images", sys.argv[1], "--model", sys.argv[2]]
for _ in range(10):
    pid = child(command, os.devnull)
    seen = set(named.folder_of("street").glob("features-*/*"))
    while set(named.folder_of("street").glob("features-*/*")) == seen:
        time.sleep(0.002)
        if os.waitpid(pid, os.WNOHANG)[0]:
            break
    else:
        time.sleep(chance.random() * 0.03)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    stores = [gallery.store(gallery.model()) for gallery in map(named.gallery_named, named.galleries())]
    print(*(store.count() for store in stores), flush=True)
"""


@pytest.mark.slow
def test_killed_ten_times_nothing_is_lost_or_doubled(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 240)
    script = [sys.executable, "-c", FORKING + KILLING, str(folder), str(model)]
    done = subprocess.run(script, cwd=PROJECT, check=True, stdout=subprocess.PIPE, text=True)
    counts = [int(one) for one in done.stdout.split()]
    assert len(counts) == 10
    assert counts == sorted(counts)
    assert all(count % 4 == 0 for count in counts)
    (last,) = add("street", str(folder), str(model))
    assert (last.unchanged, last.described) == (counts[-1], 240 - counts[-1])
    gallery = gallery_named("street")
    found = gallery.store(gallery.model())
    assert found.count() == 240
    assert set(stored()) == {file.name for file in folder.iterdir()}
    hits = found.search(found.features(sorted(stored())), 240)
    assert all(len(set(row)) == 240 for row in hits.ids.tolist())


def test_what_a_list_names_in_vain_is_forgotten_and_told(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 4)
    files = sorted(file.name for file in folder.iterdir())
    (folder / "photo.heic").write_bytes(b"no image")
    (folder / "list.csv").write_text("\n".join(["path", *files, "photo.heic"]))
    (done,) = add("street", str(folder / "list.csv"), str(model))
    assert (done.described, [one.id for one in done.unreadable]) == (4, ["photo.heic"])
    (folder / files[0]).unlink()
    (done,) = update("street")
    assert (done.described, done.unchanged, done.gone) == (0, 3, 1)
    assert set(stored()) == set(files[1:])
    told = {one.id: one.reason for one in gallery_named("street").unreadable}
    assert set(told) == {files[0], "photo.heic"}
    assert told[files[0]].startswith("line 2 of list.csv: there is no image")
    street(folder, 1)
    assert update("street")[0].described == 1


def test_a_list_none_of_whose_images_is_there_empties_no_gallery(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 2)
    files = sorted(file.name for file in folder.iterdir())
    (folder / "list.csv").write_text("\n".join(["path", *files]))
    add("street", str(folder / "list.csv"), str(model))
    for name in files:
        (folder / name).unlink()
    with pytest.raises(ReidvizError, match=r"None of the 2 images that list\.csv names can be read"):
        update("street")
    assert set(stored()) == set(files)


def test_times_of_a_list_that_are_not_understood_are_told(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 3)
    files = sorted(file.name for file in folder.iterdir())
    written = ["31.01.2024 08:00", "1706745599000", ""]
    lines = [f"{name},{time}" for name, time in zip(files, written, strict=True)]
    (folder / "list.csv").write_text("\n".join(["path,timestamp", *lines]))
    add("street", str(folder / "list.csv"), str(model))
    gallery = gallery_named("street")
    entries = gallery.store(gallery.model()).entries(files)
    assert [one.time for one in entries] == [None, 1706745599.0, 1706702402.0]
    assert any("not understood: 1, as '31.01.2024 08:00'" in note for note in gallery.notes)
