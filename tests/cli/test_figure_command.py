"""A figure that was taken away is made again from its record, or it is said what of it is not here."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reidviz.cli.main import main
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.certificate import Certificate, ModelMark
from reidviz.evaluation.pipeline.evaluate import evaluate_all
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.pipeline.recorded_rankers import mark_of
from reidviz.evaluation.ranking.uncertainty import cmc_band
from reidviz.evaluation.tables import Table, as_csv
from reidviz.figures.cmc import cmc_figure
from reidviz.figures.print.files import FORMATS
from reidviz.figures.print.record import certificate_in
from reidviz.figures.remade.again import OF_MODELS
from reidviz.figures.remade.of_runs import OF_RUNS
from reidviz.figures.style import style_of
from reidviz.figures.text import plain
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
    curves = {plain(one.ranker.name): one.ranking.cmc for one in results}
    bands = {plain(one.ranker.name): cmc_band(one.ranking, dataset.identities[parts.probes]) for one in results}
    styles = {plain(name): style for name, style in style_of(curves).items()}
    file = folder / f"taken.{form}"
    file.write_bytes(FORMATS[form][1](cmc_figure(curves, styles, 3, bands), record))
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


def made_from(record: Certificate, folder: Path) -> int:
    """What the command returns for a table with that record."""
    file = folder / "taken.csv"
    file.write_text(as_csv(Table(("a",), ()), record), encoding="utf-8")
    return main(["figure", "--from", str(file), "--out", str(folder / "again.csv")])


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
    assert made_from(replace(record, **change), tmp_path) == 1  # type: ignore[arg-type]
    assert said in capsys.readouterr().err
    assert not (tmp_path / "again.csv").exists()


BAD: list[dict[str, Any]] = [
    {},
    {"ranks": -1, "points": 0, "images": 10**9, "threshold": "x", "model": "nobody", "cameras": "nowhere"},
    {"ranks": 1e300, "points": -5.0, "probe": "../x", "images": 3, "tracklets": 3, "better": "mine", "worse": "mine"},
    {"model": "mine", "cameras": "a and b", "threshold": 1e300, "curve": "x", "across": "mine", "up": "mine"},
    {"first": "x", "second": "y", "measure": "z", "splits": "half:9-1", "milliseconds of mine": "[", "pair": "x"},
]


@pytest.mark.parametrize("bad", range(len(BAD)))
@pytest.mark.parametrize("kind", OF_MODELS)
def test_a_record_that_was_changed_by_hand_is_a_sentence(
    kind: str, bad: int, record: Certificate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = made_from(replace(record, kind=kind, asked=BAD[bad]), tmp_path)
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert done == 0 or said.err.strip()


@pytest.mark.parametrize("kind", OF_RUNS)
@pytest.mark.parametrize(
    "asked", [{}, {"run 1": 3}, {"run 1": "mine"}, {"run 1": "mine", "last step 1": -1, "steps": "x"}]
)
def test_so_is_one_of_runs(
    kind: str, asked: dict[str, int | str], record: Certificate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "runs" / "mine" / "recipe.json").write_text("{}")
    made_from(replace(record, kind=kind, models=(), asked=asked), tmp_path)
    assert "Traceback" not in capsys.readouterr().err


def test_a_table_is_not_written_as_a_picture(
    record: Certificate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made_from(replace(record, kind="split", models=()), tmp_path) == 0
    assert main(["figure", "--from", str(tmp_path / "again.csv"), "--out", str(tmp_path / "again.png")]) == 1
    assert "Choose one of: csv, tex" in capsys.readouterr().err
    assert main(["figure", "--from", str(tmp_path / "again.csv"), "--out", str(tmp_path / "again.tex")]) == 0
    assert certificate_in(tmp_path / "again.tex").kind == "split"
