"""Features on their way to the store, many at a time: each time costs a wait for the disk."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reidviz.common.arrays import Float32Array
from reidviz.data.dataset import Dataset
from reidviz.gallery.sources import entry_of
from reidviz.gallery.store import Entry, FeatureStore

KEPT_AT_ONCE = 1024
"""Images after which their features are put on the disk, or after so many seconds."""
KEPT_EVERY = 10.0


class Keeper:
    """Puts the features of a data set's images into a store; what was taken is there after flush()."""

    def __init__(self, store: FeatureStore, dataset: Dataset) -> None:
        self._store, self._dataset = store, dataset
        self._entries, self._features = list[Entry](), list[Float32Array]()
        self._since = time.monotonic()

    def take(self, places: Sequence[int], features: Float32Array, stamps: Sequence[str]) -> None:
        """The features (N, D) of some more images by their positions, and their stamps."""
        samples = self._dataset.samples
        self._entries += [
            replace(entry_of(samples[place]), stamp=stamp) for place, stamp in zip(places, stamps, strict=True)
        ]
        self._features.append(features)
        if len(self._entries) >= KEPT_AT_ONCE or time.monotonic() - self._since > KEPT_EVERY:
            self.flush()

    def flush(self) -> None:
        """All that was taken is in the store."""
        if self._entries:
            self._store.add(self._entries, np.concatenate(self._features))
        self._entries, self._features, self._since = [], [], time.monotonic()
