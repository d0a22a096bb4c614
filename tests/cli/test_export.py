"""What is exported, read back, is what the app ranks by."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from pyarrow import parquet

from reidviz.cli.main import main
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import evaluate
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.ranking.ranking import rank
from reidviz.evaluation.scores import Scores
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card
from tests.conftest import SMALL, network, people_folder


@pytest.fixture
def data(tmp_path: Path) -> str:
    return f"folder:{people_folder(tmp_path / 'people')}"


def model(tmp_path: Path, variant: str = "mtdnet") -> Path:
    path = tmp_path / f"{variant}.safetensors"
    save_checkpoint(path, network(variant), Card(variant, variant, SMALL, {}, "x", "h", "half:0", "fresh", 0, 0))
    return path


def export(what: str, data: str, model: Path, out: Path, *more: str) -> int:
    return main(["export", what, "--data", data, "--model", str(model), "--out", str(out), *more])


def test_distances_of_exported_features_are_those_of_the_app(data: str, tmp_path: Path) -> None:
    path, out = model(tmp_path), tmp_path / "features.npz"
    assert export("features", data, path, out) == 0
    read = np.load(out, allow_pickle=False)
    dataset = load(data)
    assert read["ids"].tolist() == [sample.id for sample in dataset.samples]
    assert read["identities"].tolist() == dataset.identities.tolist()
    assert read["cameras"].tolist() == dataset.cameras.tolist()
    parts = split(dataset, "half:0")
    probes, gallery = (read["features"][places] for places in (parts.probes, parts.gallery))
    plain = ((probes[:, None] - gallery[None]) ** 2).sum(axis=2)
    ranker = next(one for one in rankers_of(path) if one.kind == "distance")
    np.testing.assert_allclose(plain, evaluate(ranker, dataset, parts).scores.matrix, atol=1e-5)


def test_parquet_and_npz_hold_the_same(data: str, tmp_path: Path) -> None:
    path = model(tmp_path, "mtdnet-rnk")
    files = [tmp_path / "a.npz", tmp_path / "a.parquet"]
    for out in files:
        assert export("features", data, path, out, "--images", "gallery", "--protocol", "half:0") == 0
    npz, table = np.load(files[0], allow_pickle=False), parquet.read_table(files[1])
    assert len(npz["ids"]) == len(split(load(data), "half:0").gallery)
    for name in ("ids", "identities", "cameras"):
        assert table[name].to_pylist() == npz[name].tolist()
    np.testing.assert_array_equal(np.array(table["features"].to_pylist(), np.float32), npz["features"])


@pytest.mark.parametrize(("score", "nearer"), [("ranking", False), ("classifier", True), ("fused", True)])
def test_exported_scores_give_the_same_figures(data: str, tmp_path: Path, score: str, nearer: bool) -> None:
    path, out = model(tmp_path), tmp_path / "scores.npz"
    assert export("scores", data, path, out, "--protocol", "half:0", "--score", score) == 0
    read = np.load(out, allow_pickle=False)
    dataset = load(data)
    parts = split(dataset, "half:0")
    assert bool(read["larger_is_nearer"]) is nearer
    assert read["probe_ids"].tolist() == [dataset.samples[i].id for i in parts.probes]
    assert read["gallery_ids"].tolist() == [dataset.samples[i].id for i in parts.gallery]
    kind = {"ranking": "distance", "classifier": "probability", "fused": "fused"}[score]
    ranker = next(one for one in rankers_of(path) if one.kind == kind)
    again = rank(Scores("probability" if nearer else "distance", read["scores"]), ground_truth(dataset, parts))
    np.testing.assert_array_equal(again.cmc, evaluate(ranker, dataset, parts).ranking.cmc)


@pytest.mark.parametrize(
    ("what", "variant", "name", "more", "said"),
    [
        ("features", "mtdnet", "a.csv", (), "Let the file's name end in .npz or .parquet"),
        ("scores", "mtdnet", "a.parquet", (), "Let the file's name end in .npz."),
        ("features", "mtdnet-cls", "a.npz", (), "mtdnet-cls has no such score as ranking"),
        ("scores", "mtdnet-rnk", "a.npz", ("--score", "fused"), "has no such score as fused"),
    ],
)
def test_what_cannot_be_exported_is_said_and_nothing_is_written(
    data: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    what: str,
    variant: str,
    name: str,
    more: tuple[str, ...],
    said: str,
) -> None:
    out = tmp_path / "new" / name
    assert export(what, data, model(tmp_path, variant), out, *more) == 1
    assert said in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    ("variant", "asked", "branch"),
    [("mtdnet", "ranking", "ranking"), ("mtdnet", "classifier", "classifier"), ("mtdnet-cls", None, "classifier")],
)
@pytest.mark.slow
def test_a_network_is_written_without_a_word_of_torch(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], variant: str, asked: str | None, branch: str
) -> None:
    out = tmp_path / "new" / "network.onnx"
    more = ["--branch", asked] if asked else []
    assert main(["export", "onnx", "--model", str(model(tmp_path, variant)), "--out", str(out), *more]) == 0
    told = capfd.readouterr()
    assert told.out.startswith(f"{out}: the {branch} branch of {variant}, ")
    assert (len(told.out.splitlines()), told.err) == (1, "")
    (metadata,) = onnx.load(out).metadata_props
    assert json.loads(metadata.value)["branch"] == branch
    assert [one.name for one in out.parent.iterdir()] == ["network.onnx"]


@pytest.mark.parametrize(
    ("variant", "branch", "name", "said"),
    [
        ("mtdnet", "ranking", "network.pt", "Let the file's name end in .onnx."),
        ("mtdnet-rnk", "classifier", "network.onnx", "has no classifier branch.\nIt has: ranking."),
        ("mtdnet-cls", "ranking", "network.onnx", "has no ranking branch.\nIt has: classifier."),
    ],
)
def test_a_network_that_cannot_be_written_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], variant: str, branch: str, name: str, said: str
) -> None:
    out = tmp_path / "new" / name
    asked = ["--model", str(model(tmp_path, variant)), "--branch", branch, "--out", str(out)]
    assert main(["export", "onnx", *asked]) == 1
    assert said in capsys.readouterr().err
    assert not out.exists()
