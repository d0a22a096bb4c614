"""The records of galleries: they are read where they lie now, are of one gallery alone, and can be taken away."""

import json
from pathlib import Path

import pytest

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.gallery import named
from reidviz.gallery.exact.exact_store import ExactStore
from reidviz.gallery.named import gallery_named
from reidviz.gallery.remove import remove
from reidviz.gallery.store import Distance
from reidviz.gallery.update import add, update
from tests.gallery.conftest import stored, street, zipped


def test_a_gallery_of_a_zip_moves_with_its_folder(tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add("street", zipped(street(tmp_path / "street", 2)), str(model))
    file = named.folder_of("street") / named.FILE
    whole = f"images:{named.folder_of('street')}/images"
    assert gallery_named("street").source == whole
    older = json.dumps(json.loads(file.read_text()) | {"source": whole})
    for record in (file.read_text(), older):
        file.write_text(record)
        place = tmp_path / f"moved {len(record)}"
        settings.galleries_dir().rename(place)
        monkeypatch.setenv("REIDVIZ_GALLERIES", str(place))
        file = named.folder_of("street") / named.FILE
        assert update("street")[0].unchanged == 2


def test_a_record_that_was_tampered_with_is_a_sentence(tmp_path: Path, model: Path) -> None:
    add("street", str(street(tmp_path / "street", 2)), str(model))
    file = named.folder_of("street") / named.FILE
    told = json.loads(file.read_text())
    for broken in ("{", json.dumps(told | {"name": "other"}), json.dumps(told | {"models": 3})):
        file.write_text(broken)
        with pytest.raises(ReidvizError):
            gallery_named("street")
    remove("street")
    assert named.galleries() == []


def test_a_record_of_the_version_before_is_read(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 2)
    add("street", str(folder), str(model))
    file = named.folder_of("street") / named.FILE
    told = json.loads(file.read_text())
    file.write_text(
        json.dumps({key: told[key] for key in ("name", "source", "models", "unreadable", "uri", "created")})
    )
    assert add("street", str(folder), str(model))[0].unchanged == 2
    assert gallery_named("street").id == ""


def test_what_a_killed_removal_left_is_in_nobodys_way(tmp_path: Path, model: Path) -> None:
    add("street", str(street(tmp_path / "street", 2)), str(model))
    (settings.galleries_dir() / ".street.deleted" / "x").mkdir(parents=True)
    remove("street")
    assert named.galleries() == []


def test_galleries_of_one_name_in_one_milvus_are_two(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_files(uri: str, collection: str, dimensions: int, distance: Distance) -> ExactStore:
        return ExactStore(tmp_path / "milvus" / collection, dimensions, "float32", distance)

    monkeypatch.setattr(named, "MilvusStore", in_files)
    for place, first in (("here", 0), ("there", 20)):
        monkeypatch.setenv("REIDVIZ_GALLERIES", str(tmp_path / place))
        add("street", str(street(tmp_path / f"of {place}", 3, first)), str(model), uri="http://localhost:19530")
    for place in ("here", "there"):
        monkeypatch.setenv("REIDVIZ_GALLERIES", str(tmp_path / place))
        assert set(stored()) == {file.name for file in (tmp_path / f"of {place}").iterdir()}


def test_a_gallery_in_milvus(tmp_path: Path, model: Path) -> None:
    pytest.importorskip("pymilvus", reason="needs requirements-cluster.txt")
    pytest.importorskip("milvus_lite", reason="needs requirements-cluster.txt")
    folder = street(tmp_path / "street", 7)
    uri = str(tmp_path / "features.db")
    assert add("street", str(folder), str(model), uri=uri)[0].described == 7
    min(folder.iterdir()).unlink()
    assert update("street")[0].gone == 1
    assert set(stored()) == {file.name for file in folder.iterdir()}
    remove("street")
    assert add("street", str(folder), str(model), uri=uri)[0].described == 6
