"""A figure is rounded once, where it is shown: 6 of 13 probes are 46.2 %, not the 46.1 % that 46.15 would become."""

from pathlib import Path

import numpy as np

from reidviz.cli.evaluate import table
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.pipeline.report import record
from reidviz.evaluation.pipeline.report import results_table as taken_table
from reidviz.evaluation.ranking.ranking import Ranking
from reidviz.evaluation.scores import EXACT, Scores
from reidviz.evaluation.tables import as_csv, as_latex
from reidviz.ui.results.results_table import figures_table, largest
from reidviz.ui.widgets.markup import Markdown

RANKING = Ranking(np.array([1] * 6 + [2] * 7), np.arange(13), 20)


def test_every_table_rounds_the_figure_that_was_computed() -> None:
    scores = Scores("distance", np.zeros((13, 20), dtype=np.float32))
    ranker = Ranker("one", "distance", Path("one"), "0" * 64, form="features")
    found = record(Result(ranker, scores, RANKING, 0, EXACT, "key"))
    assert "| **46.2** |" in figures_table([found], [Markdown("one")], largest([found]))
    printed = table({"data": "d", "protocol": "p", "probes": 13, "gallery": 20, "models": [found]})
    assert " 46.15 " in printed
    taken = taken_table([found])
    assert repr(600 / 13) in as_csv(taken, Certificate("results"))
    assert "& 46.2 &" in as_latex(taken, Certificate("results"))
