"""How each kind of model comes to the feature of an image: by a network of ours, by one in ONNX, or it is given."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from reidviz.common import settings
from reidviz.common.arrays import Float32Array, ImageArray, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset
from reidviz.data.images.decode import load_image, resize
from reidviz.data.images.pixel_cache import Pixels
from reidviz.data.images.render_missing import draw_missing
from reidviz.evaluation.scoring.distances import euclidean_distances, normalised, unit_distances
from reidviz.evaluation.scoring.given import features_given
from reidviz.models.added.cards import FeaturesCard, OnnxCard, ScoresCard, card_of
from reidviz.models.added.onnx_worker import worker_of
from reidviz.models.added.preprocess import sized
from reidviz.models.model_card import Card

Batch = tuple[IntArray, Float32Array]
"""Positions of images in a data set, and their features."""
_ROWS_A_WRITE = 256
_IMAGES_A_BATCH = 32
_THREADS = 2
_AHEAD = 3


class Describer(Protocol):
    """What gives the features (N, D) of a data set's images, and the squared distances of these."""

    dimensions: int

    def features(self, dataset: Dataset, positions: IntArray, mirrors: bool, progress: Progress) -> Iterator[Batch]:
        """Those of images at some positions, in batches, in any order; mirrors: with those of mirror images, for a
        network of ours."""

    def distances(self, probes: Float32Array, gallery: Float32Array, out: Float32Array) -> None:
        """Write the squared distances of features (P, D) and (G, D) into out (P, G)."""


class ImageDescriber(Describer, Protocol):
    """A network, which describes any image."""

    def sized(self, image: Image.Image) -> ImageArray:
        """The image as the network takes it, uint8 (H, W, 3)."""

    def of_sized(self, images: ImageArray) -> Float32Array:
        """The features (N, D), as they are tested, of such images (N, H, W, 3)."""


def describer_of(path: Path, sha256: str) -> Describer:
    """How the model at path describes images. sha256: as its ranker tells it.

    ReidvizError when its card cannot be read, or it is a matrix of scores, which holds no features.
    """
    card = card_of(path)
    if isinstance(card, Card):
        return _Network(path, sha256, card)
    if isinstance(card, OnnxCard):
        return _Onnx(path, card)
    if isinstance(card, FeaturesCard):
        return _Given(path, card)
    raise _no_features(card)


def image_describer_of(path: Path, sha256: str) -> ImageDescriber:
    """The same of a network. ReidvizError for a model of which only features or scores are known."""
    describer = describer_of(path, sha256)
    if isinstance(describer, _Given):
        raise ReidvizError(
            f"Of {describer.card.name} only features are known.", "Add the network as ONNX to describe other images."
        )
    assert isinstance(describer, _Network | _Onnx)
    return describer


class _Network:
    """The ranking branch of a network of ours."""

    def __init__(self, path: Path, sha256: str, card: Card) -> None:
        self._path, self._sha256, self._sizes = path, sha256, card.architecture
        self.dimensions = self._sizes.feat

    def features(self, dataset: Dataset, positions: IntArray, mirrors: bool, progress: Progress) -> Iterator[Batch]:
        from reidviz.evaluation.scoring.features import ImageSubset, features
        from reidviz.models.loaded import loaded

        device = settings.device()
        network, _ = loaded(self._path, self._sha256, device)
        pixels = Pixels(dataset, self._sizes.height, self._sizes.width)
        pixels.fill(positions, progress)
        for start in range(0, len(positions), _ROWS_A_WRITE):
            part = positions[start : start + _ROWS_A_WRITE]

            def of_all(done: int, _total: int, what: str, start: int = start) -> None:
                progress(start + done, len(positions), what)

            yield part, features(network, ImageSubset(pixels, part), mirrors, device, of_all)

    def distances(self, probes: Float32Array, gallery: Float32Array, out: Float32Array) -> None:
        unit_distances(probes, gallery, out)

    def sized(self, image: Image.Image) -> ImageArray:
        return resize(image, self._sizes.height, self._sizes.width)

    def of_sized(self, images: ImageArray) -> Float32Array:
        from reidviz.evaluation.scoring.features import features
        from reidviz.models.loaded import loaded

        network, _ = loaded(self._path, self._sha256, settings.device())
        return features(network, images, True, settings.device(), silent)


class _Onnx:
    """A network in ONNX, in a process of its own."""

    def __init__(self, path: Path, card: OnnxCard) -> None:
        self._path, self._card = path, card
        self.dimensions = card.dimensions

    def features(self, dataset: Dataset, positions: IntArray, mirrors: bool, progress: Progress) -> Iterator[Batch]:
        """Images are read while the network works on those before."""
        draw_missing(dataset, positions.tolist(), progress)
        parts = [positions[i : i + _IMAGES_A_BATCH] for i in range(0, len(positions), _IMAGES_A_BATCH)]
        what = f"describing images with {self._card.name}"
        how = self._card.reading.preprocessing

        def read(part: IntArray) -> ImageArray:
            return np.stack([sized(load_image(dataset, i), how) for i in part.tolist()])

        with ThreadPoolExecutor(_THREADS) as pool:
            ahead = deque(pool.submit(read, part) for part in parts[:_AHEAD])
            for done, part in enumerate(parts):
                progress(done * _IMAGES_A_BATCH, len(positions), what)
                images = ahead.popleft().result()
                if done + _AHEAD < len(parts):
                    ahead.append(pool.submit(read, parts[done + _AHEAD]))
                yield part, self.of_sized(images)

    def distances(self, probes: Float32Array, gallery: Float32Array, out: Float32Array) -> None:
        euclidean_distances(probes, gallery, out)

    def sized(self, image: Image.Image) -> ImageArray:
        return sized(image, self._card.reading.preprocessing)

    def of_sized(self, images: ImageArray) -> Float32Array:
        reading = self._card.reading
        worker = worker_of(self._path, self._card.sha256, self._card.name)
        views = [images, images[:, :, ::-1]] if reading.mirror else [images]
        found = [worker.outputs(view, reading, [(reading.output, reading.pooling)])[0] for view in views]
        features = np.asarray(np.mean(found, axis=0), dtype=np.float32)
        return normalised(features) if reading.distance == "cosine" else features


class _Given:
    """Features that came in a file."""

    def __init__(self, path: Path, card: FeaturesCard) -> None:
        self._path, self.card = path, card
        self.dimensions = card.dimensions

    def features(self, dataset: Dataset, positions: IntArray, mirrors: bool, progress: Progress) -> Iterator[Batch]:
        found = features_given(self._path, self.card, dataset, positions)
        yield positions, normalised(found) if self.card.distance == "cosine" else found

    def distances(self, probes: Float32Array, gallery: Float32Array, out: Float32Array) -> None:
        euclidean_distances(probes, gallery, out)


def _no_features(card: ScoresCard) -> ReidvizError:
    return ReidvizError(f"Of {card.name} only scores are known.", "Add its features, or the network as ONNX.")
