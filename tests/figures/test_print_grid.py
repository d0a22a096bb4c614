"""Ranked lists for print: what is right is told by frame and sign, names are bounded, and files carry their record."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.colors import to_hex
from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.evaluation.certificate import Certificate, ModelMark
from reidviz.evaluation.tables import Table
from reidviz.figures.palette import RIGHT, WRONG
from reidviz.figures.print.files import DPI, GRIDS, formats_of
from reidviz.figures.print.grid import (
    LETTERS,
    MOST_COLUMNS,
    MOST_PIXELS,
    MOST_ROWS,
    Cell,
    ImageGrid,
    dots_an_inch,
    drawn_grid,
)
from reidviz.figures.print.record import certificate_in

RECORD = Certificate(
    "ranked-lists", "drawn", models=(ModelMark("é <b>", "ab", "distance"),), date="2026-01-02T03:04:05"
)


def cell(head: str = "1", right: bool | None = None, *lines: str) -> Cell:
    return Cell(Image.new("RGB", (40, 100), (200, 30, 30)), head, lines, right)


def grid(*rows: tuple[Cell, ...]) -> ImageGrid:
    return ImageGrid(tuple((f"model {n}", row) for n, row in enumerate(rows)), Table(("rank",), ((1,),)))


def test_right_and_wrong_are_told_by_colour_dashes_and_sign() -> None:
    axes = drawn_grid(grid((cell("probe"), cell("1", False), cell("2 ×3", True)))).axes[0]
    found = [(to_hex(one.get_edgecolor()).upper(), one.get_linestyle() != "solid") for one in axes.patches]
    assert found == [("#7F7F7F", False), (WRONG, True), (RIGHT, False)]
    assert {"probe", "✗ 1", "✓ 2 ×3"} <= {one.get_text() for one in axes.texts}
    assert len(axes.images) == 3


def test_images_keep_their_shape_and_rows_do_not_overlap() -> None:
    axes = drawn_grid(grid((cell(), cell()), (cell(),))).axes[0]
    boxes = [one.get_extent() for one in axes.images]
    for left, right, bottom, top in boxes:
        assert (right - left) / (bottom - top) == pytest.approx(0.4)
    assert boxes[0][1] < boxes[1][0]
    assert boxes[0][2] < boxes[2][3]


def test_texts_are_bounded_and_no_dollar_begins_a_formula() -> None:
    axes = drawn_grid(grid((cell("1", None, "$x$" * 50, "a\nb\u202e"),))).axes[0]
    shown = [one.get_text() for one in axes.texts]
    assert all(len(one.replace("\\$", "$")) <= LETTERS for one in shown[1:])
    assert not any("\n" in one or "\u202e" in one for one in shown)
    assert GRIDS["png"][1](grid((cell("1", None, "$x$"),)), RECORD)


@pytest.mark.parametrize("rows", [((cell(),),) * (MOST_ROWS + 1), ((cell(),) * (MOST_COLUMNS + 1),)])
def test_more_than_is_printed_is_refused(rows: tuple[tuple[Cell, ...], ...]) -> None:
    with pytest.raises(ReidvizError, match="No more than"):
        drawn_grid(grid(*rows))


def test_a_large_grid_is_printed_less_finely() -> None:
    large = drawn_grid(grid(*((cell(),) * MOST_COLUMNS,) * MOST_ROWS))
    wide, high = large.get_size_inches()
    assert wide * high * dots_an_inch(large, DPI) ** 2 <= MOST_PIXELS * 1.001
    assert dots_an_inch(drawn_grid(grid((cell(),))), DPI) == DPI


@pytest.mark.parametrize("form", GRIDS)
def test_each_file_carries_its_record_and_is_made_equal(form: str, tmp_path: Path) -> None:
    made = grid((cell("1", True, "0001"),))
    assert formats_of(made) is GRIDS
    data = GRIDS[form][1](made, RECORD)
    assert data == GRIDS[form][1](made, RECORD)
    file = tmp_path / f"taken.{form}"
    file.write_bytes(data)
    assert certificate_in(file) == RECORD
    if form == "png":
        assert Image.open(io.BytesIO(data)).size[0] == 3 * DPI


def test_an_image_stays_as_it_was() -> None:
    image = Image.new("RGB", (1000, 2000))
    drawn_grid(grid((replace(cell(), image=image),)))
    assert image.size == (1000, 2000)
