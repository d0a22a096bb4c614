"""What is taken away of a table says what the table says."""

import csv
import io

from reidviz.evaluation.ranking.uncertainty import FIGURES, Interval
from reidviz.ui.results.take_away import as_csv, as_latex

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
