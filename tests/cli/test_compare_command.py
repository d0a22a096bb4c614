import json
import os
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reidviz.cli import compare
from reidviz.cli import main as cli
from reidviz.common import settings
from reidviz.common.json_files import converted
from reidviz.experiments import family_runs
from reidviz.experiments.family_record import FamilyRecord
from reidviz.experiments.family_results import Row
from reidviz.experiments.family_runs import FamilyFolder
from reidviz.experiments.family_words import sentences
from reidviz.experiments.records import read_record
from reidviz.experiments.results_page import results_page
from reidviz.models.model_card import read_card
from reidviz.training import recipes
from reidviz.training.recipe import Recipe
from reidviz.training.run import train
from reidviz.training.run_folder import RunFolder, runs_in
from tests.conftest import SMALL, people_folder

MEMBERS = ["mtdnet-rnk", "ranking branch alone", "mtdnet-cls", "mtdnet"]
SMALL_SETTINGS = [
    f"architecture.{name}={getattr(SMALL, name)}"
    for name in ("height", "width", "feat", "conv3", "conv4", "conv5", "fc")
]


@pytest.fixture
def data(tmp_path: Path) -> str:
    return f"folder:{people_folder(tmp_path / 'people')}"


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    monkeypatch.setenv("REIDVIZ_RUNS", str(folder))
    return folder


def small(name: str, variant: str, stem: str | None = None) -> Recipe:
    found = recipes.recipe_named(name, variant, stem)
    return replace(found, architecture=replace(SMALL, dropout=found.architecture.dropout), size=4)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "recipe_named", small)


def run(*arguments: object) -> int:
    return cli.main(["compare", *(str(a) for a in arguments)])


@pytest.mark.usefixtures("quick")
def test_the_family_is_trained_compared_and_then_loaded(
    data: str, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "family.json"
    asked = ("--data", data, "--seeds", 2, "--iterations", 2, "--json", out)
    assert run(*asked) == 0
    printed = capsys.readouterr().out
    assert "8 trainings, 0 of them loaded." in printed
    assert "Do both tasks beat one?" in printed
    assert "± over 2 seeds" not in printed
    assert "standard deviation over 2 seeds" in printed
    told = json.loads(out.read_text())
    assert [(row["member"], row["role"]) for row in told["rows"]] == [
        *((name, role) for name, role in zip(MEMBERS, ("ranking", "ranking", "classifier"), strict=False)),
        *(("mtdnet", role) for role in ("classifier", "ranking", "fused")),
    ]
    assert [one["side"] for one in told["verdicts"]] == ["ranking", "classifier", "fused"]
    assert len(told["runs"]) == 8
    assert all(one["sha256"] for one in told["runs"])
    cards = {one["name"]: read_card(runs / one["name"] / "checkpoints" / "final.safetensors") for one in told["runs"]}
    for row in told["rows"]:
        mine = [cards[one["name"]].metrics for one in told["runs"] if one["member"] == row["member"]]
        kinds = {"ranking": "distance", "classifier": "probability", "fused": "fused"}
        rank1 = [m["cmc"]["1"] for ms in mine for m in ms if m["kind"] == kinds[row["role"]]]
        assert row["figures"]["mean"]["1"] == pytest.approx(sum(rank1) / 2, abs=0.01)

    before = {file: file.read_bytes() for file in runs.glob("*/checkpoints/final.safetensors")}
    assert run(*asked) == 0
    assert "8 trainings, 8 of them loaded." in capsys.readouterr().out
    assert {file: file.read_bytes() for file in runs.glob("*/checkpoints/final.safetensors")} == before
    assert json.loads(out.read_text())["rows"] == told["rows"]

    assert run(*asked[:-2], "--seeds", 3) == 0
    assert "12 trainings, 8 of them loaded." in capsys.readouterr().out


@pytest.mark.usefixtures("quick")
def test_the_record_of_a_family_tells_all_but_where_its_data_lie(data: str, runs: Path, tmp_path: Path) -> None:
    kept, out = tmp_path / "records" / "two-seeds.json", tmp_path / "family.json"
    assert run("--data", data, "--seeds", 2, "--iterations", 2, "--record", kept, "--json", out) == 0
    record, told = read_record(kept), json.loads(out.read_text())
    assert isinstance(record, FamilyRecord)
    assert str(tmp_path) not in kept.read_text()
    assert converted(told["rows"], tuple[Row, ...], "The rows") == record.rows
    for row in record.rows:
        for name, values in row.figures.by_seed.items():
            assert np.mean(values) == pytest.approx(row.figures.mean[name])
            assert np.std(values, ddof=1) == pytest.approx((row.figures.deviation or {})[name])
    assert sentences(record.verdicts) == list(record.sentences) == told["sentences"]
    weights = {read_card(one.root / "checkpoints" / "final.safetensors").sha256 for one in runs_in(runs)}
    assert {one.sha256 for one in record.runs} == weights
    page = results_page([record])
    assert record.sentences[0].partition(":")[0] in page
    again = shlex.split(record.command.replace(record.data, data))[3:]
    options = cli.parser().parse_args(again)
    assert FamilyFolder.of(compare.asked(options)).result() == told


@pytest.mark.usefixtures("quick")
def test_with_a_source_two_more_variants_are_compared(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = f"folder:{people_folder(tmp_path / 'source')}"
    out = tmp_path / "family.json"
    assert run("--data", data, "--seeds", 1, "--iterations", 2, "--source", source, "--json", out) == 0
    told = json.loads(out.read_text())
    assert {row["member"] for row in told["rows"]} == {*MEMBERS, "mtdnet-aug", "mtdnet-cross"}
    assert "mtdnet on the source" in {one["member"] for one in told["runs"]}
    assert "with one seed the chance between trainings is not known" in capsys.readouterr().out
    assert not any(one["shown"] for one in told["verdicts"])


@pytest.mark.usefixtures("quick")
def test_several_splits_are_pooled(data: str, tmp_path: Path) -> None:
    out = tmp_path / "family.json"
    assert run("--data", data, "--seeds", 1, "--iterations", 2, "--splits", "half:0-1", "--json", out) == 0
    told = json.loads(out.read_text())
    assert (told["protocols"], told["probes"], len(told["runs"])) == (["half:0", "half:1"], 12, 8)
    assert run("--data", data, "--splits", "half:0-1", "--protocol", "half:0") == 1


@pytest.mark.usefixtures("quick")
def test_stopped_between_steps_the_same_command_goes_on(
    data: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real, calls = train, []

    def stops_at_the_third(*arguments):  # type: ignore[no-untyped-def]
        calls.append(arguments)
        return None if len(calls) == 3 else real(*arguments)

    monkeypatch.setattr(family_runs, "train", stops_at_the_third)
    asked = ("--data", data, "--seeds", 1, "--iterations", 2)
    assert run(*asked) == 130
    assert "the same command goes on where it was" in capsys.readouterr().out
    assert run(*asked) == 0
    assert "4 trainings, 2 of them loaded." in capsys.readouterr().out


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on(data: str, runs: Path) -> None:
    """A real process, killed as soon as its second run trains; the first run is loaded, the second goes on."""
    sets = [word for pair in [*SMALL_SETTINGS, "size=4", "held_out=0"] for word in ("--set", pair)]
    asked = ["--data", data, "--seeds", "1", "--iterations", "16", *sets]
    command = [sys.executable, "-m", "reidviz", "compare", *asked]
    worker = subprocess.Popen(command, cwd=settings.PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    while worker.poll() is None:
        states = [one.status() for one in runs_in(runs)]
        if [s.state for s in states].count("finished") == 1 and len(states) == 2:
            os.kill(worker.pid, signal.SIGKILL)
            break
        time.sleep(0.01)
    worker.communicate()
    finished = {one.name for one in runs_in(runs) if one.status().state == "finished"}
    assert finished
    ended = subprocess.run(command, cwd=settings.PROJECT, capture_output=True, text=True, check=True)
    assert f"4 trainings, {len(finished)} of them loaded." in ended.stdout
    assert all(RunFolder(one.root).status().state == "finished" for one in runs_in(runs))
