"""Models from elsewhere on the command line: their figures are those of a few lines of NumPy."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from reidviz.cli.main import main
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.ranking.ranking import rank
from reidviz.evaluation.scores import Scores
from reidviz.models.added.store import added_models
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card
from tests.conftest import SMALL, network, people_folder

RNG = np.random.default_rng(7)
PROTOCOL = "half-multi:0"


@pytest.fixture(autouse=True)
def own_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_MODELS", str(tmp_path / "models"))


@pytest.fixture
def data(tmp_path: Path) -> str:
    return f"folder:{people_folder(tmp_path / 'people', persons=12)}"


@pytest.fixture
def world(data: str) -> tuple[Dataset, Split, np.ndarray]:
    dataset = load(data)
    return dataset, split(dataset, PROTOCOL), RNG.normal(size=(len(dataset.samples), 9)).astype(np.float32)


def run(*arguments: str | Path) -> int:
    return main([str(one) for one in arguments])


def figures(data: str, out: Path, *models: str | Path, more: tuple[str, ...] = ()) -> list[dict[str, float]]:
    asked = [part for one in models for part in ("--model", str(one))]
    assert run("evaluate", "--data", data, "--protocol", PROTOCOL, *asked, *more, "--json", out) == 0
    found: list[dict[str, float]] = [
        {"1": one["cmc"]["1"], "mAP": one["mAP"]} for one in json.loads(out.read_text())["models"]
    ]
    return found


def plain(matrix: np.ndarray, dataset: Dataset, parts: Split) -> dict[str, float]:
    ranking = rank(Scores("dissimilarity", matrix.astype(np.float32)), ground_truth(dataset, parts))
    return {"1": ranking.cmc_at(1), "mAP": ranking.mean_average_precision()}


def test_features_by_name_and_without_being_added(
    data: str, world: tuple[Dataset, Split, np.ndarray], tmp_path: Path
) -> None:
    dataset, parts, features = world
    file = tmp_path / "feats.npz"
    np.savez(file, features=features, paths=np.array([f"/elsewhere/{s.id}" for s in dataset.samples]))
    assert run("models", "add", file, "--name", "euclid", "--distance", "euclidean") == 0
    distances = ((features[parts.probes][:, None] - features[parts.gallery][None]) ** 2).sum(2)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    found = figures(data, tmp_path / "out.json", "euclid", file)
    assert found[0] == plain(distances, dataset, parts)
    assert found[1] == plain(-(unit[parts.probes] @ unit[parts.gallery].T), dataset, parts)


def test_a_mat_by_persons_and_cameras(data: str, world: tuple[Dataset, Split, np.ndarray], tmp_path: Path) -> None:
    dataset, parts, features = world
    cameras = {"A": 1, "B": 2}

    def side(name: str, positions: np.ndarray) -> dict[str, np.ndarray]:
        samples = [dataset.samples[i] for i in positions.tolist()]
        return {
            f"{name}_f": features[positions],
            f"{name}_label": np.array([[int(s.identity[1:]) for s in samples]]),
            f"{name}_cam": np.array([[cameras[s.camera or ""] for s in samples]]),
        }

    file = tmp_path / "result.mat"
    savemat(file, side("query", parts.probes) | side("gallery", parts.gallery))
    assert run("models", "add", file, "--name", "mat") == 1
    assert run("models", "add", file, "--name", "mat", "--data", data, "--protocol", PROTOCOL) == 0
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    (found,) = figures(data, tmp_path / "out.json", "mat")
    assert found == plain(-(unit[parts.probes] @ unit[parts.gallery].T), dataset, parts)


def test_a_matrix_either_way(data: str, world: tuple[Dataset, Split, np.ndarray], tmp_path: Path) -> None:
    dataset, parts, _ = world
    matrix = RNG.random((len(parts.probes), len(parts.gallery))).astype(np.float32)
    np.save(tmp_path / "m.npy", matrix)
    asked = ("--as", "scores", "--data", data, "--protocol", PROTOCOL)
    assert run("models", "add", tmp_path / "m.npy", "--name", "unsaid", *asked) == 1
    for nearer in ("smaller", "larger"):
        assert run("models", "add", tmp_path / "m.npy", "--name", nearer, *asked, "--nearer", nearer) == 0
    found = figures(data, tmp_path / "out.json", "smaller", "larger")
    assert found == [plain(matrix, dataset, parts), plain(-matrix, dataset, parts)]


def test_what_is_exported_comes_in_again_with_the_same_figures(data: str, tmp_path: Path) -> None:
    path = tmp_path / "mtdnet.safetensors"
    card = Card("mtdnet", "mtdnet", SMALL, {}, "x", "h", "half:0", "fresh", 0, 0)
    save_checkpoint(path, network("mtdnet"), card)
    common = ("--data", data, "--protocol", PROTOCOL, "--model", path)
    for score in ("ranking", "classifier", "fused"):
        assert run("export", "scores", *common, "--score", score, "--out", tmp_path / f"{score}.npz") == 0
        assert run("models", "add", tmp_path / f"{score}.npz", "--name", score) == 0
    ours = figures(data, tmp_path / "a.json", path)
    given = figures(data, tmp_path / "b.json", "classifier", "ranking", "fused")
    assert given == ours


def test_fused_re_ranked_and_expanded(data: str, world: tuple[Dataset, Split, np.ndarray], tmp_path: Path) -> None:
    dataset, _, features = world
    ids = np.array([sample.id for sample in dataset.samples])
    for name, seed in (("one", 1), ("other", 2)):
        noisy = features + np.random.default_rng(seed).normal(size=features.shape)
        np.savez(tmp_path / f"{name}.npz", features=noisy.astype(np.float32), ids=ids)
        assert run("models", "add", tmp_path / f"{name}.npz", "--name", name) == 0
    found = figures(
        data, tmp_path / "out.json", "one", "other", more=("--rerank", "5,2,0.3", "--expand", "2", "--fuse")
    )
    told = json.loads((tmp_path / "out.json").read_text())["models"]
    assert [one["name"] for one in told] == [
        "one",
        "one re-ranked",
        "one expanded",
        "other",
        "other re-ranked",
        "other expanded",
        "one + other",
    ]
    assert told[-1]["weight_fitted"]
    assert len(found) == 7


def test_of_what_is_known_of_some_images_only_these_are_ranked(
    data: str, world: tuple[Dataset, Split, np.ndarray], tmp_path: Path
) -> None:
    dataset, parts, features = world
    known = np.delete(parts.gallery, slice(None, None, 3))
    ids = np.array([dataset.samples[i].id for i in known.tolist()])
    np.savez(tmp_path / "some.npz", features=features[known], ids=ids)
    assert run("models", "add", tmp_path / "some.npz", "--name", "some") == 0
    asked = ("--data", data, "--protocol", PROTOCOL, "--model", "some")
    assert run("evaluate", *asked, "--json", tmp_path / "o.json") == 0
    told = json.loads((tmp_path / "o.json").read_text())
    assert told["gallery"] == len(np.intersect1d(known, parts.gallery)) < len(parts.gallery)
    assert any("some knows" in remark for remark in told["remarks"])


def test_list_rename_remove(
    tmp_path: Path, world: tuple[Dataset, Split, np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, features = world
    np.savez(tmp_path / "f.npz", features=features, ids=np.arange(len(features)).astype(str))
    assert run("models", "add", tmp_path / "f.npz", "--name", "mtdnet") == 1
    assert run("models", "add", tmp_path / "f.npz", "--name", "../out") == 1
    assert run("models", "add", tmp_path / "f.npz", "--name", "a") == 0
    assert run("models", "add", tmp_path / "f.npz", "--name", "a") == 1
    assert run("models", "rename", "a", "b c") == 0
    capsys.readouterr()
    assert run("models", "list") == 0
    assert "b c" in capsys.readouterr().out
    assert run("models", "remove", "a") == 1
    assert run("models", "remove", "b c") == 0
    assert added_models() == []
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize("name", ["net.pth", "net.pkl", "net.zip"])
def test_pickles_and_other_files_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\x80\x04")
    assert run("models", "add", tmp_path / name, "--name", "x") == 1


def test_a_file_whose_name_is_no_unicode_is_read(
    data: str, world: tuple[Dataset, Split, np.ndarray], tmp_path: Path
) -> None:
    dataset, _, features = world
    file = tmp_path / os.fsdecode(b"od\xff d.npz")
    np.savez(file, features=features, ids=np.array([sample.id for sample in dataset.samples]))
    asked = ("--data", data, "--protocol", PROTOCOL, "--model", str(file))
    assert run("evaluate", *asked) == 0
    assert run("evaluate", *asked) == 0
