"""What one ranker makes of all test pairs: their scores, the errors of each threshold, and the threshold in use."""

from dataclasses import dataclass

import streamlit as st

from reidviz.data.dataset import Dataset, Split
from reidviz.data.keys import key_of
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.ranking.foregone import ONE_PERSON
from reidviz.evaluation.verification.error_rates import threshold_at
from reidviz.evaluation.verification.open_set import OpenSet, open_set
from reidviz.evaluation.verification.pair_set import PairSet, pairs_tested
from reidviz.evaluation.verification.scored_pairs import ScoredPairs, scored_pairs
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import THRESHOLD, Key
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import Markdown, literal


@dataclass(frozen=True)
class AtMost:
    """A threshold by what it costs: the lowest with no more than that share of false matches, whatever the scores."""

    false_match: float


@dataclass(frozen=True, eq=False)
class Tested(ScoredPairs):
    """A ranker on all test pairs, with the threshold in use. threshold_key: what the session keeps that under."""

    threshold_key: Key[float | AtMost | None]

    @property
    def threshold(self) -> float:
        """Where the user's threshold stands, in the score's own unit; at first where both errors are equal."""
        kept = self.threshold_key.get()
        if isinstance(kept, float):
            return kept
        return float(self.sign * (self.equal[1] if kept is None else threshold_at(self.errors, kept.false_match)))


def all_pairs(choice: Choice) -> PairSet:
    """The test pairs of the chosen split."""
    return _pairs(choice.dataset, choice.split)


def tested(choice: Choice, result: Result) -> Tested | None:
    """One ranker on all test pairs; None where those it has a score for are of one kind, and nothing can be told."""
    return _tested(result, choice.dataset, choice.split)


def tested_or_stop(choice: Choice, results: list[Result]) -> list[tuple[Result, Tested]]:
    """The results that have pairs of both kinds, with these; what has not is named, and where none has, the page ends.

    In a cascade all of one kind may be missing until the scores of all pairs arrive.
    """
    found = [(result, one) for result in results if (one := tested(choice, result)) is not None]
    lacking = [literal(result.ranker.name) for result in results if tested(choice, result) is None]
    if not all_pairs(choice).different_total:
        st.info(f"There are no pairs of different persons, so no threshold can be judged. {literal(ONE_PERSON)}")
    elif lacking:
        st.info(f"Of {', '.join(lacking)} only pairs of one kind have a score so far: not shown.")
    if not found:
        st.stop()
    return found


def searched(choice: Choice, result: Result) -> OpenSet:
    """The nearest of each probe, for a search where the person may be absent."""
    return _searched(result, choice.dataset, choice.split)


def pairs_told(pairs: PairSet) -> Markdown:
    """How many pairs there are, and of how many, in words."""
    same = int(pairs.same.sum())
    drawn = Markdown("" if pairs.different == pairs.different_total else f" drawn of {pairs.different_total:,}")
    return Markdown(f"all {same:,} pairs of one person and {pairs.different:,}{drawn} of different persons")


def threshold_key(result: Result, dataset: Dataset, split: Split) -> Key[float | AtMost | None]:
    """A threshold belongs to the scores of one network, read one way, on one test. It outlives a cascade and the name
    of a run: the scores that follow are of the same unit."""
    ranker, scoring = result.ranker, result.scoring
    ways = scoring.passes, scoring.precision
    return THRESHOLD.of(key_of(ranker.sha256, ranker.kind, ranker.weight, ways, dataset, split))


@remembered(st.cache_resource, max_entries=4)
def _pairs(dataset: Dataset, split: Split) -> PairSet:
    return pairs_tested(ground_truth(dataset, split))


@remembered(st.cache_resource, max_entries=16, show_spinner="Counting errors …")
def _tested(result: Result, dataset: Dataset, split: Split) -> Tested | None:
    found = scored_pairs(result, _pairs(dataset, split))
    return None if found is None else Tested(**vars(found), threshold_key=threshold_key(result, dataset, split))


@remembered(st.cache_resource, max_entries=16)
def _searched(result: Result, dataset: Dataset, split: Split) -> OpenSet:
    return open_set(result.scores, ground_truth(dataset, split))
