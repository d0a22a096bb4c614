"""What can be measured on an image alone, once for each image of a data set, and kept on disk."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from reidviz.common import settings
from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.common.row_cache import Rows
from reidviz.data.dataset import Dataset
from reidviz.data.images.decode import load_image, resize
from reidviz.data.images.render_missing import draw_missing
from reidviz.evaluation.failures.colours import dominant

MEASURED: Final = 1
"""Counted up whenever something is measured in another way, so that rows kept before are not taken for it."""
HEIGHT, WIDTH = 128, 64
"""Every image is brought to this size first, so that images of several sizes can be compared."""
BORDER: Final = 6
"""Rows at the upper and at the lower end in which edges tell that a person goes on beyond the image."""
MIDDLE: Final = slice(WIDTH // 4, 3 * WIDTH // 4)
UPPER, LOWER = slice(HEIGHT // 6, HEIGHT // 2), slice(HEIGHT // 2, 7 * HEIGHT // 8)
"""Rows of the clothes, without head and feet."""
LUMA: Final = np.array([0.299, 0.587, 0.114], dtype=np.float32)
AT_ONCE, THREADS = 64, 2
COLUMNS: Final = 12


@dataclass(frozen=True, eq=False)
class ImageMeasures:
    """One row an image, each (N,) unless said otherwise.

    area        pixels of the file's image
    brightness  mean of the luma (ITU-R BT.601), 0-255, of the image at 128 x 64; contrast: its standard deviation
    sharpness   variance of its Laplacian (4 neighbours): the lower, the more blurred (Pech-Pacheco et al., *Diatom
                autofocusing in brightfield microscopy: a comparative study*, ICPR 2000)
    top, bottom  energy of upright edges in the middle of the uppermost and of the lowest rows, as a share of that of
                the whole middle: 1 where a person seems to go on beyond the image, near 0 where there is only ground
    upper, lower  the dominant colour of the upper and of the lower half of the clothes in CIELAB, (N, 3)
    """

    area: Float32Array
    brightness: Float32Array
    contrast: Float32Array
    sharpness: Float32Array
    top: Float32Array
    bottom: Float32Array
    upper: Float32Array
    lower: Float32Array


def image_measures(dataset: Dataset, positions: IntArray, progress: Progress = silent) -> ImageMeasures:
    """The measures of the images at these positions, in that order; those that are not kept are read now.

    ReidvizError names an image that cannot be decoded, or says that the disk is full.
    """
    rows = Rows(
        settings.cache_dir() / "measures" / f"{dataset.cache_key}-{MEASURED}",
        "measures",
        (len(dataset.samples), COLUMNS),
        np.float32,
        "The cache of measures",
    )
    wanted = np.unique(positions)
    missing = wanted[~rows.there(wanted)]
    draw_missing(dataset, missing.tolist(), progress)
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(missing), AT_ONCE):
            progress(start, len(missing), "measuring images")
            chunk = missing[start : start + AT_ONCE].tolist()
            read = list(pool.map(lambda i: _read(dataset, i), chunk))
            areas = np.array([area for _, area in read], dtype=np.float32)
            rows.put(chunk, list(measured(np.stack([image for image, _ in read]), areas)))
    found = rows.at(np.asarray(positions, dtype=np.int64))
    if found is None:
        raise ReidvizError("The cache of measures was changed while in use.", "Try again.")
    area, brightness, contrast, sharpness, top, bottom = found[:, :6].T
    return ImageMeasures(area, brightness, contrast, sharpness, top, bottom, found[:, 6:9], found[:, 9:])


def measured(images: npt.NDArray[np.uint8], areas: Float32Array) -> Float32Array:
    """Of RGB images (N, HEIGHT, WIDTH, 3) and the areas of their files (N,) all measures (N, COLUMNS)."""
    grey = images @ LUMA
    inner = grey[:, 1:-1, 1:-1]
    laplacian = grey[:, :-2, 1:-1] + grey[:, 2:, 1:-1] + grey[:, 1:-1, :-2] + grey[:, 1:-1, 2:] - 4 * inner
    edges = np.abs(np.diff(grey[:, :, MIDDLE], axis=2)).mean(axis=2)
    usual = np.maximum(edges.mean(axis=1), 1e-3)
    numbers = np.stack(
        [
            areas,
            grey.mean(axis=(1, 2)),
            grey.std(axis=(1, 2)),
            laplacian.var(axis=(1, 2)),
            edges[:, :BORDER].mean(axis=1) / usual,
            edges[:, -BORDER:].mean(axis=1) / usual,
        ],
        axis=1,
    )
    clothes = [dominant(images[:, rows, MIDDLE]) for rows in (UPPER, LOWER)]
    return np.concatenate([numbers, *clothes], axis=1).astype(np.float32)


def _read(dataset: Dataset, index: int) -> tuple[npt.NDArray[np.uint8], int]:
    image = load_image(dataset, index)
    return resize(image, HEIGHT, WIDTH), image.width * image.height
