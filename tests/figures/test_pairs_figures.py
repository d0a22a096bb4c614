import numpy as np
from PIL import Image

from reidviz.evaluation.verification.calibration import reliability
from reidviz.evaluation.verification.error_rates import errors
from reidviz.figures.embedding import Group, Links, distances_figure, map_figure
from reidviz.figures.heatmaps import signed_overlay
from reidviz.figures.pairs import errors_figure, passes_figure, plane_figure, reliability_figure, scores_figure
from reidviz.figures.style import style_of
from reidviz.figures.text import Plain

RNG = np.random.default_rng(0)
SAME = np.arange(60) < 20
VALUES = (RNG.random(60) * 0.5 + 0.4 * SAME).astype(np.float32)


def test_each_kind_of_pair_sums_to_a_hundred_percent() -> None:
    figure = scores_figure(VALUES, SAME, 0.5, "P(same)", marked=0.7)
    assert [round(float(np.sum(bar.y)), 4) for bar in figure.data] == [100, 100]
    assert [line.x0 for line in figure.layout.shapes] == [0.5, 0.7]


def test_curves_end_where_all_or_nothing_passes() -> None:
    found = {"a": errors(VALUES, SAME)}
    roc = errors_figure(found, {"a": 0.5}, style_of(found), deviates=False)
    assert (roc.data[0].x[0], roc.data[0].y[0]) == (100, 100)
    assert (roc.data[0].x[-1], roc.data[0].y[-1]) == (0, 0)
    det = errors_figure(found, {"a": 0.5}, style_of(found), deviates=True)
    assert np.isfinite(det.data[0].x).all()
    assert np.isfinite(det.data[0].y).all()


def test_reliability_and_passes_carry_their_numbers() -> None:
    one = reliability(VALUES, SAME)
    figure = reliability_figure({"as it is": one})
    np.testing.assert_array_equal(figure.data[1].x, one.told)
    passes = passes_figure({"m": np.array([0.1, 0.3])}, style_of("m"), ["a", "b"], "P")
    assert passes.data[0].x.tolist() == [0.1, 0.3]
    assert passes.data[1].x[0] == 0.2


def test_the_plane_carries_rows_and_the_selection() -> None:
    rows = np.arange(100, 160)
    figure = plane_figure(VALUES, VALUES, SAME, rows, (0.2, 0.5), np.array([101, 130]), (Plain("d"), Plain("P")))
    different, same = figure.data
    assert same.customdata.tolist() == list(range(100, 120))
    assert same.selectedpoints == (1,)
    assert different.selectedpoints == (10,)


def test_a_map_carries_rows_lines_and_what_is_selected() -> None:
    plane = RNG.normal(size=(6, 2)).astype(np.float32)
    groups = [Group("a", np.array([0, 2, 4]), "#000"), Group("b", np.array([1, 3]), "#111", "x")]
    links = Links(np.array([[0, 1]]), np.empty((0, 2), dtype=np.int64))
    figure = map_figure(plane, groups, np.array([2, 3]), links, uploaded=plane[:1])
    assert [trace.name for trace in figure.data] == ["a", "b", "to its true match", "your image"]
    assert figure.data[0].x.tolist() == plane[[0, 2, 4], 0].tolist()
    assert figure.data[0].selectedpoints == (1,)
    assert figure.data[1].selectedpoints == (1,)
    assert map_figure(plane, groups, rows_none(), links).data[0].selectedpoints is None


def rows_none() -> np.ndarray:
    return np.empty(0, dtype=np.int64)


def test_histograms_of_distances_in_percent() -> None:
    figure = distances_figure(np.array([0.0, 1, 2]), np.array([1.0, 0]), np.array([0.25, 0.75]))
    assert figure.data[0].y.tolist() == [100, 0]
    assert figure.data[1].x.tolist() == [0.5, 1.5]


def test_signs_have_colours_of_their_own() -> None:
    grey = Image.new("RGB", (40, 80), (128, 128, 128))
    relevance = np.array([[1.0, -1.0], [0.0, 0.0]], dtype=np.float32)
    shown = np.asarray(signed_overlay(grey, relevance, 1.0, height=80)).astype(int)
    assert shown[5, 3, 0] > shown[5, 3, 2] + 60
    assert shown[5, -3, 2] > shown[5, -3, 0] + 60
    assert np.ptp(shown[-2, 3]) < 12
