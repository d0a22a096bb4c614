"""Every figure of the app for print: it is drawn, its numbers are taken away, and its files carry their record."""

import ast
import csv
import io
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.evaluation.certificate import Certificate, ModelMark, as_json, from_json
from reidviz.evaluation.failures.conditions import Group
from reidviz.evaluation.failures.lift import Lift
from reidviz.evaluation.published import Published
from reidviz.evaluation.ranking.gallery_size import SizeCurve
from reidviz.evaluation.ranking.uncertainty import Interval
from reidviz.evaluation.tables import MARK, latex, lines_of
from reidviz.evaluation.verification.calibration import reliability
from reidviz.evaluation.verification.error_rates import errors
from reidviz.figures import (
    cameras,
    cmc,
    compare,
    embedding,
    failures,
    fusion,
    gallery_size,
    histogram,
    pairs,
    pareto,
    published,
    time_machine,
    timeline,
    training,
    transfer,
)
from reidviz.figures.print.files import FORMATS
from reidviz.figures.print.looks import colour
from reidviz.figures.print.render import drawn
from reidviz.figures.print.series import rows
from reidviz.figures.style import style_of
from reidviz.models.model_card import Fusion

FIGURES = Path(cmc.__file__).parent
RNG = np.random.default_rng(0)
SAME = np.arange(60) < 20
VALUES = (RNG.random(60) * 0.5 + 0.4 * SAME).astype(np.float32)
PLANE = RNG.normal(size=(60, 2)).astype(np.float32)
NONE = np.empty(0, dtype=np.int64)
CURVES = {"a": np.linspace(50, 90, 20), "_b $x$": np.linspace(40, 80, 20)}
STYLES = style_of(CURVES)
STEPS = {name: (np.arange(20.0), curve) for name, curve in CURVES.items()}
EVENTS = [{"step": step, "loss": 3.0 - step, "pair_loss": 1.0, "pair_accuracy": 0.5} for step in range(3)]
ERRORS = {"a": errors(VALUES, SAME)}
LIFTS = [
    Lift(Group(f"camera {name}", SAME), 50, 150, found, 90 - found, Interval(*ends), p)
    for name, found, ends, p in (("a", 45, (1.5, 2.5), 0.01), ("<b>", 9, (0.25, 0.75), 0.02), ("$c$", 0, (0, 0), 1.0))
]
RECORD = Certificate(
    "cmc", "drawn", "0f", "half:0", models=(ModelMark("é <b>", "ab", "distance"),), date="2026-01-02T03:04:05+00:00"
)

MADE: dict[str, Callable[[], go.Figure]] = {
    "timeline.timeline": lambda: timeline.timeline(
        [
            timeline.Sighting(datetime(2024, 1, 31, 12, i), "ab"[i % 2], match, "x")
            for i, match in enumerate((True, False, None))
        ]
    ),
    "cameras.cameras_figure": lambda: cameras.cameras_figure(np.array([[1, 0], [2, 3]]), ["a", "b"], ["p", "q"]),
    "cameras.shared_figure": lambda: cameras.shared_figure(np.array([[1, 0], [2, 3]]), ["a", "b"]),
    "cameras.images_figure": lambda: cameras.images_figure([2, 3, 3]),
    "gallery_size.gallery_size_figure": lambda: gallery_size.gallery_size_figure(
        {name: SizeCurve(np.array([10, 20]), *(np.array([50.0, 40.0]),) * 3) for name in CURVES}, STYLES
    ),
    "pareto.pareto_figure": lambda: pareto.pareto_figure(
        {"a": [pareto.Mark("", 10.0, 50.0, Interval(40, 60)), pareto.Mark("cascade 10", 2.0, 45.0, Interval(35, 55))]},
        STYLES,
    ),
    "published.add_published": lambda: published.add_published(
        cmc.cmc_figure(CURVES, STYLES),
        (Published("LOMO", "s", {1: 40.0}), Published("other", "b", {1: 1, 5: 9})),
    ),
    "cmc.cmc_figure": lambda: cmc.cmc_figure(CURVES, STYLES, 20, {"a": (CURVES["a"] - 5, CURVES["a"] + 5)}),
    "compare.board_figure": lambda: compare.board_figure(
        np.array([1, 10, 3]), np.array([5, 2, 3]), ("a", "b"), np.array([1])
    ),
    "compare.camera_matrix_figure": lambda: compare.camera_matrix_figure(
        np.array([[50.0, np.nan], [25.0, 100.0]]), np.ones((2, 2), dtype=np.int64), ["a", "b"], ["a", "b"]
    ),
    "embedding.map_figure": lambda: embedding.map_figure(
        PLANE,
        [embedding.Group("g", np.arange(60), ["#112233"] * 60)],
        np.array([2]),
        embedding.Links(np.array([[0, 1]]), NONE.reshape(0, 2)),
        np.full(60, 5, dtype=np.float32),
        PLANE[:1],
    ),
    "embedding.distances_figure": lambda: embedding.distances_figure(
        np.array([0.0, 1, 2]), np.array([1.0, 0]), np.array([0.25, 0.75])
    ),
    "failures.lifts_figure": lambda: failures.lifts_figure(LIFTS, "failures"),
    "fusion.dial_figure": lambda: fusion.dial_figure(
        Fusion(0.5, 0.4, 0.6, "", 10, 20, (0.0, 0.5, 1.0), (10.0, 30.0, 20.0), (10.0, 30.0, 20.0)), 0.3
    ),
    "histogram.histograms": lambda: histogram.histograms(
        np.array([0.0, 1, 2]), {"a": np.array([40.0, 60]), "b": np.array([70.0, 30])}, "near"
    ),
    "pairs.scores_figure": lambda: pairs.scores_figure(VALUES, SAME, 0.5, "P(same)", 0.7),
    "pairs.errors_figure": lambda: pairs.errors_figure(ERRORS, {"a": 0.5}, STYLES, True),
    "pairs.reliability_figure": lambda: pairs.reliability_figure({"as it is": reliability(VALUES, SAME)}),
    "pairs.passes_figure": lambda: pairs.passes_figure({"a": np.array([0.1, 0.3])}, STYLES, ["1", "2"], "P"),
    "pairs.plane_figure": lambda: pairs.plane_figure(VALUES, VALUES, SAME, np.arange(60), (0.2, 0.5), NONE, ("d", "P")),
    "time_machine.trails_figure": lambda: time_machine.trails_figure(
        time_machine.TrailMap(
            [PLANE, PLANE + 1],
            [PLANE[:3], PLANE[3:6]],
            np.arange(60) % 3,
            list("ab<"),
            {time_machine.LEARNT: np.arange(30), time_machine.GALLERY: np.arange(30, 60)},
            1,
        ),
        np.stack([PLANE.min(0), PLANE.max(0)]),
    ),
    "time_machine.learnt_figure": lambda: time_machine.learnt_figure(STEPS, STYLES, 20),
    "training.steps_figure": lambda: training.steps_figure(STEPS, "loss", 20),
    "training.losses_figure": lambda: training.losses_figure(EVENTS, 20),
    "training.accuracy_figure": lambda: training.accuracy_figure(EVENTS, 20),
    "training.rank1_figure": lambda: training.rank1_figure(STEPS, STYLES, 20),
    "training.validation_cmc_figure": lambda: training.validation_cmc_figure(CURVES, STYLES),
    "transfer.distances_figure": lambda: transfer.distances_figure(VALUES.reshape(6, 10), SAME.reshape(6, 10)),
    "transfer.projection_figure": lambda: transfer.projection_figure(PLANE, np.arange(60) < 30, SAME),
}


def test_no_figure_of_the_app_is_forgotten_here() -> None:
    found = {
        f"{file.stem}.{node.name}"
        for file in FIGURES.glob("*.py")
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "go.Figure"
    }
    assert found == MADE.keys()


@pytest.mark.parametrize("name", MADE)
def test_every_figure_is_printed_and_gives_its_numbers(name: str) -> None:
    figure = MADE[name]()
    assert FORMATS["svg"][1](figure, RECORD).startswith(b"<?xml")
    assert rows(figure)


def test_a_printed_curve_has_the_numbers_colours_and_band_of_the_page() -> None:
    figure = MADE["cmc.cmc_figure"]()
    axes = drawn(figure).axes[0]
    for line, name in zip(axes.lines, CURVES, strict=True):
        assert line.get_ydata().tolist() == CURVES[name].tolist()
        assert line.get_color() == colour(STYLES[name].colour)[:3]
    (band,) = axes.patches
    assert band.get_xy()[0].tolist() == [1, 55]
    table = rows(figure)
    assert table[0] == ("a", 1, 50.0, 45.0, 55.0)
    assert table[20] == ("_b $x$", 1, 40.0, "", "")


def test_intervals_across_are_taken_away_with_their_names() -> None:
    assert rows(MADE["failures.lifts_figure"]()) == [
        ("surely more failures", 2.0, "camera a", 1.5, 2.5),
        ("surely fewer failures", 0.4, "camera <b>", 0.25, 0.75),
        ("not told from chance", 0.0, "camera $c$", 0.0, 0.0),
    ]


def test_the_legend_stands_outside_and_names_all() -> None:
    made = drawn(MADE["cmc.cmc_figure"]())
    (legend,) = made.legends
    assert [one.get_text() for one in legend.get_texts()] == ["a", r"_b \$x\$"]
    made.canvas.draw()
    assert legend.get_window_extent().y1 <= made.axes[0].get_window_extent().y0


def test_logarithmic_axes_are_said() -> None:
    axes = drawn(MADE["compare.board_figure"]()).axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert "(log)" in axes.get_xlabel()


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_figure_makes_the_same_bytes(kind: str) -> None:
    make = FORMATS[kind][1]
    assert make(MADE["cmc.cmc_figure"](), RECORD) == make(MADE["cmc.cmc_figure"](), RECORD)


def test_each_file_carries_its_record() -> None:
    figure = MADE["cmc.cmc_figure"]()
    said = as_json(RECORD)
    image = Image.open(io.BytesIO(FORMATS["png"][1](figure, RECORD)))
    assert image.info["Description"] == said
    lines = FORMATS["csv"][1](figure, RECORD).decode().splitlines()
    assert lines[1] == f"# {MARK}{said}"
    svg = FORMATS["svg"][1](figure, RECORD).decode()
    assert '"kind": "cmc"' in svg
    assert from_json(said.encode()) == RECORD
    assert re.search(rb"/Subject", FORMATS["pdf"][1](figure, RECORD))


def test_formulas_are_kept_from_spreadsheets_and_from_latex() -> None:
    figure = cmc.cmc_figure({"=1+1": np.array([50.0])}, style_of(["=1+1"]))
    text = FORMATS["csv"][1](figure, RECORD).decode()
    read = list(csv.reader(line for line in text.splitlines() if not line.startswith("#")))
    assert read[1][0] == "'=1+1"
    assert latex("50% & _x") == r"50\% \& \_x"


def test_a_hostile_name_does_not_leave_a_comment() -> None:
    record = Certificate("cmc", data="a\n\\input{x}\r=1", protocol="p")
    lines = lines_of(record, "%").splitlines()
    assert len(lines) == 2
    assert all(line.startswith("% ") for line in lines)
    figure = MADE["cmc.cmc_figure"]()
    assert FORMATS["csv"][1](figure, record).decode().splitlines()[2] == "series,x,y,low,high"


def test_what_cannot_be_printed_is_said_in_a_sentence() -> None:
    with pytest.raises(ReidvizError, match="pie"):
        drawn(go.Figure(go.Pie(values=[1])))


@pytest.mark.parametrize("said", [b"", b"[]", b'{"kind": 3}', b'{"kind":"' + b"x" * 400 + b'"}', b"[" * 90_000])
def test_a_record_that_is_none_is_refused(said: bytes) -> None:
    with pytest.raises(ReidvizError):
        from_json(said)
