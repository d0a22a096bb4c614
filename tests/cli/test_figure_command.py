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
from reidviz.evaluation.pipeline.recorded_rankers import WEIGHT
from reidviz.figures.print.files import FORMATS
from reidviz.figures.print.record import certificate_in
from reidviz.figures.remade import REMADE
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
    models = tuple(ModelMark(one.name, one.sha256, one.kind) for one in rankers_of(weights))
    fused = next(one.name for one in rankers_of(weights) if one.kind == "fused")
    parts = split(dataset, "half:0")
    asked = {"ranks": 3, f"{WEIGHT}{fused}": 0.25}
    return Certificate("cmc", data, dataset.manifest_hash, "half:0", parts.key, models, None, asked, "1", "2026-11-27")


def written(record: Certificate, folder: Path, form: str) -> Path:
    """The figure of a record as the page would make it."""
    dataset = load(record.data)
    parts = split(dataset, record.protocol)
    rankers = rankers_of(folder / "runs" / "mine")
    rankers = tuple(replace(one, weight=0.25) if one.kind == "fused" else one for one in rankers)
    figure = REMADE[record.kind](evaluate_all(rankers, dataset, parts), dataset, parts, record)
    file = folder / f"taken.{form}"
    file.write_bytes(FORMATS[form][1](figure, record))
    return file


@pytest.mark.parametrize("kind", REMADE)
@pytest.mark.parametrize("form", ["svg", "csv"])
def test_it_is_made_again_equal(kind: str, form: str, record: Certificate, tmp_path: Path) -> None:
    taken = written(replace(record, kind=kind), tmp_path, form)
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
        ({"kind": "plane"}, "is not made again"),
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
    from reidviz.evaluation.tables import lines_of

    taken.write_text(lines_of(changed, "#") + "\n".join(figure))
    assert main(["figure", "--from", str(taken), "--out", str(tmp_path / "again.csv")]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "again.csv").exists()
