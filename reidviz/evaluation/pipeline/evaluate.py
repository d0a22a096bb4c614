"""From a ranker and a split to scores and ranking; scores are kept on disk.

Reading cached scores needs no torch: it is imported where scores are computed.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from reidviz.common import settings
from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.data.images.pixel_cache import Pixels
from reidviz.data.keys import key_of
from reidviz.evaluation.ground_truth import GroundTruth, ground_truth
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.pipeline.refine import refined_distances
from reidviz.evaluation.ranking.cascade import candidates, recall
from reidviz.evaluation.ranking.fusion import Standard, fuse, fuse_models, standard_of
from reidviz.evaluation.ranking.ranking import Ranking, rank
from reidviz.evaluation.scores import EXACT, PASSES, Scores, Scoring
from reidviz.evaluation.scoring import cache as score_cache
from reidviz.evaluation.scoring.embeddings import Embeddings
from reidviz.evaluation.scoring.given import scores_given
from reidviz.models.added.cards import ScoresCard, card_of

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cascade:
    """What a cascade gives away. count: images rescored a probe; recall: percent of probes with a true match among
    them; change: points of rank-1 against the scores of all pairs, None while these are not known."""

    count: int
    recall: float
    change: float | None


@dataclass(frozen=True, eq=False)
class Result:
    """What one ranker gives on one split.

    seconds  time the scores took when they were computed
    scoring  how; key: what tells this result from those of other rankers, data, splits and ways of scoring
    """

    ranker: Ranker
    scores: Scores
    ranking: Ranking
    seconds: float
    scoring: Scoring
    key: str
    cascade: Cascade | None = None


def evaluate(
    ranker: Ranker,
    dataset: Dataset,
    split: Split,
    progress: Progress = silent,
    scoring: Scoring = EXACT,
    fresh: bool = False,
) -> Result:
    """Score and rank every probe, from the cache when these very scores were computed before, unless fresh.

    Raises ReidvizError when a cascade is asked of a network without a ranking branch.
    """
    return evaluate_all([ranker], dataset, split, progress, scoring, fresh)[0]


def evaluate_all(
    rankers: Iterable[Ranker],
    dataset: Dataset,
    split: Split,
    progress: Progress = silent,
    scoring: Scoring = EXACT,
    fresh: bool = False,
) -> list[Result]:
    """The same for several rankers; scores that two of them need are computed once even when fresh."""
    matrices = _Matrices(dataset, split, progress, scoring, fresh)
    return [_result(ranker, matrices) for ranker in rankers]


def must_cascade(scoring: Scoring, rankers: Iterable[Ranker]) -> None:
    """Raise ReidvizError where a cascade is asked of rankers none of which has a classifier that could rescore."""
    if scoring.cascade and not any(one.kind == "probability" or _of_one_network(one) for one in rankers):
        raise ReidvizError(
            "Nothing here has a classifier that a cascade could ask.",
            "Take mtdnet or another model of both tasks, or score without a cascade.",
        )


def is_cached(ranker: Ranker, dataset: Dataset, split: Split, scoring: Scoring = EXACT) -> bool:
    """Whether evaluate would answer at once."""
    return seconds_kept(ranker, dataset, split, scoring) is not None


def seconds_kept(ranker: Ranker, dataset: Dataset, split: Split, scoring: Scoring = EXACT) -> float | None:
    """How long the scores took with which evaluate would answer at once; None where it would not."""
    matrices = _Matrices(dataset, split, silent, scoring, fresh=False)
    seconds = 0.0
    for part in _parts(ranker, scoring):
        kept = matrices.kept(part)
        if kept is None:
            return None
        seconds += kept[1]
    return seconds


def _parts(ranker: Ranker, scoring: Scoring) -> list[Ranker]:
    """The score matrices a ranker is made of: distances before probabilities where both are wanted."""
    if ranker.parts:
        return [one for part in ranker.parts for one in _parts(part, scoring)]
    if ranker.kind == "probability" and scoring.cascade:
        return [ranker.part("distance"), ranker]
    return [ranker]


def _result(ranker: Ranker, matrices: "_Matrices") -> Result:
    cascaded = matrices.scoring.cascade > 0 and (ranker.kind == "probability" or _of_one_network(ranker))
    if cascaded and not ranker.cascades:
        raise ReidvizError(
            f"{ranker.name} has no ranking branch to order the gallery for a cascade.",
            "Score it in full, or cascade a multi-task mtdnet.",
        )
    scores, seconds = matrices.scores(ranker)
    ranking = rank(scores, matrices.truth)
    key = key_of(ranker, matrices.dataset, matrices.split, matrices.scoring)
    plain = Result(ranker, scores, ranking, seconds, matrices.scoring, key)
    if not cascaded:
        return plain
    full = _Matrices(matrices.dataset, matrices.split, silent, replace(matrices.scoring, cascade=0), fresh=False)
    change = None
    if full.kept(ranker.part("probability")) is not None:
        change = ranking.cmc_at(1) - rank(full.scores(ranker)[0], matrices.truth).cmc_at(1)
    chosen = matrices.candidates(ranker)
    return replace(plain, cascade=Cascade(chosen.shape[1], recall(chosen, matrices.truth), change))


class _Matrices:
    """The score matrices of one split: those of this call, then those on disk, else computed."""

    def __init__(self, dataset: Dataset, split: Split, progress: Progress, scoring: Scoring, fresh: bool) -> None:
        self.dataset, self.split, self.progress = dataset, split, progress
        self.scoring, self.fresh = scoring, fresh
        self._made: dict[Path, tuple[Float32Array, float]] = {}

    def scores(self, ranker: Ranker) -> tuple[Scores, float]:
        """Scores of a ranker as its kind and weight say, and the seconds they took."""
        if ranker.parts:
            (first, before), (second, after) = (self.scores(part) for part in ranker.parts)
            units = partial(_standards, first, second)
            return fused(ranker, first, second, units), before + after
        if ranker.kind != "probability" or not self.scoring.cascade:
            matrix, seconds = self._matrix(ranker)
            return Scores(ranker.kind, matrix), seconds
        first_stage, before = self._matrix(ranker.part("distance"))
        matrix, seconds = self._matrix(ranker)
        return Scores("probability", matrix, first_stage), before + seconds

    def candidates(self, ranker: Ranker) -> IntArray:
        """The gallery positions of each probe that a cascade rescores."""
        distances, _ = self._matrix(ranker.part("distance"))
        return candidates(distances, self.scoring.cascade, self.truth)

    @cached_property
    def truth(self) -> GroundTruth:
        """Who is who in the split."""
        return ground_truth(self.dataset, self.split)

    def kept(self, part: Ranker) -> tuple[Float32Array, float] | None:
        """A matrix on disk."""
        return score_cache.read(self._file(part), self._shape)

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.split.probes), len(self.split.gallery)

    def _file(self, part: Ranker) -> Path:
        key = f"{part.sha256[:16]}-{self.dataset.cache_key}-{self.split.key}-{part.kind}-{self.scoring.key(part.kind)}"
        if part.refinement is not None:
            key += f"-{key_of(part.refinement)}"
        return settings.cache_dir() / "scores" / f"{key}.npy"

    def _matrix(self, part: Ranker) -> tuple[Float32Array, float]:
        file = self._file(part)
        if file not in self._made:
            kept = None if self.fresh else self.kept(part)
            if kept:
                LOG.info("%s: scores are kept in %s", part.name, file)
            else:
                kept = score_cache.write(file, self._shape, lambda out: self._compute(part, out))
                LOG.info("%s: scored in %.1f s, kept in %s", part.name, kept[1], file)
            self._made[file] = kept
        return self._made[file]

    def _compute(self, part: Ranker, out: Float32Array) -> float:
        if part.form == "scores":
            return self._given(part, out)
        images = part.form == "network" and not self.split.probe_frames
        if part.refinement or (part.kind == "distance" and not (self.fresh and images)):
            return self._from_store(part, out)
        return self._by_network(part, out)

    def _by_network(self, part: Ranker, out: Float32Array) -> float:
        from reidviz.evaluation.scoring.features import ImageSubset
        from reidviz.evaluation.scoring.score import score
        from reidviz.models.loaded import loaded

        chosen = self.candidates(part) if self.scoring.cascade and part.kind == "probability" else None
        network, card = loaded(part.path, part.sha256, settings.device())
        pixels = Pixels(self.dataset, card.architecture.height, card.architecture.width)
        for positions in (self.split.probes, self.split.gallery):
            pixels.fill(positions, self.progress)
        started = time.perf_counter()
        score(
            network,
            part.kind,
            ImageSubset(pixels, self.split.probes),
            ImageSubset(pixels, self.split.gallery),
            settings.device(),
            self.progress,
            f"scoring pairs with {part.name}",
            self.scoring,
            out,
            chosen,
        )
        return time.perf_counter() - started

    def _from_store(self, part: Ranker, out: Float32Array) -> float:
        """Distances of features that are computed once for all splits."""
        started = time.perf_counter()
        store = Embeddings(part.path, part.sha256, self.dataset, PASSES[self.scoring.passes].mirrors)
        if part.refinement is not None:
            refined_distances(store, self.split, part.refinement, out, self.progress)
        else:
            probes, gallery = store.of_probes(self.split, self.progress), store.of_gallery(self.split, self.progress)
            out[:] = store.distances(probes, gallery)
        return time.perf_counter() - started

    def _given(self, part: Ranker, out: Float32Array) -> float:
        started = time.perf_counter()
        card = card_of(part.path)
        assert isinstance(card, ScoresCard), "given scores have a card of their own"
        out[:] = scores_given(part.path, card, self.dataset, self.split)
        return time.perf_counter() - started


def fused(ranker: Ranker, first: Scores, second: Scores, units: Callable[[], tuple[Standard, Standard]]) -> Scores:
    """The scores of both parts of a fused ranker as one. units: by what those of two models are standardised."""
    assert ranker.weight is not None
    if _of_one_network(ranker):
        return fuse(first, second, ranker.weight)
    return fuse_models(first, second, ranker.weight, units())


def standards(ranker: Ranker, dataset: Dataset, split: Split) -> tuple[Standard, Standard]:
    """What the scores of both parts of a fused ranker are standardised by on a split."""
    first, second = (result.scores for result in evaluate_all(ranker.parts, dataset, split))
    return _standards(first, second)


def _standards(first: Scores, second: Scores) -> tuple[Standard, Standard]:
    return standard_of(first), standard_of(second)


def _of_one_network(ranker: Ranker) -> bool:
    """Whether both scores of a fused ranker are those of one network of ours."""
    return ranker.kind == "fused" and ranker.form == "network"
