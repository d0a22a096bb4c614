import numpy as np
import pytest

from reidviz.figures.style import style_of
from reidviz.figures.training import rank1_figure, running_mean, steps_figure, validation_cmc_figure

STEPS = np.array([10.0, 20.0, 30.0])


def test_the_running_mean_by_hand() -> None:
    values = np.array([1.0, 3.0, 5.0, 7.0])
    assert running_mean(values, 2).tolist() == [1.0, 2.0, 4.0, 6.0]
    assert running_mean(values, 9).tolist() == [1.0, 2.0, 3.0, 4.0]


def test_each_curve_is_drawn_thin_and_as_its_mean_over_the_whole_training() -> None:
    values = np.array([3.0, np.nan, 1.0])
    figure = steps_figure({"pairs": (STEPS, values), "absent": (STEPS, np.full(3, np.nan))}, "loss", total=100)
    thin, thick = figure.data
    assert thin.x.tolist() == thick.x.tolist() == [10.0, 30.0]
    assert thin.y.tolist() == [3.0, 1.0]
    assert thick.y.tolist() == [3.0, 2.0]
    assert thick.name == "pairs"
    assert figure.layout.xaxis.range == pytest.approx((0, 102))


def test_readings_have_one_colour_in_both_validation_charts() -> None:
    curves = {"one": np.array([40.0, 80.0, 100.0]), "other": np.array([50.0, 60.0, 100.0])}
    over_steps = rank1_figure({name: (STEPS, curve) for name, curve in curves.items()}, style_of(curves), 30)
    over_ranks = validation_cmc_figure(curves, style_of(curves), 3)
    for a, b in zip(over_steps.data, over_ranks.data, strict=True):
        assert (a.name, a.line.color, a.line.dash) == (b.name, b.line.color, b.line.dash)
    assert len({trace.line.color for trace in over_steps.data}) == 2
    assert over_ranks.data[0].y.tolist() == [40.0, 80.0, 100.0]
