"""What each picture file is, read once and kept: digest, size, orientation, colour, and a hash of how it looks."""

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from reidviz import settings
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.drawing import draw_missing
from reidviz.data.images import MAX_BYTES, decode, picture
from reidviz.errors import ReidvizError
from reidviz.files import write_atomically
from reidviz.progress import Progress

AT_ONCE = 64
THREADS = 2
LOOK = 16
"""Side of the small grey picture by which near duplicates are told."""
COLOURLESS = 6
"""Levels of 255 that the channels of a grey picture differ by at most, on average of its most colourful percent."""

Array = npt.NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class Facts:
    """One row a picture, each (N,) unless said otherwise.

    digest    first 16 hex digits of the SHA-256 of the file, "" where it cannot be read
    error     why it cannot be decoded, "" where it can
    size      width and height in pixels as it is shown, (N, 2); 0 where it cannot be decoded
    turned    whether its EXIF data turn it
    grey      whether it has no colours
    look      the picture in grey at 16 x 16, (N, 256) uint8
    """

    digest: npt.NDArray[np.str_]
    error: npt.NDArray[np.str_]
    size: npt.NDArray[np.int32]
    turned: npt.NDArray[np.bool_]
    grey: npt.NDArray[np.bool_]
    look: npt.NDArray[np.uint8]


def facts_of(dataset: Dataset, progress: Progress) -> Facts:
    """The facts of every picture, kept on disk once all are read. Drawn pictures are drawn first."""
    file = settings.cache_dir() / "doctor" / f"{dataset.cache_key}.npz"
    try:
        with np.load(file, allow_pickle=False) as kept:
            return Facts(**{name: kept[name] for name in Facts.__annotations__})
    except (OSError, ValueError, KeyError, EOFError):
        pass
    count = len(dataset.samples)
    draw_missing(dataset, range(count), progress)
    rows: list[tuple[str, str, tuple[int, int], bool, bool, npt.NDArray[np.uint8]]] = []
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, count, AT_ONCE):
            progress(start, count, "looking at pictures")
            rows += pool.map(lambda i: _facts(dataset, i), range(start, min(start + AT_ONCE, count)))
    digest, error, size, turned, grey, look = zip(*rows, strict=True)
    found = Facts(
        np.array(digest),
        np.array(error),
        np.array(size, dtype=np.int32),
        np.array(turned),
        np.array(grey),
        np.stack(look),
    )
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{name: getattr(found, name) for name in Facts.__annotations__})
    write_atomically(file, buffer.getvalue())
    return found


def _facts(dataset: Dataset, index: int) -> tuple[str, str, tuple[int, int], bool, bool, npt.NDArray[np.uint8]]:
    sample = dataset.samples[index]
    blank = np.zeros(LOOK * LOOK, dtype=np.uint8)
    try:
        if dataset.draw is not None:
            picture(dataset, index)
        data = _contents(sample)
    except (OSError, ReidvizError) as error:
        return "", str(getattr(error, "message", error)), (0, 0), False, False, blank
    digest = hashlib.sha256(data).hexdigest()[:16]
    try:
        image = decode(data, sample.id)
    except ReidvizError as error:
        return digest, error.message, (0, 0), False, False, blank
    return digest, "", image.size, _turned(data), _colourless(image), _look(image)


def _contents(sample: Sample) -> bytes:
    with sample.path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _turned(data: bytes) -> bool:
    with Image.open(io.BytesIO(data)) as image:
        return int(image.getexif().get(0x0112, 1)) != 1


def _colourless(image: Image.Image) -> bool:
    pixels = np.asarray(image.resize((32, 64), Image.Resampling.BILINEAR), dtype=np.int16)
    return float(np.percentile(np.ptp(pixels, axis=2), 99)) <= COLOURLESS


def _look(image: Image.Image) -> npt.NDArray[np.uint8]:
    return np.asarray(image.convert("L").resize((LOOK, LOOK), Image.Resampling.BOX), dtype=np.uint8).ravel()
