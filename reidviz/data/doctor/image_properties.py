"""What each image file is, read once and kept: digest, size, orientation, colour, and a hash of how it looks."""

import hashlib
import io
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops

from reidviz.common import settings
from reidviz.common.atomic_write import write_atomically
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress
from reidviz.data.dataset import Dataset
from reidviz.data.images.decode import contents, decode, load_image
from reidviz.data.images.render_missing import draw_missing

MEASURED = 2
"""Counted up whenever a fact is measured in another way, so that facts kept before are not taken for it."""
AT_ONCE = 64
THREADS = 2
LOOK = 16
"""Side of the small grey image by which near duplicates are told."""
MOST_WORDS = 500
"""Letters of a digest or a reason."""
COLOURLESS = 3
"""Levels of 255 by which the channels of an image without chroma differ at most, in any pixel. A grey image is exact
in PNG and JPEG, 1 level off in WebP and 3 in coarse AVIF; the palest of 20,935 real ones has 4, the next ones 8."""
REASONS = {
    "does not exist": "does not exist",
    "is empty": "is empty",
    "not a readable": "no image",
    "damaged or cut short": "damaged or cut short",
    "has under": "too small",
    "pixels": "too large",
    "MB": "more than 50 MB",
    "not a file": "no file",
    "cannot be read": "cannot be read",
}
"""Words in an error's sentence, and what they come to in short, so that like ones are counted together."""


class Fact(NamedTuple):
    """What is known of one image, as a row of Facts."""

    digest: str
    error: str = ""
    size: tuple[int, int] = (0, 0)
    turned: bool = False
    grey: bool = False
    look: npt.NDArray[np.uint8] | int = 0


@dataclass(frozen=True, eq=False)
class ImageProperties:
    """One row an image, each (N,) unless said otherwise.

    digest    first 16 hex digits of the SHA-256 of the file, "" where it cannot be read
    error     why it cannot be used, in short, "" where it can
    size      width and height in pixels as it is shown, (N, 2); 0 where it cannot be decoded
    turned    whether its EXIF data turn it
    grey      whether the file has no colours: red, green and blue are the same in every pixel
    look      the image in grey at 16 x 16, (N, 256) uint8
    """

    digest: npt.NDArray[np.str_]
    error: npt.NDArray[np.str_]
    size: npt.NDArray[np.int32]
    turned: npt.NDArray[np.bool_]
    grey: npt.NDArray[np.bool_]
    look: npt.NDArray[np.uint8]


def facts_of(dataset: Dataset, progress: Progress) -> ImageProperties:
    """The facts of every image, kept on disk once all are read. Drawn images are drawn first.

    A file that could not be read, for want of a permission say, is tried again the next time.
    """
    file = settings.cache_dir() / "doctor" / f"{dataset.cache_key}-{MEASURED}.npz"
    facts = _kept(file, len(dataset.samples)) or _unknown(len(dataset.samples))
    unread = np.flatnonzero(facts.digest == "")
    if not len(unread):
        return facts
    draw_missing(dataset, unread.tolist(), progress)
    errors = facts.error.tolist()
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(unread), AT_ONCE):
            progress(start, len(unread), "looking at images")
            chunk = unread[start : start + AT_ONCE].tolist()
            for i, fact in zip(chunk, pool.map(lambda i: _fact(dataset, i), chunk), strict=True):
                facts.digest[i], errors[i], facts.size[i], facts.turned[i], facts.grey[i], facts.look[i] = fact
    facts = replace(facts, error=np.array(errors))
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{name: getattr(facts, name) for name in ImageProperties.__annotations__})
    write_atomically(file, buffer.getvalue())
    return facts


def _kept(file: Path, count: int) -> ImageProperties | None:
    """The facts of so many images, None where they are not kept, or the file claims to hold something else."""
    expected = _unknown(count)
    try:
        with zipfile.ZipFile(file) as kept:
            for name in ImageProperties.__annotations__:
                with kept.open(f"{name}.npy") as array:
                    _check(array, getattr(expected, name))
        with np.load(file, allow_pickle=False) as arrays:
            return ImageProperties(**{name: arrays[name] for name in ImageProperties.__annotations__})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError):
        return None


def _check(array: IO[bytes], expected: npt.NDArray[Any]) -> None:
    """ValueError where an array, by its header, has another shape or type; text may be MOST_WORDS long."""
    if np.lib.format.read_magic(array) != (1, 0):
        raise ValueError("another version")
    shape, _, dtype = np.lib.format.read_array_header_1_0(array)
    if shape != expected.shape or dtype.kind != expected.dtype.kind:
        raise ValueError("another array")
    if dtype.itemsize > (4 * MOST_WORDS if dtype.kind == "U" else expected.dtype.itemsize):
        raise ValueError("too large")


def _unknown(count: int) -> ImageProperties:
    return ImageProperties(
        np.zeros(count, dtype="U16"),
        np.zeros(count, dtype="U1"),
        np.zeros((count, 2), dtype=np.int32),
        np.zeros(count, dtype=np.bool_),
        np.zeros(count, dtype=np.bool_),
        np.zeros((count, LOOK * LOOK), dtype=np.uint8),
    )


def _fact(dataset: Dataset, index: int) -> Fact:
    digest = ""
    try:
        if dataset.draw is not None:
            load_image(dataset, index)
        data = contents(dataset.samples[index].path, "it")
        digest = hashlib.sha256(data).hexdigest()[:16]
        image = decode(data, "it")
    except ReidvizError as error:
        return Fact(digest, _reason(error.message))
    return Fact(digest, "", image.size, _turned(data), _colourless(image), _look(image))


def _reason(message: str) -> str:
    return next((short for words, short in REASONS.items() if words in message), message.rstrip("."))[:MOST_WORDS]


def _turned(data: bytes) -> bool:
    with Image.open(io.BytesIO(data)) as image:
        return int(image.getexif().get(0x0112, 1)) != 1


def _colourless(image: Image.Image) -> bool:
    differences = (ImageChops.difference(one, other) for one, other in combinations(image.split(), 2))
    return all(np.asarray(difference).max() <= COLOURLESS for difference in differences)


def _look(image: Image.Image) -> npt.NDArray[np.uint8]:
    return np.asarray(image.convert("L").resize((LOOK, LOOK), Image.Resampling.BOX), dtype=np.uint8).ravel()
