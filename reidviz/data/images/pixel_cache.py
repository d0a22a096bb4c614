"""The images of a data set at one small size, kept on disk so that each file is decoded once."""

import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from reidviz.common import settings
from reidviz.common.arrays import IntArray
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.common.row_cache import Rows
from reidviz.data.dataset import Dataset
from reidviz.data.images.decode import load_image, resize
from reidviz.data.images.render_missing import draw_missing

LOG = logging.getLogger(__name__)
_ROWS_A_WRITE = 32
_THREADS = 2


class Pixels:
    """Rows of uint8 (height, width, 3), one a sample (common.row_cache)."""

    def __init__(self, dataset: Dataset, height: int, width: int) -> None:
        self.dataset = dataset
        self.shape = (len(dataset.samples), height, width, 3)
        self.folder = settings.cache_dir() / "pixels" / f"{dataset.cache_key}-{height}x{width}"
        self._rows = Rows(self.folder, "pixels", self.shape, np.uint8, "The image cache")

    def __getitem__(self, indices: IntArray) -> npt.NDArray[np.uint8]:
        """The images at these positions, uint8 (len(indices), height, width, 3), filled first where needed."""
        indices = np.asarray(indices, dtype=np.int64)
        found = self._rows.at(indices)
        if found is None:
            self.fill(indices)
            found = self._rows.at(indices)
        if found is None:
            raise ReidvizError("The cache of images was changed while in use.", "Try again.")
        return found

    def fill(self, indices: IntArray, progress: Progress = silent) -> None:
        """Decode (or draw) the images at these positions that are not there yet.

        progress counts those; it is called at most some ten times a second, and what was written before it raises
        stays. ReidvizError names an image that cannot be decoded, or says that the disk is full.
        """
        indices = np.unique(np.asarray(indices, dtype=np.int64))
        missing = indices[~self._rows.there(indices)]
        LOG.info("%d of %d images to be read, the others are in %s", len(missing), len(indices), self.folder)
        report = _seldom(progress)
        draw_missing(self.dataset, missing.tolist(), report)
        with ThreadPoolExecutor(_THREADS) as pool:
            for start in range(0, len(missing), _ROWS_A_WRITE):
                chunk = missing[start : start + _ROWS_A_WRITE].tolist()
                what = self._what(chunk)
                report(start, len(missing), what)
                decoded = []
                for row in pool.map(self._row, chunk):
                    decoded.append(row)
                    if len(decoded) < len(chunk):
                        report(start + len(decoded), len(missing), what)
                self._rows.put(chunk, decoded)
                report(start + len(chunk), len(missing), what)

    def _row(self, index: int) -> npt.NDArray[np.uint8]:
        return resize(load_image(self.dataset, index), self.shape[1], self.shape[2])

    def _what(self, chunk: list[int]) -> str:
        samples = self.dataset.samples
        draws = self.dataset.draw is not None and not all(os.path.exists(samples[i].path) for i in chunk)
        return "drawing images" if draws else "reading images"


def _seldom(progress: Progress) -> Progress:
    """progress, called for the first and the last image and at most ten times a second in between."""
    due = 0.0

    def report(done: int, total: int, what: str) -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due or done == total:
            due = now + 0.1
            progress(done, total, what)

    return report
