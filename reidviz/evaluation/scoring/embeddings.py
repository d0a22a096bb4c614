"""The store of embeddings: the feature of each image by each model, computed once and kept on disk.

Reading what is there needs no torch, which is imported where features are computed.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from reidviz.common import settings
from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.common.row_cache import Rows
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.scoring.describers import describer_of

LOG = logging.getLogger(__name__)


class Embeddings:
    """Features (D,) of the images of a data set by one model (evaluation.scoring.describers); of a network of ours the
    mean of an image's and its mirror image's or, without mirrors, its own."""

    def __init__(self, path: Path, sha256: str, dataset: Dataset, mirrors: bool = True) -> None:
        """path, sha256: of the model, as its ranker tells them. ReidvizError when its card cannot be read."""
        self._describer, self._dataset, self._mirrors = describer_of(path, sha256), dataset, mirrors
        name = f"{sha256[:16]}-{dataset.cache_key}-{'mirrored' if mirrors else 'plain'}"
        shape = len(dataset.samples), self._describer.dimensions
        self._rows = Rows(settings.cache_dir() / "features" / name, "features", shape, np.float32, "The feature cache")

    def at(self, positions: IntArray) -> Float32Array | None:
        """The features (N, D) of the images at these positions, in that order; None where one is not there."""
        return self._rows.at(positions)

    def of(self, positions: IntArray, progress: Progress = silent) -> Float32Array:
        """The same, computed where they are not there.

        ReidvizError when an image cannot be read or has no feature, or the disk is full.
        """
        if (found := self.at(positions)) is not None:
            LOG.info("%d features are kept in %s", len(positions), self._rows.folder)
            return found
        missing = np.unique(positions)
        missing = missing[~self._rows.there(missing)]
        LOG.info("%d of %d features to be computed for %s", len(missing), len(positions), self._rows.folder)
        for part, features in self._describer.features(self._dataset, missing, self._mirrors, progress):
            self._rows.put(part.tolist(), list(features))
        found = self.at(positions)
        if found is None:
            raise ReidvizError("The feature cache was changed while in use.", "Try again.")
        return found

    def of_tracklets(self, frames: Sequence[IntArray], progress: Progress = silent) -> Float32Array:
        """The mean features (N, D) of the frames of each tracklet."""
        every = np.unique(np.concatenate(frames))
        features = self.of(every, progress)
        return np.stack([features[np.searchsorted(every, one)].mean(0) for one in frames])

    def of_probes(self, split: Split, progress: Progress = silent) -> Float32Array:
        """The features (P, D) of the probes of a split."""
        return (
            self.of_tracklets(split.probe_frames, progress) if split.probe_frames else self.of(split.probes, progress)
        )

    def of_gallery(self, split: Split, progress: Progress = silent) -> Float32Array:
        """The features (G, D) of the gallery of a split."""
        frames = split.gallery_frames
        return self.of_tracklets(frames, progress) if frames else self.of(split.gallery, progress)

    def distances(self, probes: Float32Array, gallery: Float32Array) -> Float32Array:
        """Squared distances (P, G) of features, as this model's are compared."""
        out = np.empty((len(probes), len(gallery)), dtype=np.float32)
        self._describer.distances(probes, gallery, out)
        return out
