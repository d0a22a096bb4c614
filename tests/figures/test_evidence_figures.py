"""Figures of the evidence on Compare: what is measured, what is published, and axes that say they are logarithmic."""

import numpy as np
import pytest

from reidviz.evaluation.published import Published
from reidviz.evaluation.ranking.gallery_size import SizeCurve
from reidviz.evaluation.ranking.uncertainty import Interval
from reidviz.figures.cmc import cmc_figure
from reidviz.figures.gallery_size import gallery_size_figure
from reidviz.figures.logarithmic import log_axis
from reidviz.figures.pareto import Mark, pareto_figure
from reidviz.figures.published import add_published
from reidviz.figures.style import ModelStyle
from reidviz.figures.text import Plain

STYLES = {Plain("a"): ModelStyle(0), Plain("b"): ModelStyle(1)}


def test_a_logarithmic_axis_has_the_ticks_people_write_and_the_end() -> None:
    axis = log_axis(Plain("persons (log scale)"), np.array([10, 486]), ends=True)
    assert axis["ticktext"] == ["10", "20", "50", "100", "200", "486"]
    assert log_axis(Plain("ms"), np.array([0.4, 1500.0]))["ticktext"][::5] == ["0.5", "20", "1,000"]  # type: ignore[index]


def test_a_curve_over_the_gallery_looks_as_its_model_does() -> None:
    curve = SizeCurve(np.array([10, 20]), np.array([60.0, 50.0]), np.array([55.0, 45.0]), np.array([65.0, 55.0]))
    band, line = gallery_size_figure({Plain("b"): curve}, STYLES).data
    style = STYLES[Plain("b")]
    assert (line.line.color, line.line.dash, line.marker.symbol) == (style.colour, style.dash, style.symbol)
    assert band.y == pytest.approx([65, 55, 45, 55])


def test_published_marks_widen_the_axis_and_stand_in_their_own_group() -> None:
    figure = cmc_figure({Plain("a"): np.linspace(70, 100, 20)}, STYLES)
    before = figure.layout.height
    add_published(figure, [Published("x", "y", {1: 30.0}), Published("z", "y", {1: 40.0, 5: 60.0, 10: 80.0})])
    assert figure.layout.yaxis.range[0] == 25
    assert figure.layout.height > before
    grouped = [one for one in figure.data if one.legendgroup == "published"]
    assert [one.name for one in grouped if one.showlegend is not False] == ["published: x", "published: z"]
    assert figure.data[0].legendgroup is None


def test_the_line_that_nothing_beats_steps_from_the_fast_to_the_good() -> None:
    ends = Interval(0, 100)
    marks = {
        Plain("a"): [Mark(Plain(""), 100, 80, ends), Mark(Plain("cascade 10"), 10, 70, ends)],
        Plain("b"): [Mark(Plain(""), 20, 60, ends)],
    }
    front, first, second = pareto_figure(marks, STYLES).data
    assert (front.x.tolist(), front.y.tolist()) == ([10, 100], [70, 80])
    assert list(first.marker.symbol) == ["circle", "circle-open"]
    assert list(first.text) == ["", "cascade 10"]
    assert second.marker.color == STYLES[Plain("b")].colour
