"""The interface for notebooks gives the numbers of the commands, and draws them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import reidviz
from reidviz.common.settings import PROJECT
from reidviz.data.dataset import Dataset
from reidviz.evaluation.pipeline.report import report
from tests.conftest import people_folder
from tests.evaluation.conftest import checkpoint


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("api")


@pytest.fixture(scope="module")
def data(folder: Path) -> Dataset:
    return reidviz.load_dataset(f"folder:{people_folder(folder / 'people', persons=8)}")


@pytest.fixture(scope="module")
def model(folder: Path) -> reidviz.Model:
    return reidviz.load_model(checkpoint(folder / "both.safetensors"))


def test_importing_it_is_quick_work(tmp_path: Path) -> None:
    script = (
        "import sys, reidviz; reidviz.load_model('mtdnet'); print({'torch', 'streamlit', 'plotly'} & {*sys.modules})"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
    assert {*reidviz.__all__} <= {*dir(reidviz)}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = reidviz.nothing  # type: ignore[attr-defined]


def test_a_model_is_found_by_its_name_and_tells_by_what_it_ranks() -> None:
    assert reidviz.load_model("mtdnet").scores == ("classifier", "ranking", "fused")
    one = reidviz.load_model("mtdnet-rnk")
    assert (one.name, one.scores) == ("mtdnet-rnk", ("ranking",))
    with pytest.raises(reidviz.ReidvizError, match="no score called fused"):
        one.ranker("fused")
    with pytest.raises(reidviz.ReidvizError, match="There is no model absent"):
        reidviz.load_model("absent")


def test_an_evaluation_agrees_with_its_scores_and_with_the_command(data: Dataset, model: reidviz.Model) -> None:
    found = reidviz.evaluate(model, data, score="ranking")
    probes, gallery = data.identities[found.split.probes], data.identities[found.split.gallery]
    right = probes[:, None] == gallery
    best = np.where(right, found.scores, np.inf).min(1)
    nearer = (np.where(right, np.inf, found.scores) <= best[:, None]).sum(1)
    assert found.ranks.tolist() == (1 + nearer).tolist()
    assert found.rank1 == pytest.approx(100 * np.mean(nearer == 0))
    assert found.cmc.tolist() == [pytest.approx(100 * np.mean(nearer < k)) for k in range(1, len(gallery) + 1)]
    assert found.mean_ap == pytest.approx(100 * np.mean(1 / (1 + nearer)))

    told = report(data, found.split, [found.result])["models"][0]
    assert [found.mean_ap, found.mean_inp] == [told["mAP"], told["mINP"]]
    assert list(found.intervals["rank-1"]) == told["interval"]["1"]
    assert list(found.intervals["mAP"]) == told["interval"]["mAP"]


def test_a_ranked_list_is_ordered_and_says_what_is_right(data: Dataset, model: reidviz.Model) -> None:
    found = reidviz.evaluate(model, data)
    probe = data.samples[found.split.probes[0]]
    hits = found.ranked(probe.id)
    assert len(hits) == len(found.split.gallery)
    assert [one.score for one in hits] == sorted((one.score for one in hits), reverse=True)
    right = [one.rank for one in hits if one.right]
    assert right[0] == found.ranks[0]
    assert {one.id.split("/")[0] for one in hits if one.right} == {probe.identity}
    with pytest.raises(reidviz.ReidvizError, match="no probe"):
        found.ranked(data.samples[found.split.train[0]].id)


def test_a_comparison_tests_every_two_and_says_which_is_best(data: Dataset, model: reidviz.Model, folder: Path) -> None:
    other = reidviz.load_model(checkpoint(folder / "other.safetensors", "mtdnet-rnk", seed=1))
    found = reidviz.compare([model, other], data)
    assert [one.score for one in found.evaluations] == ["classifier", "ranking", "fused", "ranking"]
    assert len(found.differences) == 6
    rank1 = {one.model: one.rank1 for one in found.evaluations}
    for pair in found.differences:
        assert pair.points == pytest.approx(rank1[pair.better] - rank1[pair.worse])
        assert pair.low <= pair.points <= pair.high
        assert 0 < pair.p <= 1
        assert not pair.told_apart or (pair.low > 0 and pair.p < 0.05)
    assert max(rank1, key=lambda name: rank1[name]) in found.verdict
    assert found.multi_task is not None
    assert {trace.name for trace in found.cmc_figure(4).data if trace.showlegend is not False} >= set(rank1)
    assert len(found.gallery_size_figure().data)


def test_features_are_those_that_distances_are_made_of(data: Dataset, model: reidviz.Model) -> None:
    found = reidviz.evaluate(model, data, score="ranking")
    probes, gallery = (reidviz.embed(model, data, part).features for part in (found.split.probes, found.split.gallery))
    squared = ((probes[:, None] - gallery[None]) ** 2).sum(-1)
    assert np.allclose(squared, found.scores, atol=1e-5)
    every = reidviz.embed(model, data)
    assert every.features.shape == (len(data.samples), 16)
    assert every.ids == tuple(sample.id for sample in data.samples)
    assert every.plane().shape == (len(data.samples), 2)
    assert len(every.map_figure().data) == 2
    assert sum(len(trace.x) for trace in every.map_figure(by="person").data) == len(data.samples)
    mask = data.cameras == "B"
    assert reidviz.embed(model, data, np.flatnonzero(mask)).ids == tuple(np.array(every.ids)[mask])
    for images in ([len(data.samples)], mask, [1.7], 3, [[0, 1]], [], every.ids):
        with pytest.raises(reidviz.ReidvizError, match="positions"):
            reidviz.embed(model, data, images)  # type: ignore[arg-type]
    with pytest.raises(reidviz.ReidvizError, match="Choose one of: PCA"):
        every.plane("pca")  # type: ignore[arg-type]
    with pytest.raises(reidviz.ReidvizError, match="Choose one of: camera"):
        every.map_figure(by="shoes")  # type: ignore[arg-type]


def test_what_cannot_be_asked_is_said(data: Dataset, model: reidviz.Model, folder: Path) -> None:
    for cascade in (-1, 2.5):
        with pytest.raises(reidviz.ReidvizError, match="at least one gallery image"):
            reidviz.evaluate(model, data, cascade=cascade)  # type: ignore[arg-type]
    with pytest.raises(reidviz.ReidvizError, match="has a classifier"):
        reidviz.evaluate(model, data, score="ranking", cascade=3)
    found = reidviz.evaluate(model, data, score="ranking")
    with pytest.raises(reidviz.ReidvizError, match="1 or more"):
        found.ranked(data.samples[int(found.split.probes[0])].id, most=-1)
    with pytest.raises(reidviz.ReidvizError, match="1 or more"):
        found.cmc_figure(0)
    (folder / "net.onnx").write_bytes(b"")
    with pytest.raises(reidviz.ReidvizError, match=r"net\.onnx is a model from elsewhere"):
        reidviz.load_model(folder / "net.onnx")


def test_a_folder_without_a_checkpoint_hides_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mtdnet").mkdir()
    monkeypatch.chdir(tmp_path)
    assert reidviz.load_model("mtdnet").scores == ("classifier", "ranking", "fused")


@pytest.mark.slow
@pytest.mark.xdist_group("documents")
def test_the_example_runs_from_the_first_line_to_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from runpy import run_path

    monkeypatch.setattr("tempfile.mkdtemp", lambda prefix="": str(tmp_path))
    run_path(str(PROJECT / "examples" / "compare_models.py"))
    assert {file.name for file in tmp_path.glob("*.html")} == {"cmc.html", "gallery-size.html", "map.html"}
