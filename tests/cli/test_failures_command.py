"""`failures` prints what Compare shows, of the same figures as `evaluate`."""

import json
import re
from pathlib import Path

import pytest

from reidviz.cli.main import main
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card
from tests.conftest import SMALL, network, people_folder


@pytest.fixture
def asked(tmp_path: Path) -> list[str]:
    """Two models on thirty persons with two probes each."""
    options = ["--data", f"folder:{people_folder(tmp_path / 'people', persons=60)}", "--protocol", "half:0"]
    for seed in range(2):
        model = tmp_path / f"m{seed}.safetensors"
        card = Card(f"m{seed}", "mtdnet-rnk", SMALL, {}, "x", "h", "half:0", "fresh", 0, 0)
        save_checkpoint(model, network("mtdnet-rnk", seed=seed), card)
        options += ["--model", str(model)]
    return options


def test_it_counts_the_failures_of_evaluate(
    asked: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "figures.json"
    assert main(["evaluate", *asked, "--json", str(figures), "--per-probe"]) == 0
    first, second = (
        [min(probe["ranks"]) > 1 for probe in one["per_probe"]] for one in json.loads(figures.read_text())["models"]
    )
    capsys.readouterr()
    assert main(["failures", *asked]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"m0 misses {sum(first)} of {len(first)} probes at rank 1.")
    both = sum(a and b for a, b in zip(first, second, strict=True))
    assert f"Missed by every model: {both}; by m0 alone: {sum(first) - both}." in said
    assert f"m1 finds {sum(first) - both} of the {sum(first)} probes that m0 misses." in said


def test_each_line_of_the_table_is_a_lift(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["failures", *asked]) == 0
    lines = capsys.readouterr().out.split("\n\n")[1].splitlines()
    assert lines[0].split() == [
        "group",
        "probes",
        "%",
        "of",
        "missed",
        "%",
        "of",
        "all",
        "lift",
        "95",
        "%",
        "interval",
        "p",
    ]
    assert "Groups overlap" in lines[-1]
    numbers = re.compile(r"^[* ] .+ +(\d+) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) to ([\d.]+) +([\d.]+)$")
    for line in lines[1:-1]:
        found = numbers.match(line)
        assert found, line
        probes, missed, every, lift, low, high, p = (float(one) for one in found.groups())
        assert every == pytest.approx(100 * probes / 60, abs=0.05)
        assert lift == pytest.approx(missed / every, abs=0.01)
        assert low <= lift + 0.005
        assert lift <= high + 0.005
        assert line.startswith("*") == (p < 0.05 and not low <= 1 <= high)


def test_mistakes_get_one_sentence(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["failures", *asked, "--score", "classifier"]) == 1
    error = capsys.readouterr().err
    assert "m0 has no such score as classifier." in error
    assert "Traceback" not in error
