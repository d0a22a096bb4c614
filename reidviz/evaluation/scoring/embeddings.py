"""The store of embeddings: the ranking feature of each image by each network, computed once and kept on disk.

Reading what is there needs no torch, which is imported where features are computed.
"""

import logging
from pathlib import Path

import numpy as np

from reidviz.common import settings
from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.common.row_cache import Rows
from reidviz.data.dataset import Dataset
from reidviz.data.images.pixel_cache import Pixels
from reidviz.models.model_card import read_card

LOG = logging.getLogger(__name__)
_ROWS_A_WRITE = 256


class Embeddings:
    """Ranking features (D,) of the images of a data set, the mean of an image's and its mirror image's or, without
    mirrors, its own (evaluation.scoring.features)."""

    def __init__(self, path: Path, sha256: str, dataset: Dataset, mirrors: bool = True) -> None:
        """path, sha256: of the weights. ReidvizError when their card cannot be read."""
        self._path, self._sha256, self._dataset, self._mirrors = path, sha256, dataset, mirrors
        self._sizes = read_card(path).architecture
        name = f"{sha256[:16]}-{dataset.cache_key}-{'mirrored' if mirrors else 'plain'}"
        shape = len(dataset.samples), self._sizes.feat
        self._rows = Rows(settings.cache_dir() / "features" / name, "features", shape, np.float32, "The feature cache")

    def at(self, positions: IntArray) -> Float32Array | None:
        """The features (N, D) of the images at these positions, in that order; None where one is not there."""
        return self._rows.at(positions)

    def of(self, positions: IntArray, progress: Progress = silent) -> Float32Array:
        """The same, computed where they are not there.

        ReidvizError when an image cannot be read, or the disk is full.
        """
        if (found := self.at(positions)) is not None:
            LOG.info("%d features are kept in %s", len(positions), self._rows.folder)
            return found
        self._fill(np.unique(positions), progress)
        found = self.at(positions)
        if found is None:
            raise ReidvizError("The feature cache was changed while in use.", "Try again.")
        return found

    def _fill(self, positions: IntArray, progress: Progress) -> None:
        from reidviz.evaluation.scoring.features import ImageSubset, features
        from reidviz.models.loaded import loaded

        missing = positions[~self._rows.there(positions)]
        LOG.info("%d of %d features to be computed for %s", len(missing), len(positions), self._rows.folder)
        device = settings.device()
        network, _ = loaded(self._path, self._sha256, device)
        pixels = Pixels(self._dataset, self._sizes.height, self._sizes.width)
        pixels.fill(missing, progress)
        for start in range(0, len(missing), _ROWS_A_WRITE):
            part = missing[start : start + _ROWS_A_WRITE]

            def of_all(done: int, _total: int, what: str, start: int = start) -> None:
                progress(start + done, len(missing), what)

            found = features(network, ImageSubset(pixels, part), self._mirrors, device, of_all)
            self._rows.put(part.tolist(), list(found))
