"""Variables of a small MATLAB file (version 5) that somebody else made: no claimed size is believed."""

import io
import struct
import zlib
from math import prod
from pathlib import Path
from typing import Any

from reidviz.common.roots import open_regular

MOST_BYTES = 4 * 1024**2
MOST_CELLS = 100_000
MOST_UNPACKED = 64 * 1024**2
"""Bytes of such a file, values of one variable, and bytes that all of them may unpack to; the published configurations
of the 767/700 protocol have 14,097 images."""
_HEAD = 128
_PACKED = 15


def variables(file: Path, names: tuple[str, ...]) -> dict[str, Any]:
    """The variables of these names. Whatever a damaged file makes the reader stumble over is raised as it is."""
    from scipy.io import loadmat, whosmat

    with open_regular(file, MOST_BYTES) as opened:
        data = opened.read()
    _must_fit_unpacked(data)
    if any(prod(shape) > MOST_CELLS for _, shape, _ in whosmat(io.BytesIO(data))):
        raise ValueError("too many values")
    found: dict[str, Any] = loadmat(io.BytesIO(data), variable_names=names)
    return found


def _must_fit_unpacked(data: bytes) -> None:
    """ValueError where the packed elements hold more than MOST_UNPACKED; within one, sizes are not told beforehand."""
    order = ">" if data[_HEAD - 2 : _HEAD] == b"MI" else "<"
    place, left = _HEAD, MOST_UNPACKED
    while place + 8 <= len(data):
        kind, size = struct.unpack_from(f"{order}II", data, place)
        if kind == _PACKED:
            left -= len(zlib.decompressobj().decompress(data[place + 8 : place + 8 + size], left + 1))
        if left < 0:
            raise ValueError("it unpacks to too much")
        place += 8 + size
