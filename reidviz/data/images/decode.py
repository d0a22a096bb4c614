"""Image files to RGB images and back. Every failure is a ReidvizError that names the file."""

import io
import os
import re
from pathlib import Path
from uuid import uuid4

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError, features

from reidviz.common.atomic_write import what_to_do
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.common.roots import last, open_regular
from reidviz.data.dataset import Dataset

_AVIF = features.check("avif")
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", *(("AVIF",) if _AVIF else ()))
SUFFIXES = (".jpg", ".jpeg", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", *((".avif",) if _AVIF else ()))
"""How the names of image files end that can be read, in small letters."""
FORMAT_NAMES = "JPEG, PNG, WebP, BMP, TIFF" + (", GIF or AVIF" if _AVIF else " or GIF")
_SIGNATURES = {
    "HEIC": re.compile(rb".{4}ftyp(heic|heix|hevc|mif1|msf1)", re.DOTALL),
    **({} if _AVIF else {"AVIF": re.compile(rb".{4}ftypavi[fs]", re.DOTALL)}),
    "JPEG 2000": re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51"),
    "JPEG XL": re.compile(rb"\xff\x0a|\0\0\0\x0cJXL "),
    "PDF": re.compile(rb"%PDF-"),
    "SVG": re.compile(rb"\s*(<\?xml[^>]*>\s*)?<svg", re.IGNORECASE),
    "HTML": re.compile(rb"\s*<(!doctype html|html|head|body)", re.IGNORECASE),
    "Photoshop": re.compile(rb"8BPS"),
    "PNM": re.compile(rb"P[1-6]\s"),
}
"""How files begin that are often taken for images which can be read."""
MAX_PIXELS = 50_000_000
MAX_BYTES = 50_000_000
MIN_SIDE = 8
MAX_SIDE = 20_000


def decode(source: Path | bytes, name: str | None = None) -> Image.Image:
    """A JPEG, PNG, WebP, BMP, TIFF, GIF or (where Pillow has it) AVIF as an upright RGB image without metadata; the
    first frame of an animation, the first page of several.

    Sixteen bits are scaled to eight, transparent parts are laid on white. name is what errors call the image.
    ReidvizError for anything else: no such file, not a regular file, over 50 MB or 50 million pixels, a side under
    8 or over 20,000 pixels, another format, a damaged file.
    """
    name = printable(name or (source.name if isinstance(source, Path) else "the image"))
    data = contents(source, name) if isinstance(source, Path) else source
    if not data:
        raise ReidvizError(f"The file {name} is empty.")
    if len(data) > MAX_BYTES:
        raise ReidvizError(f"The file {name} has more than {MAX_BYTES // 1_000_000} MB.", "Save it smaller.")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            check_size(image.size, name)
            image.load()
            return _rgb(image)
    except ReidvizError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as e:
        raise ReidvizError(f"The image {name} has more than {MAX_PIXELS:,} pixels.", "Save it smaller.") from e
    except UnidentifiedImageError as e:
        raise ReidvizError(f"The file {name} is {_kind(data)}.", "Save it as JPEG or PNG.") from e
    except MemoryError as e:
        raise ReidvizError(f"There is not enough memory to open {name}.") from e
    except Exception as e:  # Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error, zlib.error, ...
        raise ReidvizError(f"The image {name} is damaged or cut short ({printable(str(e))}).") from e


def resize(image: Image.Image, height: int, width: int) -> npt.NDArray[np.uint8]:
    """The whole RGB image squashed to uint8 (height, width, 3), bilinear with antialiasing."""
    return np.array(image.resize((width, height), Image.Resampling.BILINEAR), dtype=np.uint8)


def load_image(dataset: Dataset, index: int) -> Image.Image:
    """The image at a position of the data set in full size, RGB.

    Where the data set draws its images, one that has no readable file is drawn and saved first.
    """
    sample = dataset.samples[index]
    if dataset.draw is None:
        return decode(sample.path, sample.id)
    try:
        return decode(sample.path, sample.id)
    except ReidvizError:
        drawn = dataset.draw(sample).convert("RGB")
        save_png(drawn, sample.path)
        return drawn


def save_png(image: Image.Image, path: Path) -> None:
    """Write the image so that nobody ever finds half of it there. ReidvizError when it cannot be written."""
    encoded = io.BytesIO()
    image.save(encoded, "PNG", compress_level=1)
    temporary = path.with_name(f".{uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(encoded.getbuffer())
        os.replace(temporary, path)
    except OSError as e:
        temporary.unlink(missing_ok=True)
        raise ReidvizError(
            f"The image {last(path)} cannot be written: {e.strerror}.",
            what_to_do(e, "set REIDVIZ_CACHE to another folder"),
        ) from e


def contents(path: Path, name: str) -> bytes:
    """The bytes of a regular file, MAX_BYTES at most; nothing that could block is opened.

    name is what the ReidvizError of a file that cannot be read calls it.
    """
    with open_regular(path, MAX_BYTES, name) as file:
        try:
            return file.read(MAX_BYTES + 1)
        except OSError as e:
            raise ReidvizError(f"The file {name} cannot be read: {e.strerror}.", "Check its permissions.") from e


def _kind(data: bytes) -> str:
    """What a file is that cannot be opened, as far as its first bytes tell."""
    found = next((kind for kind, start in _SIGNATURES.items() if start.match(data[:200])), None)
    return f"not a readable {FORMAT_NAMES} image" + (f" but {found}" if found else "")


def check_size(size: tuple[int, int], name: str) -> None:
    """ReidvizError where an image of that (width, height) is too large or too small to be shown."""
    width, height = size
    if width * height > MAX_PIXELS:
        raise ReidvizError(
            f"The image {name} is {width} x {height}, more than {MAX_PIXELS:,} pixels.", "Save it smaller."
        )
    if max(size) > MAX_SIDE:
        raise ReidvizError(
            f"The image {name} is {width} x {height}: a side has over {MAX_SIDE:,} pixels.", "Save it smaller."
        )
    if min(size) < MIN_SIDE:
        raise ReidvizError(f"The image {name} is {width} x {height}: a side has under {MIN_SIDE} pixels.")


def _rgb(image: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):
        sixteen = np.clip(np.asarray(upright).astype(np.int64), 0, 65535)
        upright = Image.fromarray(((sixteen + 128) // 257).astype(np.uint8))
    if upright.has_transparency_data:
        white = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(white, upright.convert("RGBA"))
    rgb = upright.convert("RGB")
    rgb.info = {}
    return rgb
