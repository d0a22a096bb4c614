import numpy as np

from reidviz.figures.cameras import images_figure, shared_figure
from reidviz.figures.cmc import cmc_figure
from reidviz.figures.compare import board_figure
from reidviz.figures.palette import colour, dash
from reidviz.figures.style import style_of
from reidviz.figures.text import LINE, plain


def test_a_cmc_figure_draws_the_very_numbers() -> None:
    curves = {"a": np.array([50.0, 75.0, 100.0]), "b": np.array([25.0, 50.0, 75.0])}
    figure = cmc_figure(curves, style_of(curves), ranks=2)
    assert [t.name for t in figure.data] == ["a", "b"]
    assert figure.data[0].x.tolist() == [1, 2]
    assert figure.data[1].y.tolist() == [25, 50]
    assert figure.data[0].line.color != figure.data[1].line.color
    assert figure.data[0].line.dash != figure.data[1].line.dash
    assert figure.layout.yaxis.range[0] <= 25


def test_the_board_shows_every_probe_once_on_its_side_of_the_diagonal() -> None:
    across, up = np.array([1, 10, 3, 7]), np.array([5, 2, 3, 7])
    figure = board_figure(across, up, (plain("a"), plain("b")), np.array([1]))
    told = {str(trace.name): [int(row[0]) for row in trace.customdata] for trace in figure.data[:3]}
    assert told == {"b is better (1)": [1], "a is better (1)": [0], "both alike (2)": [2, 3]}
    assert figure.data[0].selectedpoints == (0,)
    for trace in figure.data[:3]:
        np.testing.assert_allclose(np.log10(trace.x), np.log10(trace.customdata[:, 1]), atol=0.07)


def test_curves_of_twelve_models_are_told_apart_and_their_legend_leaves_them_room() -> None:
    curves = {f"model {i}": np.array([50.0, 75.0, 100.0]) for i in range(12)}
    figure = cmc_figure(curves, style_of(curves))
    assert len({(trace.line.color, trace.line.dash) for trace in figure.data}) == 12
    assert len({(colour(i), dash(i)) for i in range(24)}) == 24
    assert figure.layout.legend.y < 0
    assert figure.layout.height == 330 + 12 * LINE
    few = cmc_figure(dict(list(curves.items())[:5]), style_of(curves))
    assert few.layout.legend.y < 0


def test_a_band_lies_behind_its_curve_and_is_not_in_the_legend() -> None:
    curve, ends = np.array([50.0, 75.0]), (np.array([40.0, 70.0]), np.array([60.0, 80.0]))
    figure = cmc_figure({plain("m"): curve}, style_of(["m"]), 20, {plain("m"): ends})
    band, line = figure.data
    assert list(band.y) == [60, 80, 70, 40]
    assert band.showlegend is False
    assert band.fillcolor == line.line.color


def test_names_are_no_markup_and_no_template() -> None:
    assert plain("<b>x</b> & %{y}\n1 %") == "&lt;b&gt;x&lt;/b&gt; &amp; &#37;{y} 1 %"
    assert plain("\u202ea") == "\N{REPLACEMENT CHARACTER}a"
    styles = style_of([plain("<b>m")])
    figure = cmc_figure({plain("<b>m"): np.array([1.0])}, styles)
    assert figure.data[0].name == "&lt;b&gt;m"
    assert "<b>" not in figure.data[0].hovertemplate
    board = board_figure(np.array([1]), np.array([2]), (plain("<b>m"), plain("n")), np.array([], dtype=np.int64))
    assert "<b>" not in str(board.layout.xaxis.title.text)


def test_a_few_images_of_a_person_are_told_in_whole_numbers() -> None:
    few, many = images_figure([1, 1, 2]), images_figure([*range(1, 40), *[5] * 60])
    assert few.layout.xaxis.dtick == few.layout.yaxis.dtick == 1
    assert many.layout.xaxis.dtick is None
    assert images_figure([]).layout.xaxis.dtick == 1


def test_the_fewest_persons_that_two_cameras_share_are_not_coloured_as_none() -> None:
    (map_,) = shared_figure(np.array([[1, 1, 0], [1, 0, 1]]), [plain("a"), plain("b")]).data
    assert np.asarray(map_.z).tolist() == [[2, 1], [1, 2]]
    assert (map_.zmin, map_.zmax) == (0, 2)
