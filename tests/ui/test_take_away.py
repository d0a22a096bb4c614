"""What is taken away of a table says what the table says."""

import csv
import io
import shlex
from dataclasses import replace
from pathlib import Path

from reidviz.common import settings
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.reranking import Reranking
from reidviz.evaluation.ranking.uncertainty import FIGURES, Interval
from reidviz.ui.results.take_away import as_csv, as_latex, command
from reidviz.ui.session.choice import Choice
from tests.conftest import people_folder

RECORD = {
    "name": "=my_net & co",
    "kind": "distance",
    "cmc": {"1": 50, "5": 75, "10": 80, "20": 90},
    "mAP": 60,
    "mINP": 40,
}
ENDS = {name: Interval(10.0, 20.5) for name in FIGURES}


def test_csv_has_every_figure_with_its_interval_and_no_formula() -> None:
    heads, row = list(csv.reader(io.StringIO(as_csv([RECORD], [ENDS]))))
    told = dict(zip(heads, row, strict=True))
    assert told["model"] == "'=my_net & co"
    assert (told["rank-1"], told["rank-1 low"], told["rank-1 high"], told["mINP"]) == (
        "50.00",
        "10.00",
        "20.50",
        "40.00",
    )


def test_latex_escapes_names() -> None:
    made = as_latex([RECORD], [ENDS])
    assert r"=my\_net \& co & 50.0 {\scriptsize [10.0, 20.5]} & 75.0" in made
    assert made.count(r"\\") == 2


def test_the_command_names_models_by_file_run_and_name(tmp_path: Path) -> None:
    dataset = load(f"folder:{people_folder(tmp_path / 'people')}")
    shipped = Ranker("mtdnet", "distance", settings.CHECKPOINTS / "mtdnet.safetensors", "0" * 64)
    run = replace(shipped, path=tmp_path / "runs" / "my run" / "checkpoints" / "final.safetensors")
    added = replace(shipped, path=tmp_path / "models" / "net.onnx", form="onnx", refinement=Reranking(5, 2, 0.5))
    words = shlex.split(command(Choice(dataset, split(dataset, "half:0"), (shipped, run, added))))
    assert words[:8] == ["python", "-m", "reidviz", "evaluate", "--data", "folder:people", "--protocol", "half:0"]
    models = ["--model", "checkpoints/mtdnet.safetensors", "--model", "runs/my run", "--model", "net"]
    assert words[8:] == [*models, "--rerank", "5,2,0.5"]
