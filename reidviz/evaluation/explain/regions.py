"""The regions of an image that are searched and spoken of: a grid of five rows and three columns, its rows and columns.

A region is a place of the image, no part of the body: crops of persons differ.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from reidviz.common.arrays import Float32Array
from reidviz.evaluation.explain.masking import Box, box_mask, enlarged

ROWS = ("top", "upper", "middle", "lower", "bottom")
COLUMNS = ("left", "centre", "right")
_BANDS = ("the top fifth", "the second fifth", "the middle fifth", "the fourth fifth", "the bottom fifth")
_STRIPS = ("the left third", "the middle third", "the right third")
_HEIGHT, _WIDTH = 160, 64


@dataclass(frozen=True)
class Region:
    """A place of an image and what it is called, left and right as one sees them."""

    name: str
    box: Box

    @property
    def size(self) -> float:
        """Its share of the image."""
        top, left, bottom, right = self.box
        return (bottom - top) * (right - left)


def _sides(count: int) -> list[tuple[float, float]]:
    return list(pairwise(i / count for i in range(count + 1)))


CELLS = tuple(
    Region("the centre" if (row, column) == ("middle", "centre") else f"the {row} {column}", (top, left, bottom, right))
    for row, (top, bottom) in zip(ROWS, _sides(5), strict=True)
    for column, (left, right) in zip(COLUMNS, _sides(3), strict=True)
)
BANDS = tuple(Region(name, (top, 0.0, bottom, 1.0)) for name, (top, bottom) in zip(_BANDS, _sides(5), strict=True))
STRIPS = tuple(Region(name, (0.0, left, 1.0, right)) for name, (left, right) in zip(_STRIPS, _sides(3), strict=True))
REGIONS = CELLS + BANDS + STRIPS
"""All that are searched, the smallest first."""
SEARCHED = f"{len(CELLS)} cells of five rows and three columns, the {len(BANDS)} rows and the {len(STRIPS)} columns"


def cell_at(box: Box) -> Region:
    """The cell that the middle of a box lies in."""
    top, left, bottom, right = box
    row, column = min(4, int((top + bottom) / 2 * 5)), min(2, int((left + right) / 2 * 3))
    return CELLS[3 * row + column]


def means(relevance: Float32Array) -> Float32Array:
    """The mean of a map (h, w) in each cell (15,), in the order of CELLS."""
    whole = enlarged(relevance, _HEIGHT, _WIDTH)
    found = [whole[box_mask(cell.box, _HEIGHT, _WIDTH)].mean() for cell in CELLS]
    return np.array(found, dtype=np.float32)
