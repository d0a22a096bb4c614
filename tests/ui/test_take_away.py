"""What is taken away of a table says what the table says."""

import csv
import io
import shlex
from dataclasses import replace
from pathlib import Path

from reidviz.common import settings
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.pipeline.report import results_table
from reidviz.evaluation.ranking.reranking import Reranking
from reidviz.evaluation.ranking.uncertainty import FIGURES, Interval
from reidviz.evaluation.tables import MARK, Estimate, Table, as_csv, as_latex
from reidviz.ui.results.take_away import command
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


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.partition(MARK)[2].partition("\n")[2])))


def test_csv_has_every_figure_with_its_interval_and_no_formula() -> None:
    heads, row = rows_of(as_csv(results_table([RECORD], [ENDS]), Certificate("results")))
    told = dict(zip(heads, row, strict=True))
    assert told["model"] == "'=my_net & co"
    assert (told["rank-1"], told["rank-1 low"], told["rank-1 high"], told["mINP"]) == ("50.0", "10.0", "20.5", "40.0")


def test_without_intervals_a_figure_has_one_column() -> None:
    heads, _ = rows_of(as_csv(results_table([RECORD]), Certificate("results")))
    assert heads == ["model", "ranks by", "rank-1", "rank-5", "rank-10", "rank-20", "mAP", "mINP"]


def test_latex_escapes_names_and_has_the_intervals_of_rank_1_and_map() -> None:
    made = as_latex(results_table([RECORD], [ENDS]), Certificate("results"))
    assert r"=my\_net \& co & distance & 50.0 {\scriptsize [10.0, 20.5]} & 75.0 & 80.0" in made
    assert r"\begin{tabular}{llrrrrrr}" in made
    assert made.count(r"\\") == 2


def test_what_is_not_known_is_empty_in_csv_and_a_dash_in_latex() -> None:
    table = Table(("a", "b", "c"), (("x", None, 0.98765), ("y", 3, Estimate(1, 0.5, 1.5))), digits={"c": 3})
    assert rows_of(as_csv(table, Certificate("t"))) == [
        ["a", "b", "c", "c low", "c high"],
        ["x", "", "0.98765", "", ""],
        ["y", "3", "1", "0.5", "1.5"],
    ]
    assert as_latex(table, Certificate("t")).splitlines()[6:8] == [
        r"x & -- & 0.988 \\",
        r"y & 3 & 1.000 {\scriptsize [0.500, 1.500]} \\",
    ]


def test_the_command_names_models_by_file_run_and_name(tmp_path: Path) -> None:
    dataset = load(f"folder:{people_folder(tmp_path / 'people')}")
    shipped = Ranker("mtdnet", "distance", settings.CHECKPOINTS / "mtdnet.safetensors", "0" * 64)
    run = replace(shipped, path=tmp_path / "runs" / "my run" / "checkpoints" / "final.safetensors")
    added = replace(shipped, path=tmp_path / "models" / "net.onnx", form="onnx", refinement=Reranking(5, 2, 0.5))
    words = shlex.split(command(Choice(dataset, split(dataset, "half:0"), (shipped, run, added))))
    assert words[:8] == ["python", "-m", "reidviz", "evaluate", "--data", "folder:people", "--protocol", "half:0"]
    models = ["--model", "checkpoints/mtdnet.safetensors", "--model", "runs/my run", "--model", "net"]
    assert words[8:] == [*models, "--rerank", "5,2,0.5"]
