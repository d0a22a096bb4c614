"""Records of trainings from the command line."""

import shlex
from dataclasses import asdict
from pathlib import Path

import pytest

from reidviz.cli import main as cli
from reidviz.cli.train import _job
from reidviz.common.settings import PROJECT
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.pipeline.report import card_metrics
from reidviz.experiments.records import read_record
from reidviz.experiments.run_record import RunRecord
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card, read_card
from reidviz.training.recipe import SETTINGS, value_of
from reidviz.training.recipes import compact_recipe
from reidviz.training.run import train
from tests.conftest import SMALL, network, people_folder
from tests.training.conftest import EVALUATORS, new_run


def add(trained: Path, *arguments: str) -> int:
    return cli.main(["results", "add", str(trained), "--folder", str(trained.parent / "records"), *arguments])


def recorded(file: Path) -> RunRecord:
    record = read_record(file)
    assert isinstance(record, RunRecord)
    return record


def test_the_record_of_a_run_tells_how_it_went_and_how_to_run_it_again(tmp_path: Path) -> None:
    data = people_folder(tmp_path / "people", persons=16)
    run = new_run(data, tmp_path / "my run", seed=3)
    final = train(run, EVALUATORS)
    assert final is not None
    assert add(run.root) == 0
    file = tmp_path / "records" / "my-run.json"
    record, card, job = recorded(file), read_card(final), run.job()
    assert str(tmp_path) not in file.read_text()
    assert (record.data, record.data_hash, record.protocol) == ("folder:people", card.data_hash, "half:0")
    assert (record.seed, record.iterations, record.sha256) == (3, 24, card.sha256)
    assert record.recipe == {"name": "compact"} | {name: value_of(job.recipe, name) for name in SETTINGS}
    assert record.seconds == pytest.approx(run.status().seconds, abs=0.01)
    assert record.device == run.status().device
    assert record.parameters == sum(one.numel() for one in network("mtdnet").parameters())
    validations = [event for event in run.events() if event["event"] == "validation"]
    assert [point.step for point in record.curve] == [event["step"] for event in validations]
    assert validations
    for ranker, measured in zip(record.rankers, card.metrics, strict=True):
        assert ranker.figures["1"] == measured["cmc"]["1"]
        assert [ranker.intervals["mAP"].low, ranker.intervals["mAP"].high] == measured["interval"]["mAP"]
    again = shlex.split(record.command.replace("folder:people", f"folder:{data}"))
    assert _job(cli.parser().parse_args(again[3:])) == job


def old_checkpoint(file: Path, data: str, data_hash: str) -> Path:
    """Weights whose card has no figures."""
    recipe = {name: value for name, value in asdict(compact_recipe()).items() if name != "architecture"}
    card = Card("old", "mtdnet-rnk", SMALL, recipe, data, data_hash, "half:0", "fresh weights", 0, 5)
    save_checkpoint(file, network("mtdnet-rnk"), card)
    return file


def test_a_checkpoint_without_intervals_is_measured(tmp_path: Path) -> None:
    dataset = load(f"folder:{people_folder(tmp_path / 'people')}")
    file = old_checkpoint(tmp_path / "old.safetensors", dataset.name, dataset.manifest_hash)
    assert add(file, "--name", "renamed") == 0
    record = recorded(tmp_path / "records" / "renamed.json")
    (measured,) = card_metrics(file, dataset, split(dataset, "half:0"))
    assert record.rankers[0].figures["mAP"] == measured["mAP"]
    assert record.rankers[0].intervals["1"].high == measured["interval"]["1"][1]
    assert (record.seconds, record.device, record.curve) == (None, "", ())


def test_other_data_than_it_was_trained_on_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = f"folder:{people_folder(tmp_path / 'people')}"
    assert add(old_checkpoint(tmp_path / "old.safetensors", data, "0" * 16)) == 1
    assert "are not those that old was trained on" in capsys.readouterr().err


def test_the_page_is_written_from_the_records_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results.md"
    assert cli.main(["results", "make", "--folder", str(PROJECT / "docs" / "results"), "--out", str(out)]) == 0
    assert out.read_bytes() == (PROJECT / "docs" / "results.md").read_bytes()
    assert cli.main(["results", "make", "--folder", str(tmp_path / "none"), "--out", str(out)]) == 1
    assert "There is no folder none." in capsys.readouterr().err
