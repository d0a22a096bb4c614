"""A figure that was taken away is made again from its record, or it is said what of it is not here."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from reidviz.cli.main import main
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.certificate import Certificate, ModelMark
from reidviz.evaluation.pipeline.evaluate import evaluate_all
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.pipeline.recorded_rankers import mark_of
from reidviz.evaluation.ranking.uncertainty import cmc_band
from reidviz.evaluation.tables import lines_of
from reidviz.figures.cmc import cmc_figure
from reidviz.figures.print.files import FORMATS
from reidviz.figures.print.record import certificate_in
from reidviz.figures.style import style_of
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card
from tests.conftest import SMALL, network, people_folder


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """The record of curves of a run, on a folder of people."""
    monkeypatch.setenv("REIDVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("REIDVIZ_CACHE", str(tmp_path / "cache"))
    data = f"folder:{people_folder(tmp_path / 'people', persons=8)}"
    dataset = load(data)
    weights = tmp_path / "runs" / "mine" / "checkpoints" / "final.safetensors"
    card = Card("mine", "mtdnet", SMALL, {}, data, dataset.manifest_hash, "half:0", "fresh weights", 0, 0)
    save_checkpoint(weights, network("mtdnet"), card)
    rankers = [replace(one, weight=0.25) if one.kind == "fused" else one for one in rankers_of(weights)]
    models = tuple(mark_of(one) for one in rankers)
    parts = split(dataset, "half:0")
    return Certificate(
        "cmc", data, dataset.manifest_hash, "half:0", parts.key, models, None, {"ranks": 3}, "1", "2026-11-27"
    )


def written(record: Certificate, folder: Path, form: str) -> Path:
    """The curves of a record as the page would make them."""
    dataset = load(record.data)
    parts = split(dataset, "half:0")
    rankers = rankers_of(folder / "runs" / "mine")
    rankers = tuple(replace(one, weight=0.25) if one.kind == "fused" else one for one in rankers)
    results = evaluate_all(rankers, dataset, parts)
    curves = {one.ranker.name: one.ranking.cmc for one in results}
    bands = {one.ranker.name: cmc_band(one.ranking, dataset.identities[parts.probes]) for one in results}
    file = folder / f"taken.{form}"
    file.write_bytes(FORMATS[form][1](cmc_figure(curves, style_of(curves), 3, bands), record))
    return file


@pytest.mark.parametrize("form", FORMATS)
def test_it_is_made_again_equal(form: str, record: Certificate, tmp_path: Path) -> None:
    taken = written(record, tmp_path, form)
    assert main(["figure", "--from", str(taken), "--out", str(tmp_path / f"again.{form}")]) == 0
    assert (tmp_path / f"again.{form}").read_bytes() == taken.read_bytes()


def test_the_record_is_printed(record: Certificate, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken = written(record, tmp_path, "pdf")
    assert main(["figure", "--from", str(taken)]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["data_hash"] == record.data_hash
    assert certificate_in(taken) == record


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "elsewhere"}, "is not known here"),
        ({"kind": "map"}, "This is not made again: a map depends on"),
        ({"asked": {}}, "does not say its “ranks”"),
        ({"kind": "ranked-lists", "asked": {"probe": "x"}}, "x is no probe"),
        ({"kind": "losses", "asked": {"run 1": "../mine", "last step 1": 3, "steps": 3}}, "There is no run ../mine"),
        ({"data_hash": "0" * 64}, "are not those"),
        ({"split": "other"}, "split is not that"),
        ({"models": (ModelMark("lost", "0" * 64, "distance"),)}, "lost (000000000000, by distance) is not known here"),
    ],
)
def test_what_is_not_here_is_said(
    change: dict[str, object], said: str, record: Certificate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = written(record, tmp_path, "csv")
    figure = taken.read_text().splitlines()[2:]
    changed = replace(record, **change)  # type: ignore[arg-type]
    taken.write_text(lines_of(changed, "#") + "\n".join(figure))
    assert main(["figure", "--from", str(taken), "--out", str(tmp_path / "again.csv")]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "again.csv").exists()
