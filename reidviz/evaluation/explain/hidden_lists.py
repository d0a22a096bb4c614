"""The list of a probe with a region hidden: on the probe, on its true match, on the image that was put before that.

Nothing of the gallery is described again but what is hidden. Distances are those of the whole gallery at once; P(same)
of a whole gallery takes seconds, so the head of the list comes first and the rest follows. The list of a cascade is a
cascade's again: the ranking branch chooses, with the region hidden, whom the classifier is asked about.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from reidviz.common.arrays import BoolArray, Float32Array, IntArray
from reidviz.data.dataset import Dataset, Split
from reidviz.data.images.decode import load_image
from reidviz.evaluation.explain.hidden_scores import Hidden, HiddenScorer, ThreeImages, scorer_of
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import fused, standards
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.cascade import nearest
from reidviz.evaluation.ranking.fusion import Standard
from reidviz.evaluation.ranking.ranked_list import ranked_places
from reidviz.evaluation.scores import Scores

HEAD = 16
"""Images of the list that P(same) is told of at once, the true matches and the wrong winner among them."""
NEXT = 48


@dataclass(frozen=True)
class Question:
    """Why is the true match of a probe not first? The row of the probe among those of the split, and the places in the
    gallery of its nearest true match and of an image of somebody else that stands before it."""

    row: int
    match: int
    wrong: int


def question_of(
    scores: Scores, row: int, truth: tuple[BoolArray, BoolArray], seen: int | None = None
) -> Question | None:
    """What to ask of the scores (1, G) of a probe; None where a true match is first.

    row    of the probe among those of the split
    truth  the true matches and what is ignored, each (G,)
    seen   a place in the gallery that is to be the true match or the wrong winner where it can be; else these are the
           nearest ones
    """
    ranked = ranked_places(scores, 0, truth)
    first = int(np.flatnonzero(truth[0][ranked])[0])
    if first == 0:
        return None
    match, wrong = int(ranked[first]), int(ranked[0])
    if seen is not None and truth[0][seen]:
        return Question(row, seen, wrong)
    return Question(row, match, seen if seen is not None and seen in ranked[:first] else wrong)


@dataclass(frozen=True, eq=False)
class Step:
    """A list as far as it is known: scores (1, G), and of how many images P(same) is still to come."""

    scores: Scores
    missing: int


class HiddenLists:
    """A ranker, asked one question.

    before  its scores (1, G) with nothing hidden; those of a cascade with its first stage
    same, ignored  the true matches of the probe and what is ignored, each (G,)
    """

    def __init__(self, ranker: Ranker, dataset: Dataset, split: Split, question: Question, before: Scores) -> None:
        """ReidvizError when the network or one of the three images cannot be read."""
        self._ranker, self._dataset, self._split = ranker, dataset, split
        self.question, self.before = question, before
        self.same, self.ignored = ground_truth(dataset, split).masks(question.row)
        at = (split.probes[question.row], split.gallery[question.match], split.gallery[question.wrong])
        probe, match, wrong = (load_image(dataset, int(i)) for i in at)
        three = ThreeImages(probe, match, wrong, question.match, question.wrong)
        self._parts = [(one, scorer_of(one, dataset, split, three)) for one in ranker.parts or (ranker,)]
        self._first_stage: HiddenScorer | None = None
        if before.first_stage is not None:
            own = next((scorer for part, scorer in self._parts if part.kind == "distance"), None)
            self._first_stage = own or scorer_of(ranker.part("distance"), dataset, split, three)

    @property
    def scored(self) -> int:
        """How many images of the gallery the ranker itself scores: all, or those that a cascade rescores."""
        return int((~np.isnan(self.before.matrix)).sum())

    def lists(self, hidden: Hidden) -> Iterator[Step]:
        """Of the head of the list, the others behind it in the order they had, then of more and more, at last of all
        that a cascade rescores. Of features, and where the probe is shown whole, of all at once."""
        stage, among = self._stage(hidden)
        values = np.full(len(self.same), np.nan, dtype=np.float32)
        if "probe" not in hidden:
            values[among] = self.before.matrix[0, among]
        for places in self._chunks(hidden, among, np.isnan(values)):
            values[places] = self._values(hidden, places)
            missing = int(np.isnan(values[among]).sum())
            behind = self._stood if missing and stage is None else stage
            yield Step(Scores(self.before.kind, values[None].copy(), behind), missing)

    def rank(self, hidden: Hidden) -> int:
        """Where the nearest true match stands, 1 for first."""
        *_, last = self.lists(hidden)
        return rank_of_match(last.scores, self.same, self.ignored)

    def margin(self, hidden: Hidden) -> float:
        """How much nearer the nearest true match is than the wrong winner, in units of the score; what a cascade does
        not rescore is far behind what it does."""
        stage, among = self._stage(hidden)
        places = np.append(np.flatnonzero(self.same), self.question.wrong)
        values = np.full(len(places), np.nan, dtype=np.float32)
        values[among[places]] = self._values(hidden, places[among[places]])
        behind = None if stage is None else stage[:, places]
        distances = Scores(self.before.kind, values[None], behind).distances(slice(None))[0]
        return float(distances[-1] - distances[:-1].min())

    def is_first(self, hidden: Hidden) -> bool:
        """Whether a true match is first: as soon as an image of somebody else is before all of them it is not."""
        return all(rank_of_match(step.scores, self.same, self.ignored) == 1 for step in self.lists(hidden))

    def _stage(self, hidden: Hidden) -> tuple[Float32Array | None, BoolArray]:
        """The distances (1, G) by which a cascade chooses, None of a ranker that scores all, and which it rescores."""
        if self._first_stage is None:
            return None, np.ones(len(self.same), dtype=bool)
        distances = self._first_stage.row(hidden, np.arange(len(self.same)))
        among = np.zeros(len(self.same), dtype=bool)
        among[nearest(distances, self.scored, self.ignored)] = True
        return distances[None], among

    def _values(self, hidden: Hidden, places: IntArray) -> Float32Array:
        if not len(places):
            return np.empty(0, dtype=np.float32)
        rows = [part.row(hidden, places)[None] for _, part in self._parts]
        if len(rows) == 1:
            return cast(Float32Array, rows[0][0])
        one, other = (Scores(part.kind, row) for (part, _), row in zip(self._parts, rows, strict=True))
        mix = fused(self._ranker, one, other, lambda: self._standards)
        return cast(Float32Array, mix.matrix[0])

    def _chunks(self, hidden: Hidden, among: BoolArray, unknown: BoolArray) -> list[IntArray]:
        """Which places are scored after another, of those among which the list's head is chosen."""
        wanted = self.same | (np.arange(len(self.same)) == self.question.wrong)
        if "probe" not in hidden:
            return [np.flatnonzero((wanted | unknown) & among)]
        asked = np.flatnonzero(wanted & among)
        others = self._order[(among & ~wanted)[self._order]]
        if not any(part.kind == "probability" for part, _ in self._parts):
            return [np.concatenate([asked, others])]
        head = max(0, HEAD - len(asked))
        rest = others[head:]
        return [
            np.concatenate([asked, others[:head]]),
            *(rest[start : start + NEXT] for start in range(0, len(rest), NEXT)),
        ]

    @cached_property
    def _order(self) -> IntArray:
        return np.argsort(self.before.distances(0), kind="stable").astype(np.int64)

    @cached_property
    def _stood(self) -> Float32Array:
        """Where each image stood, as a distance (1, G) from 0 to 4."""
        stood = np.empty((1, len(self._order)), dtype=np.float32)
        stood[0, self._order] = np.linspace(0, 4, len(self._order))
        return stood

    @cached_property
    def _standards(self) -> tuple[Standard, Standard]:
        return standards(self._ranker, self._dataset, self._split)


def rank_of_match(scores: Scores, same: BoolArray, ignored: BoolArray) -> int:
    """Where the nearest true match stands in a row of scores (1, G), ties against the model."""
    ranked = ranked_places(scores, 0, (same, ignored))
    return int(np.flatnonzero(same[ranked])[0]) + 1
