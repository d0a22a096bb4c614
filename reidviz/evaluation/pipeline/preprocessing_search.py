"""How images must be prepared for somebody else's network: the sensible ways are tried on labelled training images.

Wrong colours or a wrong scale raise no error: the network answers, and ranks worse.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from PIL import Image

from reidviz.common.arrays import BoolArray, Float32Array, Float64Array, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import short
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.data.images.decode import load_image
from reidviz.data.images.render_missing import draw_missing
from reidviz.data.splits.protocols import validation
from reidviz.evaluation.ground_truth import GroundTruth, ground_truth
from reidviz.evaluation.ranking.ranking import Ranking, order, rank
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.scoring.distances import euclidean_distances, normalised
from reidviz.models.added.cards import (
    ASPECTS,
    COLOURS,
    DISTANCES,
    RESIZINGS,
    SCALES,
    Distance,
    OnnxReading,
    Pooling,
    Preprocessing,
    Search,
    Trial,
)
from reidviz.models.added.onnx_worker import Worker
from reidviz.models.added.preprocess import sized

SHARE = 0.5
"""Of the training persons, 100 at most, that are ranked."""
SHOWN_PROBES, SHOWN_IMAGES = 4, 5
_BATCH = 32


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found.

    reading  as is proposed: of the trials with the colours and the scale of the best one that cannot be told from it by
             two standard errors, the one that was tried first, as the more usual one; search: all trials, for the card
    lists    of each trial, the gallery images (probes, images) that some probes are shown first, as positions in the
             data set, and which of them are right; probes: these probes
    """

    reading: OnnxReading
    search: Search
    probes: IntArray
    lists: tuple[tuple[IntArray, BoolArray], ...]


def search_preprocessing(
    worker: Worker,
    start: OnnxReading,
    outputs: list[str],
    dataset: Dataset,
    split: Split,
    progress: Progress = silent,
    seed: int = 0,
) -> Found:
    """Try colours and scales, then filters and aspects, on half of the training persons of a split, 100 at most, and
    keep what has the best mAP; first which output is the feature, and last by which distance.

    start: what is not looked for, and where it begins; outputs: those that may be the feature.
    ReidvizError where the split has too few training persons, or the network fails.
    """
    part = validation(dataset, split, SHARE, seed)
    if part is None:
        raise ReidvizError(
            f"The protocol {split.protocol} of {short(dataset.name)} has no training persons to try on.",
            "Choose data or a protocol that has, or say how images are prepared.",
        )
    return _Search(worker, start, dataset, part, progress).run(outputs)


@dataclass(frozen=True, eq=False)
class _Tried:
    """Rank-1 and the average precision of each probe (P,) in percent, and the features they came from."""

    rank1: float
    precision: Float64Array
    features: Float32Array


class _Search:
    def __init__(self, worker: Worker, start: OnnxReading, dataset: Dataset, part: Split, progress: Progress) -> None:
        self._worker, self._reading, self._progress = worker, start, progress
        self._dataset, self._part = dataset, part
        self._positions = np.concatenate([part.probes, part.gallery])
        self._truth = ground_truth(dataset, part)
        self._images: list[Image.Image] = []
        self._done, self._tries = 0, 0
        self._trials: dict[Preprocessing, _Tried] = {}

    def run(self, outputs: list[str]) -> Found:
        first = list(_colours_and_scales(self._reading))
        self._tries = len(first) + len(RESIZINGS) + len(ASPECTS) - 1
        draw_missing(self._dataset, self._positions.tolist(), self._progress)
        self._images = [load_image(self._dataset, i) for i in self._positions.tolist()]
        output, pooling = self._best_output(outputs)
        self._reading = replace(self._reading, output=output, pooling=pooling)
        for how in first:
            self._try(how)
        for how in _shapes(self._best()):
            self._try(how)
        proposed = self._proposed()
        reading = replace(self._reading, preprocessing=proposed, distance=self._best_distance(proposed))
        return self._found(reading)

    def _best(self) -> Preprocessing:
        """The first of those that are equally good."""
        return max(self._trials, key=lambda how: self._trials[how].precision.mean())

    def _proposed(self) -> Preprocessing:
        best = self._best()
        precision = self._trials[best].precision
        for how, one in self._trials.items():
            below = precision - one.precision
            alike = (how.colour, how.scale) == (best.colour, best.scale)
            if alike and below.mean() <= 2 * _error(below):
                return how
        return best

    def _best_output(self, outputs: list[str]) -> tuple[str, Pooling]:
        """The output and its pooling with the best mAP, by the start's preprocessing."""
        kinds: list[tuple[str, Pooling]] = []
        for name in outputs:
            rank_of = next((len(one.shape) for one in self._worker.file.outputs if one.name == name), 2)
            kinds += [(name, "none")] if rank_of < 3 else [(name, "mean"), (name, "max")]
        if len(kinds) == 1:
            return kinds[0]
        found = self._features(self._reading.preprocessing, kinds)
        means = [self._ranking(one, self._reading.distance).mean_average_precision() for one in found]
        return kinds[int(np.argmax(means))]

    def _best_distance(self, how: Preprocessing) -> Distance:
        features = self._trials[how].features
        means = {one: self._ranking(features, one).mean_average_precision() for one in DISTANCES}
        return max(DISTANCES, key=means.__getitem__)

    def _try(self, how: Preprocessing) -> None:
        if how in self._trials:
            return
        (features,) = self._features(how, [(self._reading.output, self._reading.pooling)])
        ranking = self._ranking(features, self._reading.distance)
        self._trials[how] = _Tried(ranking.cmc_at(1), 100 * ranking.average_precision(), features)

    def _features(self, how: Preprocessing, outputs: list[tuple[str, Pooling]]) -> list[Float32Array]:
        reading, images, found = replace(self._reading, preprocessing=how), self._images, []
        for begin in range(0, len(images), _BATCH):
            self._progress(self._done * len(images) + begin, self._tries * len(images), "trying preprocessings")
            part = np.stack([sized(image, how) for image in images[begin : begin + _BATCH]])
            found.append(self._worker.outputs(part, reading, outputs))
        self._done = min(self._done + 1, self._tries - 1)
        return [np.concatenate(parts) for parts in zip(*found, strict=True)]

    def _distances(self, features: Float32Array, distance: Distance) -> Float32Array:
        compared = normalised(features) if distance == "cosine" else features
        count = len(self._part.probes)
        out = np.empty((count, len(self._part.gallery)), dtype=np.float32)
        euclidean_distances(compared[:count], compared[count:], out)
        return out

    def _ranking(self, features: Float32Array, distance: Distance) -> Ranking:
        return rank(Scores("distance", self._distances(features, distance)), self._truth)

    def _found(self, reading: OnnxReading) -> Found:
        ordered = sorted(self._trials, key=lambda how: -self._trials[how].precision.mean())
        best = self._trials[ordered[0]].precision
        shown = _spread(len(self._part.probes), SHOWN_PROBES)
        lists, trials = [], []
        for how in ordered:
            one = self._trials[how]
            trials.append(Trial(how, one.rank1, float(one.precision.mean()), _error(best - one.precision)))
            matrix = self._distances(one.features, self._reading.distance)
            lists.append(_first(matrix, shown, self._truth, self._part.gallery))
        search = Search(
            short(self._dataset.name),
            self._part.protocol,
            len(self._part.probes),
            len(self._part.gallery),
            tuple(trials),
        )
        return Found(reading, search, self._part.probes[shown], tuple(lists))


def _colours_and_scales(reading: OnnxReading) -> Iterator[Preprocessing]:
    """Bytes can have one scale only."""
    start = replace(reading.preprocessing, resize=RESIZINGS[0], aspect=ASPECTS[0])
    scales = SCALES if reading.input.dtype != "uint8" else ("0-255",)
    for scale, colour in product(scales, COLOURS):
        yield replace(start, colour=colour, scale=scale)


def _shapes(best: Preprocessing) -> Iterator[Preprocessing]:
    """One thing changed at a time."""
    for resize in RESIZINGS:
        yield replace(best, resize=resize)
    for aspect in ASPECTS:
        yield replace(best, aspect=aspect)


def _first(matrix: Float32Array, probes: IntArray, truth: GroundTruth, gallery: IntArray) -> tuple[IntArray, BoolArray]:
    """The images that stand first for some probes, and which of them are right."""
    places = np.stack([order(matrix[probe], truth.masks(probe)[0])[:SHOWN_IMAGES] for probe in probes.tolist()])
    right = np.stack([truth.masks(probe)[0][row] for probe, row in zip(probes.tolist(), places, strict=True)])
    return gallery[places], right


def _error(values: Float64Array) -> float:
    """One standard error of their mean."""
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0


def _spread(total: int, count: int) -> IntArray:
    """Some of so many, evenly."""
    return np.linspace(0, total - 1, min(count, total)).round().astype(np.int64)
