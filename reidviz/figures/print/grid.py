"""Ranked lists as a figure for print: a row a model, right and wrong told by frame, sign and colour."""

import math
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.evaluation.tables import Table
from reidviz.figures.palette import RIGHT, WRONG
from reidviz.figures.print.looks import text
from reidviz.figures.print.render import LOCK, SET

MOST_ROWS, MOST_COLUMNS = 24, 40
LONGEST = 192
"""Pixels of an image's longer side."""
MOST_PIXELS = 24_000_000
WIDE, HIGH = 0.66, 1.3
"""Inches of a cell's image."""
GAP, HEAD, TITLE, LINE = 0.08, 0.15, 0.3, 0.12
LETTERS = 13
"""So many stand below an image."""
FRAMES: Final[dict[bool | None, tuple[str, str, str]]] = {
    True: (RIGHT, "solid", "✓"),
    False: (WRONG, (0, (4, 2)), "✗"),  # type: ignore[dict-item]
    None: ("#7F7F7F", "solid", ""),
}
"""Colour, dashes and sign of an image by whether it is right."""


@dataclass(frozen=True, eq=False)
class Cell:
    """One image. head: above it; lines: below it, three at most; right: whether it shows the probe's person."""

    image: Image.Image
    head: str
    lines: tuple[str, ...]
    right: bool | None = None


@dataclass(frozen=True, eq=False)
class ImageGrid:
    """Rows of images, each below its title; table: what they show, in words and numbers."""

    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    table: Table


def drawn_grid(grid: ImageGrid) -> Any:
    """The grid as a Matplotlib figure. ReidvizError for more than MOST_ROWS rows or MOST_COLUMNS images in one."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = max((len(cells) for _, cells in grid.rows), default=0)
    if len(grid.rows) > MOST_ROWS or columns > MOST_COLUMNS:
        raise ReidvizError(
            f"No more than {MOST_ROWS} lists of {MOST_COLUMNS} images are printed.", "Choose fewer models or images."
        )
    with LOCK:
        matplotlib.rcParams.update(SET)
        row = TITLE + HEAD + HIGH + 3 * LINE + 2 * GAP
        size = max(3.0, GAP + columns * (WIDE + GAP)), max(1.0, len(grid.rows) * row)
        made = Figure(figsize=size)
        FigureCanvasAgg(made)
        axes = made.add_axes((0, 0, 1, 1))
        for number, (title, cells) in enumerate(grid.rows):
            top = number * row + GAP
            axes.text(GAP, top + 0.16, text(printable(title)), fontsize=8, va="center")
            for place, cell in enumerate(cells):
                _draw(axes, cell, GAP + place * (WIDE + GAP), top + TITLE)
        axes.set(xlim=(0, size[0]), ylim=(size[1], 0))
        axes.set_axis_off()
        return made


def dots_an_inch(made: Any, usual: int) -> float:
    """How finely a figure is printed: as usual, or so that it has no more than MOST_PIXELS."""
    wide, high = made.get_size_inches()
    return min(float(usual), math.sqrt(MOST_PIXELS / (wide * high)))


def _draw(axes: Any, cell: Cell, left: float, top: float) -> None:
    """One image in its frame, within WIDE by HIGH inches, and its texts."""
    from matplotlib.patches import Rectangle

    colour, dashes, sign = FRAMES[cell.right]
    image = cell.image.convert("RGB")
    image.thumbnail((LONGEST, LONGEST))
    scale = min(WIDE / image.width, HIGH / image.height)
    wide, high = image.width * scale, image.height * scale
    x, y = left + (WIDE - wide) / 2, top + HEAD + HIGH - high
    axes.imshow(image, extent=(x, x + wide, y + high, y), aspect="auto", interpolation="nearest")
    axes.add_patch(Rectangle((x, y), wide, high, facecolor="none", edgecolor=colour, linestyle=dashes, linewidth=1.6))
    axes.text(left + WIDE / 2, y - 0.07, f"{sign} {cell.head}".strip(), fontsize=6.5, ha="center", va="center")
    for number, line in enumerate(cell.lines):
        shown = line if len(line) <= LETTERS else f"{line[: LETTERS - 1]}…"
        below = top + HEAD + HIGH + LINE * (number + 0.75)
        axes.text(left + WIDE / 2, below, text(printable(shown)), fontsize=5.5, ha="center", va="center")
