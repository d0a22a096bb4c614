"""Figures for print: what is taken away shows the same numbers and carries its record."""

import csv
import io
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.evaluation.certificate import MOST_BYTES, Certificate, ModelMark, as_json, from_json
from reidviz.evaluation.tables import lines_of
from reidviz.figures.cmc import cmc_figure
from reidviz.figures.print.files import FORMATS
from reidviz.figures.print.record import certificate_in
from reidviz.figures.print.render import drawn
from reidviz.figures.print.series import HEADS, rows
from reidviz.figures.style import style_of
from reidviz.figures.text import Plain

RECORD = Certificate(
    kind="cmc",
    data="synthetic:cuhk03",
    data_hash="a" * 64,
    protocol="half:0",
    models=(ModelMark("<b>net</b> (é) \\ & 100 %", "b" * 64, "distance"),),
    asked={"ranks": 20},
    version="1.0",
    date="2026-11-27T03:00:00+00:00",
    command="python -m reidviz evaluate --data 'x (y)'",
)
CURVE = np.array([50.0, 75.0, 87.5])
BAND = np.array([40.0, 70.0, 80.0]), np.array([60.0, 80.0, 90.0])


@pytest.fixture
def figure() -> go.Figure:
    name = Plain("mtdnet")
    return cmc_figure({name: CURVE}, style_of([name]), 3, {name: BAND})


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_carries_the_record_and_is_made_equal_twice(form: str, figure: go.Figure, tmp_path: Path) -> None:
    file = tmp_path / f"figure.{form}"
    file.write_bytes(FORMATS[form][1](figure, RECORD))
    assert certificate_in(file) == RECORD
    assert FORMATS[form][1](figure, RECORD) == file.read_bytes()


def test_latex_carries_it_too(tmp_path: Path) -> None:
    file = tmp_path / "table.tex"
    file.write_text(lines_of(RECORD, "%") + r"\begin{tabular}{l}")
    assert certificate_in(file) == RECORD


def test_the_numbers_are_those_of_the_curve_with_its_band(figure: go.Figure) -> None:
    made = FORMATS["csv"][1](figure, RECORD).decode()
    lines = [line for line in made.splitlines() if not line.startswith("#")]
    told = list(csv.DictReader(io.StringIO("\n".join(lines))))
    assert [float(row["y"]) for row in told] == CURVE.tolist()
    assert [(float(row["low"]), float(row["high"])) for row in told] == list(zip(*BAND, strict=True))
    assert set(told[0]) == set(HEADS)
    assert {row["series"] for row in told} == {"mtdnet"}


def test_lines_and_colours_are_those_of_the_screen(figure: go.Figure) -> None:
    axes = drawn(figure).axes[0]
    (line,) = axes.lines
    assert line.get_ydata().tolist() == CURVE.tolist()
    style = style_of(["mtdnet"])["mtdnet"]
    assert tuple(round(255 * part) for part in line.get_color()) == tuple(bytes.fromhex(style.colour[1:]))
    assert axes.get_xlabel() == "rank k"


def test_png_is_large_enough_for_print(figure: go.Figure) -> None:
    with Image.open(io.BytesIO(FORMATS["png"][1](figure, RECORD))) as image:
        assert image.width >= 1500


def test_what_cannot_be_printed_is_said() -> None:
    with pytest.raises(ReidvizError, match="cannot be printed"):
        drawn(go.Figure(go.Pie(values=[1, 2])))
    with pytest.raises(ReidvizError, match="cannot be taken away"):
        rows(go.Figure(go.Pie(values=[1, 2])))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\nnothing",
        b"<svg></svg>",
        b"%PDF-1.4 /Subject (no json)",
        b"# reidviz certificate: {",
        b"# reidviz certificate: [1, 2]",
        b'# reidviz certificate: {"kind": 7}',
        b"<dc:description>&lt;script&gt;</dc:description>",
        b"# reidviz certificate: " + b"9" * (2 * MOST_BYTES),
    ],
)
def test_a_file_without_a_record_gets_a_sentence(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "odd.svg"
    file.write_bytes(content)
    with pytest.raises(ReidvizError):
        certificate_in(file)
    with pytest.raises(ReidvizError):
        certificate_in(tmp_path / "missing.svg")


def test_a_record_survives_its_text() -> None:
    assert from_json(as_json(RECORD).encode()) == RECORD
    assert as_json(RECORD).isascii()
    assert "cmc on synthetic:cuhk03, protocol half:0; models <b>net</b>" in RECORD.caption
