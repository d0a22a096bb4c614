"""Filling a gallery: nothing twice, nothing lost, whatever happens to the files or to the process."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from reidviz.common.errors import ReidvizError
from reidviz.common.settings import PROJECT
from reidviz.data.images.decode import decode
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.scoring.describers import image_describer_of
from reidviz.gallery import named
from reidviz.gallery.named import gallery_named
from reidviz.gallery.store import Filter
from reidviz.gallery.update import add, update
from tests.gallery.conftest import FORKING, street


def stored(name: str = "street") -> dict[str, str]:
    gallery = gallery_named(name)
    return gallery.store(gallery.model()).stamps()


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


def test_a_zip_is_unpacked_once_and_goes_with_the_gallery(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 5)
    with zipfile.ZipFile(tmp_path / "street.zip", "w") as packed:
        for file in folder.iterdir():
            packed.write(file, f"in/{file.name}")
    add("street", str(tmp_path / "street.zip"), str(model))
    assert add("street", str(tmp_path / "street.zip"), str(model))[0].unchanged == 5
    assert set(stored()) == {f"in/{file.name}" for file in folder.iterdir()}
    named.remove("street")
    assert named.galleries() == []
    assert list(named.folder_of("x").parent.iterdir()) == []


def test_given_features_and_a_second_model(tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reidviz.cli.main import main

    monkeypatch.setenv("REIDVIZ_MODELS", str(tmp_path / "models"))
    folder = street(tmp_path / "street", 6)
    files = sorted(file.name for file in folder.iterdir())
    features = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)
    np.savez(tmp_path / "given.npz", features=features, ids=np.array(files[:5]))
    assert main(["models", "add", str(tmp_path / "given.npz"), "--name", "given"]) == 0
    add("street", str(folder), str(model))
    done = add("street", str(folder), "given")
    assert [(one.described, one.unchanged) for one in done] == [(0, 6), (5, 0)]
    gallery = gallery_named("street")
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    assert gallery.store(gallery.model("given")).features(files[:5]) == pytest.approx(unit, abs=1e-3)
    assert [one.id for one in gallery.unreadable] == files[5:]


def test_given_features_by_euclidean_distance(tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reidviz.cli.main import main

    monkeypatch.setenv("REIDVIZ_MODELS", str(tmp_path / "models"))
    folder = street(tmp_path / "street", 6)
    files = sorted(file.name for file in folder.iterdir())
    features = 50 * np.random.default_rng(0).normal(size=(6, 7)).astype(np.float32)
    np.savez(tmp_path / "given.npz", features=features, ids=np.array(files))
    command = ["models", "add", str(tmp_path / "given.npz"), "--name", "far", "--distance", "euclidean"]
    assert main(command) == 0
    add("street", str(folder), "far")
    gallery = gallery_named("street")
    store = gallery.store(gallery.model())
    assert (store.features(files) == features).all()
    probe = features[:1] + 1
    wanted = ((features - probe) ** 2).sum(1)
    hits = store.search(probe, 6)
    assert hits.ids[0].tolist() == [files[i] for i in np.argsort(wanted)]
    assert hits.distances[0] == pytest.approx(np.sort(wanted), rel=1e-4)


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
    with pytest.raises(ReidvizError, match="has other images"):
        add("a", str(street(tmp_path / "other", 2)), str(model))
    with named.writing("a"), pytest.raises(ReidvizError, match="being added to"):
        update("a")
    monkeypatch.setenv("REIDVIZ_READ_ONLY", "1")
    for change in (lambda: update("a"), lambda: named.remove("a"), lambda: add("b", folder, str(model))):
        with pytest.raises(ReidvizError, match="read-only"):
            change()


def test_a_record_that_was_tampered_with_is_a_sentence(tmp_path: Path, model: Path) -> None:
    add("street", str(street(tmp_path / "street", 2)), str(model))
    file = named.folder_of("street") / named.FILE
    told = json.loads(file.read_text())
    for broken in ("{", json.dumps(told | {"name": "other"}), json.dumps(told | {"models": 3})):
        file.write_text(broken)
        with pytest.raises(ReidvizError):
            gallery_named("street")


KILLING = """
import random, signal, time
from pathlib import Path
from reidviz.gallery import describe, named, update
update.KEPT_AT_ONCE = describe.IMAGES_AT_ONCE = 4
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


def test_a_gallery_in_milvus(tmp_path: Path, model: Path) -> None:
    pytest.importorskip("pymilvus", reason="needs requirements-cluster.txt")
    pytest.importorskip("milvus_lite", reason="needs requirements-cluster.txt")
    folder = street(tmp_path / "street", 7)
    uri = str(tmp_path / "features.db")
    assert add("street", str(folder), str(model), uri=uri)[0].described == 7
    min(folder.iterdir()).unlink()
    assert update("street")[0].gone == 1
    assert set(stored()) == {file.name for file in folder.iterdir()}
    named.remove("street")
    assert add("street", str(folder), str(model), uri=uri)[0].described == 6


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
