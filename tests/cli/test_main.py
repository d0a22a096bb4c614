import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from reidviz.cli import main as cli
from reidviz.cli import train
from reidviz.common import settings
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card, read_card
from reidviz.training import recipes
from tests.conftest import SMALL, network, people_folder


@pytest.fixture
def data(tmp_path: Path) -> str:
    return f"folder:{people_folder(tmp_path / 'people')}"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compact recipe at a size that trains in a second."""
    small = replace(recipes.compact_recipe(), architecture=SMALL, size=4)
    monkeypatch.setattr(train, "recipe_named", lambda name, variant, stem=None: small)


def run(*arguments: object) -> int:
    return cli.main([str(a) for a in arguments])


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("variant", ["mtdnet-rnk", "mtdnet-cls", "mtdnet", "mtdtrp"])
def test_train_then_evaluate(data: str, variant: str, tmp_path: Path) -> None:
    out, figures = tmp_path / "run", tmp_path / "figures.json"
    assert run("train", "--data", data, "--variant", variant, "--iterations", 12, "--out", out) == 0
    events = [json.loads(line) for line in (out / "events.jsonl").read_text().splitlines()]
    assert [e["step"] for e in events if e["event"] == "step"] == [10, 12]
    assert (events[0]["event"], events[-1]["event"]) == ("started", "finished")
    assert json.loads((out / "status.json").read_text())["state"] == "finished"
    asked = json.loads((out / "recipe.json").read_text())
    assert (asked["variant"], asked["protocol"], asked["recipe"]["iterations"]) == (variant, "half:0", 12)

    assert run("evaluate", "--data", data, "--protocol", "half:0", "--model", out, "--json", figures) == 0
    report = json.loads(figures.read_text())
    assert report["protocol"] == "half:0"
    assert (report["probes"], report["gallery"]) == (6, 3)
    read_as = [m["variant"] for m in report["models"]]
    assert read_as == (["mtdnet", "mtdtrp", "mtdnet-fused"] if variant == "mtdnet" else [variant])
    for model in report["models"]:
        mix = {"weight", "weight_fitted"} if model["kind"] == "fused" else set()
        assert set(model) == {"name", "variant", "kind", "cmc", "mAP", "mINP", "seconds", "interval"} | mix
        assert set(model["cmc"]) == {"1", "5", "10", "20"}
        assert 0 <= model["cmc"]["1"] <= model["mAP"] <= model["cmc"]["20"] == 100

    card = read_card(out / "checkpoints" / "final.safetensors")
    kept = [{k: m[k] for k in ("variant", "cmc", "mAP", "mINP")} for m in card.metrics]
    assert kept == [{k: m[k] for k in ("variant", "cmc", "mAP", "mINP")} for m in report["models"]]


@pytest.mark.usefixtures("quick")
def test_settings_are_given_by_name(data: str, tmp_path: Path) -> None:
    out = tmp_path / "run"
    settings = ("--set", "size=3", "--set", "tasks=alternating", "--set", "architecture.dropout=0", "--iterations", 2)
    assert run("train", "--data", data, "--variant", "mtdnet", *settings, "--out", out) == 0
    recipe = json.loads((out / "recipe.json").read_text())["recipe"]
    assert (recipe["size"], recipe["tasks"], recipe["architecture"]["dropout"]) == (3, "alternating", 0.0)


@pytest.mark.usefixtures("quick")
def test_a_finished_run_resumed_stays_finished(data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    assert run("train", "--data", data, "--variant", "mtdnet", "--iterations", 2, "--out", out) == 0
    before = (out / "checkpoints" / "final.safetensors").read_bytes()
    assert run("train", "--resume", out) == 0
    assert (out / "checkpoints" / "final.safetensors").read_bytes() == before
    assert "rank-1" in capsys.readouterr().out


@pytest.mark.usefixtures("quick")
def test_a_resumed_training_takes_another_number_of_steps_and_nothing_else(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    fixed = ("--set", "schedule=fixed")
    assert run("train", "--data", data, "--variant", "mtdnet", "--iterations", 2, *fixed, "--out", out) == 0
    assert run("train", "--resume", out, "--iterations", 4) == 0
    assert read_card(out / "checkpoints" / "final.safetensors").iterations == 4
    capsys.readouterr()
    assert run("train", "--resume", out, "--iterations", 3) == 1
    assert "has done 4 steps" in capsys.readouterr().err
    for given in (("--seed", 0), ("--set", "size=3"), ("--recipe", "paper"), ("--out", out), ("--data", data)):
        assert run("train", "--resume", out, *given) == 1
        assert f"as it was asked for, without {given[0]}." in capsys.readouterr().err


@pytest.mark.usefixtures("quick")
def test_one_camera_trains_under_listed_and_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pairs of one camera, as its owner's split asks for; every other protocol says what works instead."""
    people_folder(tmp_path / "people", persons=6)
    lines = ["path,identity,camera,split"]
    for person in range(6):
        for shot, part in enumerate(("probe", "gallery") if person < 3 else ("train", "train")):
            lines.append(f"p{person:02d}/A_{shot}.png,{person},A,{part}")
    file = tmp_path / "people" / "list.csv"
    file.write_text("\n".join(lines))
    train = ("train", "--data", f"folder:{file}", "--variant", "mtdnet", "--iterations", 2)
    assert run(*train, "--out", tmp_path / "run") == 0
    printed = capsys.readouterr()
    assert "Nobody in training is seen by two cameras" in printed.err
    assert "listed: 3 probes, gallery of 3" in printed.out
    assert read_card(tmp_path / "run" / "checkpoints" / "final.safetensors").metrics
    for protocol, way_out in (("half:0", "With one camera, leave it out"), ("market", "use the protocol listed")):
        assert run(*train, "--protocol", protocol, "--out", tmp_path / "other") == 1
        assert way_out in capsys.readouterr().err


@pytest.mark.usefixtures("quick")
def test_the_table_is_printed(data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("train", "--data", data, "--variant", "mtdnet", "--iterations", 2, "--out", tmp_path / "run")
    printed = capsys.readouterr().out
    assert "6 probes, gallery of 3" in printed
    assert "rank-1" in printed
    assert "run (mtdtrp)" in printed


@pytest.mark.usefixtures("quick")
def test_a_run_is_never_overwritten(data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("train", "--data", data, "--variant", "mtdnet-rnk", "--iterations", 1, "--out", tmp_path / "run")
    assert run(*arguments) == 0
    assert run(*arguments) == 1
    assert "already holds a training" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("train", "--data", "nowhere", "--variant", "mtdnet", "--out", "x"), "no data set format"),
        (("train", "--data", "cuhk01:/nowhere", "--variant", "mtdnet", "--out", "x"), "nowhere that may be read"),
        (("train", "--data", "synthetic:viper", "--variant", "bigger", "--out", "x"), "no variant called"),
        (
            ("train", "--data", "synthetic:viper", "--protocol", "thirds", "--variant", "mtdnet", "--out", "x"),
            "protocol",
        ),
        (
            ("train", "--data", "synthetic:viper", "--variant", "mtdnet", "--iterations", "0", "--out", "x"),
            "Iterations (iterations) must be between 1",
        ),
        (("train", "--variant", "mtdnet", "--out", "x"), "needs --data and --variant"),
        (("train", "--resume", "x"), "not the folder of a training"),
        (("train", "--data", "synthetic:viper", "--variant", "mtdnet", "--set", "size", "--out", "x"), "NAME=VALUE"),
        (("train", "--data", "synthetic:viper", "--variant", "mtdnet", "--set", "depth=9", "--out", "x"), "'depth'"),
        (("train", "--data", "synthetic:viper", "--variant", "mtdnet", "--init", "nowhere", "--out", "x"), "nowhere"),
        (("evaluate", "--data", "synthetic:viper", "--model", "nothing.safetensors"), "no checkpoint"),
        (("evaluate", "--data", "synthetic:viper", "--model", 300 * "x"), "no checkpoint"),
        (("evaluate", "--data", "synthetic:viper", "--model", ""), "no checkpoint"),
        (("evaluate", "--data", "synthetic:ilids", "--model", "mtdnet-rnk", "--cascade", "3"), "has a classifier"),
    ],
)
def test_mistakes_get_one_sentence(
    arguments: tuple[str, ...],
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 1
    error = capsys.readouterr().err
    assert sentence in error
    assert "Traceback" not in error
    assert not (tmp_path / "x").exists()


def crowd_csv(folder: Path) -> str:
    """A listed data set with a trained model's worth of persons, one probe of whom cannot be matched."""
    people_folder(folder, persons=9)
    lines = ["path,identity,camera,split"]
    for person in range(9):
        for camera, part in (("A", "probe"), ("B", "gallery")):
            for shot in range(2):
                split = part if person < 5 else "train"
                if (person, part) != (4, "gallery"):
                    lines.append(f"p{person:02d}/{camera}_{shot}.png,p{person:02d},{camera},{split}")
    (folder / "list.csv").write_text("\n".join(lines))
    return f"folder:{folder / 'list.csv'}"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "both.safetensors"
    save_checkpoint(path, network("mtdnet"), Card("both", "mtdnet", SMALL, {}, "x", "h", "half:0", "fresh", 0, 0))
    return path


def test_probes_without_a_match_are_listed_and_left_out(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, figures = crowd_csv(tmp_path / "crowd"), tmp_path / "figures.json"
    assert run("evaluate", "--data", data, "--model", model, "--json", figures) == 0
    told = capsys.readouterr()
    assert told.err.startswith("2 files are not read: 2 × images that the list does not name (p04/B_0.png, ")
    assert "\n2 probes of listed have no possible match" in told.err
    assert "p04/A_0.png: the gallery has no image of this person" in told.err
    report = json.loads(figures.read_text())
    assert report["probes"] == 8
    assert [one["probe"] for one in report["left_out"]] == ["p04/A_0.png", "p04/A_1.png"]


def test_verbose_tells_what_is_read_and_kept_and_quiet_tells_nothing(
    data: str, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("evaluate", "--data", data, "--model", model, "--protocol", "half:0")
    assert run("--verbose", *command) == 0
    first = capsys.readouterr()
    for told in ("24 images, in", "features to be computed", "both: scored in", "done in"):
        assert told in first.err
    assert run(*command, "--verbose") == 0
    assert "both: scores are kept in" in capsys.readouterr().err
    assert run(*command) == 0
    last = capsys.readouterr()
    assert last.err == ""
    assert last.out == first.out


def test_a_rule_for_names_goes_with_a_folder(data: str, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", "--data", data, "--model", model, "--names", "part:2", "--protocol", "half:0") == 0
    assert f"{data}#names=part:2, half:0" in capsys.readouterr().out
    assert run("doctor", "--data", data, "--names", "(?P<camera>[") == 1
    assert "no regular expression" in capsys.readouterr().err
    assert run("evaluate", "--data", "synthetic:viper", "--model", model, "--names", "none") == 1
    assert "--names goes with a folder" in capsys.readouterr().err


def test_only_the_score_that_is_asked_for_is_computed(
    data: str, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("evaluate", "--data", data, "--protocol", "half:0", "--model", model)
    scores = settings.cache_dir() / "scores"
    before = set(scores.glob("*"))
    assert run(*command, "--score", "ranking") == 0
    told = capsys.readouterr().out
    assert "both (mtdtrp)" in told
    assert not re.search(r"^both  |fused", told, re.MULTILINE)
    assert not [file for file in set(scores.glob("*")) - before if "probability" in file.name]
    assert run(*command, "--score", "classifier", "--score", "fused") == 0
    told = capsys.readouterr().out
    assert re.search(r"^both  +probability", told, re.MULTILINE)
    assert "both (mtdnet-fused)" in told
    assert "mtdtrp" not in told
    alone = tmp_path / "alone.safetensors"
    card = Card("alone", "mtdnet-rnk", SMALL, {}, "x", "h", "half:0", "fresh", 0, 0)
    save_checkpoint(alone, network("mtdnet-rnk"), card)
    assert run(*command, "--model", alone, "--score", "fused") == 1
    assert "alone has no such score as fused.\nIt has: ranking." in capsys.readouterr().err


def test_a_cascade_tells_what_it_gives_away(data: str, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", "--data", data, "--model", model, "--cascade", 2) == 0
    assert "points of rank-1 are lost" in capsys.readouterr().out
    assert run("evaluate", "--data", data, "--model", model) == 0
    capsys.readouterr()
    assert run("evaluate", "--data", data, "--model", model, "--cascade", 2) == 0
    told = capsys.readouterr().out
    assert "both: cascade 2, recall" in told
    assert "against the scores of all pairs" in told


def test_every_probe_is_in_the_json_on_request(data: str, model: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = ("evaluate", "--data", data, "--model", model, "--json", figures, "--per-probe")
    assert run(*command, "--averaging", "trapezoid", "--passes", "1-pass", "--precision", "bf16") == 0
    report = json.loads(figures.read_text())
    assert report["averaging"] == "trapezoid"
    for one in report["models"]:
        assert len(one["per_probe"]) == report["probes"]
        assert 100 * sum(p["AP"] for p in one["per_probe"]) / len(one["per_probe"]) == pytest.approx(
            one["mAP"], abs=0.01
        )
        assert all(1 <= rank <= report["gallery"] for p in one["per_probe"] for rank in p["ranks"])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--passes", "7-pass"), "no test called '7-pass'"),
        (("--precision", "fp8"), "no precision called 'fp8'"),
        (("--cascade", "-3"), "at least one gallery image"),
        (("--model", "mtdnet-rnk", "--fuse", "--cascade", "3"), "Leave one of --fuse and --cascade out"),
        (("--per-probe",), "Add --json FILE"),
    ],
)
def test_scoring_that_does_not_exist_is_refused(
    data: str, model: Path, options: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("evaluate", "--data", data, "--model", model, *options) == 1
    assert sentence in capsys.readouterr().err
