"""What is taken away of a table says what the table says."""

import csv
import io

from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.pipeline.repeated_splits import splits_table
from reidviz.evaluation.pipeline.report import results_table
from reidviz.evaluation.ranking.uncertainty import FIGURES, Interval
from reidviz.evaluation.tables import MARK, Estimate, Table, as_csv, as_latex
from reidviz.experiments.family_words import taken_table

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


def test_of_a_family_deviations_are_known_from_two_seeds_on() -> None:
    figures = {
        "mean": dict.fromkeys(("1", "5", "10", "20", "mAP"), 50.0),
        "deviation": None,
        "interval": {"1": {"low": 40.0, "high": 60.0}, "mAP": {"low": 45.0, "high": 55.0}},
    }
    row = {"member": "mtdnet", "role": "P(same)", "figures": figures, "parameters": 9, "steps": 3, "seconds": 1.5}
    told = taken_table({"rows": [row]})
    found = dict(zip(told.heads, told.rows[0], strict=True))
    assert found["rank-1"] == Estimate(50.0, 40.0, 60.0)
    assert (found["rank-5"], found["rank-1 deviation over seeds"], found["steps"]) == (50.0, None, 3)
    row["figures"] = figures | {"deviation": figures["mean"]}
    assert taken_table({"rows": [row]}).rows[0][3] == 50.0


def test_over_splits_a_figure_has_its_mean_and_its_deviation() -> None:
    rows = [{"name": "a", "kind": "distance", "mean": {"rank-1": 50.0}, "deviation": {"rank-1": 2.5}}]
    assert splits_table(rows) == Table(
        ("model", "ranks by", "rank-1", "rank-1 deviation"), (("a", "distance", 50.0, 2.5),)
    )
