"""The failures of a model on a test, explained as far as images and data explain them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reidviz.common.arrays import BoolArray, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.data.doctor import examine
from reidviz.evaluation.failures.conditions import Group, Measure, groups_of
from reidviz.evaluation.failures.lift import PERMUTATIONS, Lift, lifts, within
from reidviz.evaluation.failures.probe_measures import probe_measures
from reidviz.evaluation.failures.rivals import rivals
from reidviz.evaluation.failures.tree import Combination, worst_combination
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.ranking.foregone import ONE_PERSON, others
from reidviz.evaluation.ranking.uncertainty import DRAWS, Names

LABEL_ERRORS = ("one image, two persons", "alike, two persons", "identities written alike")
"""Findings of the doctor that say a person may stand under two names."""


@dataclass(frozen=True, eq=False)
class FailureMap:
    """One model's failures: probes whose true match is not at rank 1.

    failed        which probes (P,)
    match, other  positions in Dataset.samples of each probe's nearest true match and of the nearest other person's
                  image, (P,) each: the latter is the wrong winner of a failure
    groups        all groups of the probes, which overlap; lifts: those that could be tested, the surest first
    combination   the conditions under which most fail, None where none is sure
    """

    failed: BoolArray
    match: IntArray
    other: IntArray
    groups: tuple[Group, ...]
    lifts: tuple[Lift, ...]
    combination: Combination | None


def failure_map(dataset: Dataset, split: Split, result: Result, progress: Progress = silent) -> FailureMap:
    """Measure what is not kept, and explain the failures of a result.

    ReidvizError where the gallery holds nobody else, or an image cannot be read.
    """
    truth = ground_truth(dataset, split)
    if not others(truth):
        raise ReidvizError(ONE_PERSON)
    found = rivals(result.scores, truth)
    suspects = np.zeros(len(dataset.samples), dtype=bool)
    for finding in examine(dataset, None, progress).findings:
        if finding.kind in LABEL_ERRORS:
            suspects[[i for group in finding.groups for i in group]] = True
    measures = probe_measures(dataset, split, found, suspects, progress)
    failed, persons = result.ranking.first > 1, dataset.identities[split.probes]
    told, combination = explained(measures, failed, persons)
    match, other = split.gallery[found.match], split.gallery[found.other]
    return FailureMap(failed, match, other, tuple(groups_of(measures)), told, combination)


def explained(
    measures: list[Measure],
    failed: BoolArray,
    persons: Names,
    draws: int = DRAWS,
    permutations: int = PERMUTATIONS,
) -> tuple[tuple[Lift, ...], Combination | None]:
    """The groups by how much more, or less, often they fail than others, and the worst combination of conditions.

    A combination is looked for only where some group is claimed, so that together they claim something where there is
    nothing as seldom as the groups alone. failed, persons: of each probe (P,).
    """
    told = lifts(groups_of(measures), failed, persons, draws, permutations)
    claimed = any(one.claimed for one in told)
    return told, worst_combination(measures, failed, persons, draws) if claimed else None


def mended(found: FailureMap, hit: BoolArray, persons: Names) -> tuple[Lift, ...]:
    """Among the failures of a model the groups of which another model mends more, or fewer, than of the others. hit:
    which probes that one finds at rank 1; persons: of each probe (P,)."""
    groups = [within(one, found.failed) for one in found.groups]
    return lifts(groups, hit[found.failed], persons[found.failed])


def missed_by_all(results: Sequence[Result]) -> BoolArray:
    """The probes that none of the models finds at rank 1 (P,)."""
    missed: BoolArray = np.all([one.ranking.first > 1 for one in results], axis=0)
    return missed


def missed_alone(result: Result, results: Sequence[Result]) -> BoolArray:
    """The probes that this model misses at rank 1 and every other one of the models finds (P,)."""
    missed: BoolArray = np.all([(one.ranking.first > 1) == (one is result) for one in results], axis=0)
    return missed
