"""What one ranker makes of all test pairs: their scores, the errors of each threshold, and how far P(same) holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from reidviz.common.arrays import BoolArray, Float32Array, IntArray
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.tables import Cell, Table
from reidviz.evaluation.verification.calibration import (
    Logistic,
    Reliability,
    cross_logistic,
    cross_tempered,
    reliability,
)
from reidviz.evaluation.verification.error_rates import Errors, area, equal_error, error_rates, errors, threshold_at
from reidviz.evaluation.verification.pair_set import PairSet, similarity
from reidviz.models.variants import SMALLER_IS_NEARER

ALL = "all cameras"
LIMITS = (0.01, 0.001)
MOST_OF_A_KIND = 3_000


@dataclass(frozen=True, eq=False)
class ScoredPairs:
    """A ranker on all test pairs.

    key     what tells it from others: that of its result
    values  the score of each pair (P,) as it is; alike: larger for pairs that are more alike
    errors  of each threshold on alike
    equal   equal-error rate and its threshold on alike
    """

    ranker: Ranker
    key: str
    pairs: PairSet
    values: Float32Array
    alike: Float32Array
    errors: Errors
    equal: tuple[float, float]

    @property
    def sign(self) -> int:
        """-1 where a smaller score means more alike."""
        return -1 if self.ranker.kind in SMALLER_IS_NEARER else 1

    @cached_property
    def step(self) -> float:
        """A power of ten, of which the range of the scores has a thousand to ten thousand."""
        spread = float(self.values.max() - self.values.min())
        return float(10.0 ** np.floor(np.log10(spread / 1000))) if spread > 0 else 0.001

    def share_below(self, value: float, same: bool) -> float:
        """Percent of the pairs of one kind that are less alike than a score."""
        of_kind = self.alike[self.pairs.same == same]
        return 100 * float((of_kind < self.sign * value).mean())


def scored_pairs(result: Result, pairs: PairSet) -> ScoredPairs | None:
    """A result on test pairs; None where those it has a score for are of one kind, and nothing can be told."""
    values = pairs.values(result.scores)
    known = np.isfinite(values)
    if not known.all():
        pairs, values = pairs.at(known), values[known]
    if pairs.same.all() or not pairs.same.any():
        return None
    alike = similarity(values, result.ranker.kind)
    found = errors(alike, pairs.same)
    return ScoredPairs(result.ranker, result.key, pairs, values, alike, found, equal_error(found))


def between(pairs: PairSet, dataset: Dataset, split: Split, cameras: str) -> BoolArray:
    """Which pairs (P,) are of two cameras, "A and B" with "?" for one that is not known; all by ALL."""
    if cameras == ALL:
        return np.ones(len(pairs), dtype=bool)
    first, second = dataset.cameras[split.probes][pairs.probes], dataset.cameras[split.gallery][pairs.gallery]
    mine, _, theirs = cameras.partition(" and ")
    found: BoolArray = (first == mine.replace("?", "")) & (second == theirs.replace("?", ""))
    return found


def rows_drawn(pairs: PairSet) -> IntArray:
    """Rows to draw: of each kind all, or a seeded draw, so many that any browser draws them without a graphics card."""
    shown = []
    for kind in (pairs.same, ~pairs.same):
        rows = np.flatnonzero(kind)
        if len(rows) > MOST_OF_A_KIND:
            rows = np.sort(np.random.default_rng(0).permutation(rows)[:MOST_OF_A_KIND])
        shown.append(rows)
    return np.concatenate(shown)


def by_temperature(
    one: ScoredPairs, dataset: Dataset, split: Split
) -> tuple[Reliability, Reliability, tuple[float, float]]:
    """P(same) as it is and at a temperature fitted on the other half of the probes' persons; both temperatures."""
    mended, degrees = cross_tempered(one.values, one.pairs.same, _persons(one, dataset, split))
    return reliability(one.values, one.pairs.same), reliability(mended, one.pairs.same), degrees


def by_logistic(
    one: ScoredPairs, dataset: Dataset, split: Split
) -> tuple[Reliability, tuple[Logistic, Logistic]] | None:
    """P(same) that a logistic curve makes of a score, fitted on the other half of the probes' persons, and both
    curves; None where there are too few persons."""
    persons = _persons(one, dataset, split)
    if min(len(np.unique(persons[one.pairs.same == same])) for same in (True, False)) < 2:
        return None
    fitted, curves = cross_logistic(one.alike, one.pairs.same, persons)
    return reliability(fitted, one.pairs.same), curves


def missed_at_limits(one: ScoredPairs) -> list[float]:
    """FNMR in percent at each of LIMITS of FMR."""
    return [100 * error_rates(one.alike, one.pairs.same, threshold_at(one.errors, limit))[1] for limit in LIMITS]


def error_table(every: Sequence[ScoredPairs]) -> Table:
    """EER, FNMR at each of LIMITS of FMR, both in percent, and the area under the ROC curve of each ranker."""
    rows: list[tuple[Cell, ...]] = [
        (one.ranker.name, 100 * one.equal[0], *missed_at_limits(one), area(one.errors)) for one in every
    ]
    heads = ("model", "EER", *(f"FNMR at FMR {100 * limit:g} %" for limit in LIMITS), "AUC")
    return Table(heads, tuple(rows), digits={"EER": 2, "AUC": 4})


def _persons(one: ScoredPairs, dataset: Dataset, split: Split) -> "np.ndarray":
    return dataset.identities[split.probes][one.pairs.probes]
