"""Colours as people tell them apart: CIELAB, in which distances are differences to the eye (CIE 1976)."""

from typing import Final

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import Float32Array

_TO_XYZ: Final = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
"""Of linear sRGB (IEC 61966-2-1)."""
_WHITE: Final = _TO_XYZ.sum(axis=1)
_LEVELS: Final = np.arange(256) / 255
_LINEAR: Final = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4)
CELL: Final = 12.0
"""Side of the cells of CIELAB in which pixels are counted: colours within one look alike in moving clothes."""
_ALONG: Final = 2 * int(128 / CELL) + 2


def lab(colours: npt.NDArray[np.uint8]) -> Float32Array:
    """sRGB (..., 3) in CIELAB under D65: L 0-100, a and b about -100 to 100."""
    ratio = _LINEAR[colours] @ (_TO_XYZ / _WHITE[:, None]).T
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


def dominant(images: npt.NDArray[np.uint8]) -> Float32Array:
    """The dominant colour of each RGB image (N, H, W, 3) in CIELAB (N, 3): the mean of the pixels in the fullest cell
    of a grid."""
    count = len(images)
    pixels = lab(images).reshape(count, -1, 3)
    cells = np.floor(pixels / CELL).astype(np.int64) + _ALONG // 2
    cell = (cells[..., 0] * _ALONG + cells[..., 1]) * _ALONG + cells[..., 2]
    found = np.empty((count, 3), dtype=np.float32)
    for i in range(count):
        found[i] = pixels[i, cell[i] == np.bincount(cell[i]).argmax()].mean(axis=0)
    return found


def difference(one: Float32Array, other: Float32Array) -> Float32Array:
    """The colour difference (CIE76, Delta E) of colours (..., 3) in CIELAB: 2 is just seen, 50 is black to grey."""
    return np.asarray(np.linalg.norm(one - other, axis=-1), dtype=np.float32)
