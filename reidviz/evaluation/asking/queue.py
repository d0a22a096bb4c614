"""Which pairs of images are most worth a look: those nearest a threshold, those on which models disagree, and those
whose names are likely wrong."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, zip_longest
from typing import Literal

import numpy as np

from reidviz.common.arrays import BoolArray, Float64Array, IntArray
from reidviz.data.dataset import Dataset
from reidviz.data.doctor.findings import Report
from reidviz.evaluation.verification.pair_set import PairSet
from reidviz.evaluation.verification.scored_pairs import ScoredPairs

Reason = Literal["near", "disagree", "label"]
MOST = 500
"""Pairs asked about for each reason."""
MOST_OF_AN_IMAGE = 3
"""Pairs of one image for each reason, so that none fills the queue."""
LOOKED_AT = 20
"""How many times as many pairs as are asked about are looked at for it."""
DOUBLES = ("one image, two persons", "alike, two persons")
"""The doctor's findings that make two names doubtful."""


@dataclass(frozen=True)
class Question:
    """Two images to compare, as positions in Dataset.samples, and why: the score of a model lies near its threshold,
    models disagree, or the names are likely wrong."""

    first: int
    second: int
    reason: Reason


def margins(every: Sequence[ScoredPairs], thresholds: Sequence[float]) -> Float64Array:
    """How far each pair lies above the threshold of each model (M, P), in standard deviations of that model's scores;
    below 0 where it takes them for two persons. thresholds in the score's own unit; all models on the same pairs."""
    rows = []
    for one, threshold in zip(every, thresholds, strict=True):
        spread = float(one.alike.std()) or 1.0
        rows.append((one.alike.astype(np.float64) - one.sign * threshold) / spread)
    return np.stack(rows)


def near(margin: Float64Array) -> IntArray:
    """Rows of pairs from the nearest to a threshold on, by the model that is nearest to its own. margin (M, P)."""
    return np.argsort(np.abs(margin).min(axis=0), kind="stable").astype(np.int64)


def disagreeing(margin: Float64Array) -> IntArray:
    """Rows of pairs that some model takes for one person and another for two, those first where both are farthest from
    their thresholds: the lesser of both distances counts."""
    strength = np.minimum(margin.max(axis=0), -margin.min(axis=0))
    rows = np.flatnonzero(strength > 0)
    return rows[np.argsort(-strength[rows], kind="stable")].astype(np.int64)


def misnamed(margin: Float64Array, same: BoolArray) -> IntArray:
    """Rows of pairs that every model judges otherwise than their names do, those first where the least sure model is
    farthest from its threshold. same (P,): whether the names are one."""
    against = np.where(same, -margin, margin).min(axis=0)
    rows = np.flatnonzero(against > 0)
    return rows[np.argsort(-against[rows], kind="stable")].astype(np.int64)


def doubles(report: Report, dataset: Dataset) -> list[tuple[int, int]]:
    """The pairs of images under two names that the doctor found to be one, or nearly."""
    found = []
    for finding in report.findings:
        if finding.kind in DOUBLES:
            for group in finding.groups:
                pairs = combinations(group, 2)
                found += [(a, b) for a, b in pairs if dataset.identities[a] != dataset.identities[b]]
    return found


def kept_for_the_test(dataset: Dataset) -> BoolArray:
    """Of each image (samples,), whether its person is in the half that nobody is asked about, so that what marks taught
    can be tested on it. The half is that of the names' digests: it does not change with the data set's size."""
    halves = {name: hashlib.sha256(name.encode()).digest()[0] % 2 == 0 for name in set(dataset.individuals.tolist())}
    return np.array([halves[name] for name in dataset.individuals.tolist()], dtype=bool)


def questions(
    pairs: PairSet,
    images: tuple[IntArray, IntArray],
    margin: Float64Array,
    suspected: Sequence[tuple[int, int]] = (),
    left_out: BoolArray | None = None,
) -> tuple[Question, ...]:
    """The queue: by turns a likely wrong name, a disagreement and a pair near a threshold, the most worth of each
    first; no pair twice.

    images     of probes and gallery, positions in Dataset.samples
    margin     as margins() gives it, for these pairs
    suspected  pairs that are likely misnamed whatever the models say; they come first
    left_out   of each image (samples,), whether nobody is asked about it
    """
    probes, gallery = images[0][pairs.probes], images[1][pairs.gallery]

    def asked(reason: Reason, rows: IntArray, before: Iterable[tuple[int, int]] = ()) -> list[Question]:
        rows = rows[: LOOKED_AT * MOST] if left_out is None else rows
        if left_out is not None:
            rows = rows[~left_out[probes[rows]] & ~left_out[gallery[rows]]][: LOOKED_AT * MOST]
        named = [pair for pair in before if left_out is None or not left_out[list(pair)].any()]
        every = [*named, *zip(probes[rows].tolist(), gallery[rows].tolist(), strict=True)]
        return [Question(a, b, reason) for a, b in _spread(every)]

    by_reason = (
        asked("label", misnamed(margin, pairs.same), suspected),
        asked("disagree", disagreeing(margin)),
        asked("near", near(margin)),
    )
    return tuple(_once(one for turn in zip_longest(*by_reason) for one in turn if one is not None))


def waiting(asked: Iterable[Question], dataset: Dataset, answered: Collection[tuple[str, str]]) -> list[Question]:
    """The questions whose pair, by Sample.id, is not among those answered."""
    ids = [sample.id for sample in dataset.samples]
    return [one for one in asked if tuple(sorted((ids[one.first], ids[one.second]))) not in answered]


def _spread(pairs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The first MOST of these, each once whichever way round, none of an image that is in MOST_OF_AN_IMAGE of them
    already."""
    seen: dict[int, int] = {}
    given: set[frozenset[int]] = set()
    for a, b in pairs:
        if len(given) == MOST:
            return
        fresh = a != b and frozenset((a, b)) not in given
        if fresh and max(seen.get(a, 0), seen.get(b, 0)) < MOST_OF_AN_IMAGE:
            seen[a], seen[b] = seen.get(a, 0) + 1, seen.get(b, 0) + 1
            given.add(frozenset((a, b)))
            yield a, b


def _once(asked: Iterable[Question]) -> Iterator[Question]:
    seen = set()
    for one in asked:
        pair = frozenset((one.first, one.second))
        if pair not in seen:
            seen.add(pair)
            yield one
