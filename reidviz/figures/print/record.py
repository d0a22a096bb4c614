"""The record of a figure or table, read back from the file that carries it."""

import html
import io
import re
from pathlib import Path

from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.evaluation.certificate import MOST_BYTES, WHAT, Certificate, from_json
from reidviz.evaluation.tables import MARK

LARGEST = 64 * 1024**2
_SVG = re.compile(rb"<dc:description>(.{1,%d}?)</dc:description>" % MOST_BYTES, re.S)
_PDF = re.compile(rb"/Subject \(((?:[^()\\]|\\.){1,%d})\)" % MOST_BYTES, re.S)
_LINE = re.compile(rb"^[#%%] %s(.{1,%d})$" % (MARK.encode(), MOST_BYTES), re.M)


def certificate_in(file: Path) -> Certificate:
    """The record in an SVG, PNG, PDF, CSV or LaTeX file that this app wrote.

    ReidvizError where the file cannot be read, is larger than LARGEST bytes, or carries none.
    """
    try:
        with open(file, "rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as error:
        raise ReidvizError(f"{printable(file.name)} cannot be read: {error.strerror}.", "Check the path.") from error
    if len(data) > LARGEST:
        raise ReidvizError(f"{printable(file.name)} is too large for a figure.", "Give a file that this app wrote.")
    found = _png(data) if data.startswith(b"\x89PNG") else _text(data)
    if found is None:
        raise ReidvizError(f"{printable(file.name)} carries no record of how it was made.", f"{WHAT} may be cut off.")
    return from_json(found)


def _png(data: bytes) -> bytes | None:
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            told = image.info.get("Description")
    except (OSError, ValueError, SyntaxError):
        return None
    return told.encode() if isinstance(told, str) else None


def _text(data: bytes) -> bytes | None:
    if data.startswith(b"%PDF"):
        found = _PDF.search(data)
        return None if found is None else re.sub(rb"\\(.)", rb"\1", found[1])
    if found := _LINE.search(data.replace(b"\r", b"")):
        return found[1]
    found = _SVG.search(data)
    return None if found is None else html.unescape(found[1].decode("utf-8", "replace")).encode()
