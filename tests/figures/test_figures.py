import numpy as np

from reidviz.evaluation.statistics import Wins
from reidviz.figures.cmc import cmc_figure
from reidviz.figures.wins import wins_figure


def test_a_cmc_figure_draws_the_very_numbers() -> None:
    curves = {"a": np.array([50.0, 75.0, 100.0]), "b": np.array([25.0, 50.0, 75.0])}
    figure = cmc_figure(curves, ranks=2)
    assert [t.name for t in figure.data] == ["a", "b"]
    assert figure.data[0].x.tolist() == [1, 2]
    assert figure.data[1].y.tolist() == [25, 50]
    assert figure.data[0].line.color != figure.data[1].line.color
    assert figure.data[0].line.dash != figure.data[1].line.dash
    assert figure.layout.yaxis.range[0] <= 25


def test_a_wins_figure_counts_every_probe_once() -> None:
    figure = wins_figure(["a", "b"], Wins((3, 4), 5))
    assert figure.data[0].x.tolist() == [3, 4, 5]
    assert list(figure.data[0].y) == ["a", "b", "shared by two or more"]
