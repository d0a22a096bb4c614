"""One image that is of no data set against a gallery that is known: its images are not looked at again.

Of the ranking branch the gallery's features are in the store. For the classifier the gallery's halves of conv3 are kept
in memory (pair_scorer); where they would take more than MOST_BYTES, a network that also ranks rescores its first
CANDIDATES only.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.memory_cache import MemoryCache
from reidviz.data.dataset import Dataset, Split
from reidviz.data.images.pixel_cache import Pixels
from reidviz.evaluation.scores import EXACT, Scores, not_numbers
from reidviz.evaluation.scoring.describers import image_describer_of
from reidviz.evaluation.scoring.embeddings import Embeddings
from reidviz.evaluation.scoring.features import ImageSubset
from reidviz.evaluation.scoring.pair_scorer import Halves, PairScorer, bytes_a_image, pair_scores
from reidviz.models.loaded import loaded
from reidviz.models.mtdnet import MTDnet, Network
from reidviz.models.variants import Kind

MOST_BYTES = 1024**3
"""Bytes of halves that are kept: galleries of 20,000 images of a compact network, or a thousand of the paper's."""
CANDIDATES = 100


@dataclass(frozen=True)
class Gallery:
    """The gallery of a split as one network sees it. path, sha256: of the weights."""

    path: Path
    sha256: str
    dataset: Dataset
    split: Split
    device: torch.device

    @property
    def network(self) -> Network:
        """ReidvizError when it cannot be read."""
        return loaded(self.path, self.sha256, self.device)[0]

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from others."""
        return self.sha256, self.dataset.cache_key, self.split.key, str(self.device)


def scores_of_image(image: npt.NDArray[np.uint8], kind: Kind, gallery: Gallery) -> Scores:
    """Scores (1, G), distance or probability, of an image (H, W, 3) of the network's size.

    ReidvizError when the network or an image of the gallery cannot be read.
    """
    if kind == "distance":
        return Scores("distance", _distances(image, gallery))
    pairs = PairGallery(gallery)
    if pairs.is_kept:
        return Scores("probability", pairs.row(pairs.of_probe(image), np.arange(len(gallery.split.gallery)))[None])
    network = gallery.network
    first_stage = None if network.feature is None else _distances(image, gallery)
    nearest = None if first_stage is None else np.argsort(first_stage, axis=1, kind="stable")[:, :CANDIDATES]
    out = np.full((1, len(gallery.split.gallery)), np.nan, dtype=np.float32)
    pair_scores(pairs.scorer, image[None], pairs.images, out, nearest)
    return Scores("probability", out, first_stage)


class PairGallery:
    """A gallery before the classifier, of which some images may be asked about; its halves are kept where they fit.

    is_kept  whether they do; else those of the images asked about are made each time
    """

    def __init__(self, gallery: Gallery) -> None:
        """ReidvizError when the network cannot be read."""
        network = gallery.network
        assert isinstance(network, MTDnet), "only networks with a pair branch give probabilities"
        sizes = network.architecture
        self.images = ImageSubset(Pixels(gallery.dataset, sizes.height, sizes.width), gallery.split.gallery)
        self.scorer = PairScorer(network, EXACT, gallery.device)
        self.is_kept = bytes_a_image(network, EXACT) * len(self.images) <= MOST_BYTES
        self._key = gallery.key

    def of_probe(self, image: npt.NDArray[np.uint8]) -> Halves:
        """What conv3 makes of an image (H, W, 3) of the network's size."""
        return self.scorer.of_probes(image[None], range(1))

    def row(self, probe: Halves, places: IntArray) -> Float32Array:
        """P(same) of a probe and the images at some places of the gallery (N,), in that order.

        ReidvizError when one cannot be read, or the scores are not numbers.
        """
        if self.is_kept:
            known = GALLERIES.get(self._key, lambda: self.scorer.of_gallery(self.images, range(len(self.images))))
            return _numbers(self.scorer.row(probe, known, 0, places))
        some = ImageSubset(self.images.pixels, self.images.positions[places])
        return _numbers(self.scorer.row(probe, self.scorer.of_gallery(some, range(len(places))), 0))

    def pair(self, probe: Halves, image: npt.NDArray[np.uint8]) -> float:
        """P(same) of a probe and an image (H, W, 3) that is not of the gallery."""
        return float(_numbers(self.scorer.row(probe, self.scorer.of_gallery(image[None], range(1)), 0))[0])


def _distances(image: npt.NDArray[np.uint8], gallery: Gallery) -> Float32Array:
    store = Embeddings(gallery.path, gallery.sha256, gallery.dataset)
    mine = image_describer_of(gallery.path, gallery.sha256).of_sized(image[None])
    return store.distances(mine, store.of_gallery(gallery.split))


def _numbers(row: Float32Array) -> Float32Array:
    if np.isnan(row).any():
        raise not_numbers()
    return row


def _bytes_of(known: Halves) -> int:
    return sum(half.numel() * half.element_size() for half in (known.first, known.second) if half is not None)


GALLERIES = MemoryCache(MOST_BYTES, _bytes_of)
