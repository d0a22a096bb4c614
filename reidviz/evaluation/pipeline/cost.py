"""What ranking the gallery for one probe costs, measured on this machine, one probe after another.

The clock runs from the image at the network's size to its scores against the whole gallery. What can be computed before
a probe comes is computed before: the features of the gallery and, for the classifier, what conv3 makes of its images.
"""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np

from reidviz.common import settings
from reidviz.common.arrays import Float64Array, ImageArray, IntArray
from reidviz.common.json_files import Count, Seconds
from reidviz.common.progress import Progress
from reidviz.data.dataset import Dataset, Split
from reidviz.data.images.decode import load_image
from reidviz.data.images.pixel_cache import Pixels
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.cascade import candidates
from reidviz.evaluation.scores import PASSES, Scoring
from reidviz.evaluation.scoring.describers import image_describer_of
from reidviz.evaluation.scoring.embeddings import Embeddings

if TYPE_CHECKING:
    from torch import nn

    from reidviz.evaluation.scoring.pair_scorer import Halves, PairScorer

MOST_PROBES, RUNS = 7, 5
SLOW = 1.0
"""Seconds from which a probe is timed once: other work on the machine is little beside them."""
WHAT = "timing probes"


@dataclass(frozen=True)
class Cost:
    """What one probe costs.

    parameters      of the parts of the network that are used; None where the file does not tell
    pairs           that the classifier is asked about; 0 where features are compared
    passes          whose mean the score of such a pair is
    seconds         of each probe that was timed, in their order
    bytes_an_image  that are kept of every gallery image
    """

    parameters: Count | None
    pairs: Count
    passes: Count
    seconds: Annotated[tuple[Seconds, ...], msgspec.Meta(min_length=1)]
    bytes_an_image: Count

    @property
    def typical(self) -> float:
        """The median seconds of a probe."""
        return median(self.seconds)


@dataclass(frozen=True, eq=False)
class _Part:
    """The cost of one score: modules by name with their parameters, and the seconds of each probe (P,)."""

    modules: dict[tuple[str, str], int | None]
    pairs: int
    passes: int
    seconds: Float64Array
    bytes_an_image: int


def can_be_timed(ranker: Ranker, split: Split) -> bool:
    """Whether it is made of networks that score a single image as it comes: not given, refined nor pooled."""
    return ranker.describes and not split.probe_frames


class Stopwatch:
    """Times rankers on one split, each score once: a fused ranker costs what its parts cost."""

    def __init__(self, dataset: Dataset, split: Split, progress: Progress) -> None:
        self._dataset, self._split, self._progress = dataset, split, progress
        self._timed: dict[tuple[object, ...], _Part] = {}

    def measure(self, ranker: Ranker, scoring: Scoring) -> Cost:
        """Time some probes, evenly taken. ReidvizError where images cannot be read or the model gives no numbers."""
        parts = [self._part(one, scoring) for one in _leaves(ranker, scoring)]
        modules = {name: count for part in parts for name, count in part.modules.items()}
        known = [count for count in modules.values() if count is not None]
        return Cost(
            sum(known) if len(known) == len(modules) else None,
            sum(part.pairs for part in parts),
            max(part.passes for part in parts),
            tuple(np.sum([part.seconds for part in parts], axis=0).tolist()),
            sum(part.bytes_an_image for part in parts),
        )

    def _part(self, leaf: Ranker, scoring: Scoring) -> _Part:
        key = leaf.sha256, leaf.source, scoring.key(leaf.kind)
        if key not in self._timed:
            self._timed[key] = _part(leaf, self._dataset, self._split, scoring, self._progress)
        return self._timed[key]


def machine() -> str:
    """The processor that networks run on, in words."""
    import torch

    device = settings.device()
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{_processor()}, {torch.get_num_threads()} threads"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(named), platform.processor() or platform.machine())


def _leaves(ranker: Ranker, scoring: Scoring) -> list[Ranker]:
    """The single scores a ranker is made of, each once."""
    if ranker.parts:
        found = [leaf for part in ranker.parts for leaf in _leaves(part, scoring)]
    elif ranker.kind == "probability" and scoring.cascade:
        found = [ranker.part("distance"), ranker]
    else:
        found = [ranker]
    return list({one.source: one for one in found}.values())


def _part(leaf: Ranker, dataset: Dataset, split: Split, scoring: Scoring, progress: Progress) -> _Part:
    at = np.unique(np.linspace(0, len(split.probes) - 1, MOST_PROBES).round().astype(np.int64))
    describer = image_describer_of(leaf.path, leaf.sha256)
    images = [describer.sized(load_image(dataset, int(position)))[None] for position in split.probes[at]]
    if leaf.kind == "probability":
        return _by_pairs(leaf, dataset, split, at, images, scoring, progress)
    gallery = Embeddings(leaf.path, leaf.sha256, dataset).of_gallery(split, progress)
    out = np.empty((1, len(gallery)), dtype=np.float32)

    def score(number: int) -> None:
        describer.distances(describer.of_sized(images[number]), gallery, out)

    seconds = _timed(score, len(images), progress)
    return _Part(_modules(leaf), 0, 0, seconds, gallery.shape[1] * gallery.itemsize)


def _by_pairs(
    leaf: Ranker,
    dataset: Dataset,
    split: Split,
    at: IntArray,
    images: list[ImageArray],
    scoring: Scoring,
    progress: Progress,
) -> _Part:
    from reidviz.evaluation.scoring.features import ImageSubset
    from reidviz.evaluation.scoring.pair_scorer import MEMORY, PairScorer, blocks
    from reidviz.models.loaded import loaded
    from reidviz.models.mtdnet import MTDnet

    network, card = loaded(leaf.path, leaf.sha256, settings.device())
    assert isinstance(network, MTDnet)
    scorer = PairScorer(network, replace(scoring, cascade=0), settings.device())
    pixels = Pixels(dataset, card.architecture.height, card.architecture.width)
    pixels.fill(split.gallery, progress)
    seconds: Float64Array = np.zeros(len(images))
    if scoring.cascade:
        for number, among in enumerate(_rescored(leaf, dataset, split, at, scoring.cascade, progress)):
            theirs = scorer.of_gallery(ImageSubset(pixels, split.gallery[among]), range(len(among)))
            seconds[number] = _timed(partial(_describe_and_score, scorer, images[number], theirs), 1, progress)[0]
    else:
        mine = [scorer.of_probes(image, range(1)) for image in images]
        seconds += _timed(partial(_describe, scorer, images), len(images), progress)
        for block in blocks(len(split.gallery), 3 * MEMORY // 4 // scorer.bytes_a_image):
            theirs = scorer.of_gallery(ImageSubset(pixels, split.gallery), block)
            seconds += _timed(partial(_score, scorer, mine, theirs), len(images), progress)
    passes = PASSES[scoring.passes]
    pairs = min(scoring.cascade or len(split.gallery), len(split.gallery))
    return _Part(_modules(leaf), pairs, passes.orders * (4 if passes.mirrors else 1), seconds, scorer.bytes_a_image)


def _describe(scorer: "PairScorer", images: list[ImageArray], number: int) -> None:
    scorer.of_probes(images[number], range(1))


def _score(scorer: "PairScorer", mine: "list[Halves]", theirs: "Halves", number: int) -> None:
    scorer.row(mine[number], theirs, 0)


def _describe_and_score(scorer: "PairScorer", image: ImageArray, theirs: "Halves", _number: int) -> None:
    scorer.row(scorer.of_probes(image, range(1)), theirs, 0)


def _rescored(leaf: Ranker, dataset: Dataset, split: Split, at: IntArray, count: int, progress: Progress) -> IntArray:
    """The gallery positions (N, K) that a cascade rescores, of the probes at some places."""
    store = Embeddings(leaf.path, leaf.sha256, dataset)
    some = replace(split, probes=split.probes[at])
    distances = store.distances(store.of_probes(some, progress), store.of_gallery(split, progress))
    return candidates(distances, count, ground_truth(dataset, some))


def _timed(work: Callable[[int], object], count: int, progress: Progress) -> Float64Array:
    """The seconds of work(0) ... work(count - 1), what they leave to a GPU included: each the fastest of RUNS, of slow
    ones the first; one more run before them is not counted."""
    import torch

    def seconds(number: int) -> float:
        started = time.perf_counter()
        work(number)
        if settings.device().type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - started

    seconds(0)
    found = np.empty(count)
    for number in range(count):
        progress(number, count, WHAT)
        found[number] = seconds(number)
        if found[number] < SLOW:
            found[number] = min(found[number], *(seconds(number) for _ in range(RUNS - 1)))
    return found


def _modules(leaf: Ranker) -> dict[tuple[str, str], int | None]:
    """The parts of a network that a score uses, with their parameters; those of one in ONNX are not told."""
    if leaf.form != "network":
        return {(leaf.sha256, ""): None}
    from reidviz.models.loaded import loaded
    from reidviz.models.mtdnet import MTDnet

    network, _ = loaded(leaf.path, leaf.sha256, settings.device())
    if not isinstance(network, MTDnet):
        return {(leaf.sha256, ""): _parameters(network)}
    branch = ("pair", network.pair) if leaf.kind == "probability" else ("feature", network.feature)
    used = [("stem", network.stem), branch]
    return {(leaf.sha256, name): _parameters(module) for name, module in used if module is not None}


def _parameters(module: "nn.Module") -> int:
    return sum(one.numel() for one in module.parameters())
