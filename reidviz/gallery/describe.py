"""The features of images that nobody may have looked at before: what cannot be read is passed over, by name."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from reidviz.common.arrays import Float32Array, ImageArray, IntArray
from reidviz.common.errors import ReidvizError, because
from reidviz.common.progress import Progress
from reidviz.data.dataset import Dataset
from reidviz.data.images.render_missing import draw_missing
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.evaluation.scoring.describers import ImageDescriber, describer_of, image_describer_of
from reidviz.evaluation.scoring.given import feature_match
from reidviz.gallery.stamps import read_image, stamp_of
from reidviz.gallery.store import Distance
from reidviz.models.added.cards import FeaturesCard, OnnxCard, card_of
from reidviz.models.named import model_file

IMAGES_AT_ONCE = 64
_AHEAD = 3
_THREADS = 2

Leave = Callable[[int, str], None]
"""Called with the position of an image that cannot be described, and why."""
Described = Iterator[tuple[IntArray, Float32Array, list[str]]]
"""Positions of images in a data set, their features, and the stamp of each as it was described."""


def describing_ranker(asked: str) -> Ranker:
    """How a model compares features: one that is shipped or was added, by its name, or a checkpoint or a run.

    ReidvizError where there is none, or it gives no features.
    """
    kept = model_file(asked)
    if kept is None:
        raise ReidvizError(
            f"There is no model {Path(asked).name}.", "Add it first: python -m reidviz models add FILE --name NAME."
        )
    found = next((one for one in rankers_of(kept) if one.kind == "distance"), None)
    if found is None:
        raise ReidvizError(f"{kept.stem} gives no features.", "Take a model with a ranking branch, or one in ONNX.")
    return found


def distance_of(ranker: Ranker) -> Distance:
    """By which distance the features of a model are compared."""
    card = card_of(ranker.path)
    told = card.reading.distance if isinstance(card, OnnxCard) else getattr(card, "distance", "cosine")
    return "euclidean" if told == "euclidean" else "cosine"


def dimensions_of(ranker: Ranker) -> int:
    """How many numbers a feature has."""
    return describer_of(ranker.path, ranker.sha256).dimensions


def described(ranker: Ranker, dataset: Dataset, positions: IntArray, leave: Leave, progress: Progress) -> Described:
    """Features, in batches, of the images at these positions. ReidvizError where the model cannot be read."""
    card = card_of(ranker.path)
    if isinstance(card, FeaturesCard):
        return _given(ranker, card, dataset, positions, leave, progress)
    return _by_network(ranker, dataset, positions, leave, progress)


def _given(
    ranker: Ranker, card: FeaturesCard, dataset: Dataset, positions: IntArray, leave: Leave, progress: Progress
) -> Described:
    there = feature_match(ranker.path, card, dataset).covered[positions]
    for position in positions[~there].tolist():
        leave(position, f"{card.name} has no feature of it")
    describer = describer_of(ranker.path, ranker.sha256)
    for places, features in describer.features(dataset, positions[there], True, progress):
        stamps = [_stamped(dataset, position, leave) for position in places.tolist()]
        good = np.array([stamp is not None for stamp in stamps], dtype=bool)
        yield places[good], features[good], [stamp for stamp in stamps if stamp is not None]


def _stamped(dataset: Dataset, position: int, leave: Leave) -> str | None:
    """The stamp of an image, None where its file cannot be read."""
    try:
        return stamp_of(dataset, dataset.samples[position])
    except ReidvizError as error:
        leave(position, because(error))
        return None


def _by_network(ranker: Ranker, dataset: Dataset, positions: IntArray, leave: Leave, progress: Progress) -> Described:
    """Images are read while the network works on those before; none is kept."""
    describer = image_describer_of(ranker.path, ranker.sha256)
    draw_missing(dataset, positions.tolist(), progress)
    parts = [positions[i : i + IMAGES_AT_ONCE] for i in range(0, len(positions), IMAGES_AT_ONCE)]

    def read(part: IntArray) -> list[tuple[ImageArray, str] | str]:
        return [_read(describer, dataset, position) for position in part.tolist()]

    with ThreadPoolExecutor(_THREADS) as pool:
        ahead = deque(pool.submit(read, part) for part in parts[:_AHEAD])
        for done, part in enumerate(parts):
            found = ahead.popleft().result()
            if done + _AHEAD < len(parts):
                ahead.append(pool.submit(read, parts[done + _AHEAD]))
            for position, image in zip(part.tolist(), found, strict=True):
                if isinstance(image, str):
                    leave(position, image)
            whole = [one for one in found if not isinstance(one, str)]
            if whole:
                good = np.array([not isinstance(one, str) for one in found])
                features = describer.of_sized(np.stack([image for image, _ in whole]))
                yield part[good], features, [stamp for _, stamp in whole]


def _read(describer: ImageDescriber, dataset: Dataset, position: int) -> tuple[ImageArray, str] | str:
    """The image as the network takes it and its stamp, or why it cannot be read."""
    try:
        image, stamp = read_image(dataset, position)
        return describer.sized(image), stamp
    except ReidvizError as error:
        return because(error)
