"""`report` writes what `evaluate` prints, as one file, or says in a sentence why not."""

import json
from pathlib import Path

import pytest

from reidviz.cli.main import main
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card
from tests.conftest import SMALL, network, people_folder


@pytest.fixture
def asked(tmp_path: Path) -> list[str]:
    """Options that evaluate and report share."""
    model = tmp_path / "both.safetensors"
    save_checkpoint(model, network("mtdnet"), Card("both", "mtdnet", SMALL, {}, "x", "h", "half:0", "fresh", 0, 0))
    data = f"folder:{people_folder(tmp_path / 'people', persons=8)}"
    return ["--data", data, "--protocol", "half:0", "--model", str(model)]


def test_it_has_the_figures_of_evaluate(asked: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, figures = tmp_path / "report.html", tmp_path / "figures.json"
    assert main(["evaluate", *asked, "--json", str(figures)]) == 0
    assert main(["report", *asked, "--out", str(out)]) == 0
    assert str(out) in capsys.readouterr().out
    made = out.read_text(encoding="utf-8")
    assert made.startswith("<!doctype html>")
    for model in json.loads(figures.read_text())["models"]:
        assert f"</i> {model['name']}</span>" in made
        for value in (*model["cmc"].values(), model["mAP"], model["mINP"]):
            assert f">{value:.1f}<small>" in made
    assert "<img" not in made


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--out", "report.pdf"), "Reports are not written as report.pdf."),
        (("--out", "report.html", "--people", "full"), "Only the drawn people of the built-in data are shown in full."),
        (("--out", "report.html", "--cascade", "-1"), "A cascade rescores at least one gallery image."),
    ],
)
def test_mistakes_get_one_sentence(
    options: tuple[str, ...],
    said: str,
    asked: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["report", *asked, *options]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert not list(tmp_path.glob("report.*"))
