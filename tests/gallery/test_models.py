"""The models that described a gallery: several, given features, and such as moved or are gone."""

from pathlib import Path

import numpy as np
import pytest

from reidviz.common.errors import ReidvizError
from reidviz.gallery.models import ranker_of
from reidviz.gallery.named import gallery_named
from reidviz.gallery.remove import remove_model
from reidviz.gallery.update import add, update
from tests.gallery.conftest import street


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


def test_a_model_that_is_gone_is_named_and_the_others_go_on(tmp_path: Path, model: Path, second: Path) -> None:
    folder = street(tmp_path / "street", 2)
    add("street", str(folder), str(model))
    add("street", str(folder), str(second))
    model.unlink()
    street(folder, 1, first=5)
    (done,) = update("street")
    assert (done.described, done.unchanged) == (1, 2)
    gallery = gallery_named("street")
    assert any(note.startswith(f"{gallery.models[0].name} cannot describe") for note in gallery.notes)
    assert remove_model("street", "small") == gallery.models[0].name
    assert update("street")[0].unchanged == 3
    assert gallery_named("street").notes == ("The camera is the word like c2 or cam2 in a file's name.",)
    assert not gallery.features(gallery.models[0]).exists()
    with pytest.raises(ReidvizError, match="alone described"):
        remove_model("street", "")


def test_a_model_that_moved_is_known_by_its_weights(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("street", str(street(tmp_path / "street", 2)), str(model))
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    for file in tmp_path.glob("small.*"):
        file.rename(shipped / f"mtdnet{file.suffix}")
    with pytest.raises(ReidvizError, match="no model"):
        update("street")
    monkeypatch.setattr("reidviz.common.settings.CHECKPOINTS", shipped)
    assert update("street")[0].unchanged == 2
    assert ranker_of(gallery_named("street").model()).path == shipped / "mtdnet.safetensors"


def test_a_model_is_found_by_name_file_or_weights(tmp_path: Path, model: Path) -> None:
    add("street", str(street(tmp_path / "street", 2)), str(model))
    gallery = gallery_named("street")
    (only,) = gallery.models
    for asked in ("", only.name, "small", str(model), only.sha256):
        assert gallery.model(asked) == only
    with pytest.raises(ReidvizError, match="was not described by mtdnet"):
        gallery.model("mtdnet")
