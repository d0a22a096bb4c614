"""What one reading makes of all test pairs: their scores, the errors of each threshold, and the threshold in use."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from reidviz.evaluation.calibration import Errors, OpenSet, equal_error, errors, open_set
from reidviz.evaluation.evaluate import Reading, Result
from reidviz.evaluation.pair_values import PairSet, likeness, pairs_tested
from reidviz.evaluation.scores import FloatArray
from reidviz.evaluation.truth import truth_of
from reidviz.ui.state import Choice

UNITS = {"distance": "squared distance", "probability": "P(same)", "fused": "mix of both tasks"}
STEPS = {"distance": 0.001, "probability": 0.001, "fused": 0.01}


@dataclass(frozen=True, eq=False)
class Tested:
    """A reading on all test pairs.

    values      the score of each pair (P,) as it is; alike: larger for pairs that are more alike
    errors      of each threshold on alike
    equal       equal-error rate and its threshold on alike
    """

    reading: Reading
    pairs: PairSet
    values: FloatArray
    alike: FloatArray
    errors: Errors
    equal: tuple[float, float]

    @property
    def sign(self) -> int:
        """-1 where a smaller score means more alike."""
        return -1 if self.reading.kind == "distance" else 1

    @property
    def threshold(self) -> float:
        """Where the user's threshold stands, in the score's own unit; at first where both errors are equal."""
        return float(st.session_state.get(self.threshold_key, self.sign * self.equal[1]))

    @property
    def threshold_key(self) -> str:
        """What the threshold is kept under."""
        return f"threshold {self.reading.sha256[:16]} {self.reading.kind}"

    def share_below(self, value: float, same: bool) -> float:
        """Percent of the pairs of one kind that are less alike than a score."""
        of_kind = self.alike[self.pairs.same == same]
        return 100 * float((of_kind < self.sign * value).mean())


def all_pairs(choice: Choice) -> PairSet:
    """The test pairs of the chosen split."""
    return _pairs(f"{choice.dataset.cache_key}-{choice.split.key}", choice)


def tested(choice: Choice, result: Result) -> Tested:
    """One reading on all test pairs."""
    return _tested(f"{_key(choice, result)}", result, all_pairs(choice))


def searched(choice: Choice, result: Result) -> OpenSet:
    """The nearest of each probe, for a search where the person may be absent."""
    return _searched(_key(choice, result), choice, result)


def pairs_told(pairs: PairSet) -> str:
    """How many pairs there are, and of how many, in words."""
    same = int(pairs.same.sum())
    drawn = "" if pairs.different == pairs.different_total else f" drawn of {pairs.different_total:,}"
    return f"all {same:,} pairs of one person and {pairs.different:,}{drawn} of different persons"


def _key(choice: Choice, result: Result) -> str:
    reading = result.reading
    cascade = 0 if result.cascade is None else result.cascade.count
    return f"{reading.sha256}-{reading.kind}-{reading.weight}-{cascade}-{choice.dataset.cache_key}-{choice.split.key}"


@st.cache_resource(max_entries=4, show_spinner=False)
def _pairs(key: str, _choice: Choice) -> PairSet:
    return pairs_tested(truth_of(_choice.dataset, _choice.split))


@st.cache_resource(max_entries=16, show_spinner="Counting errors …")
def _tested(key: str, _result: Result, _pairs: PairSet) -> Tested:
    values = _pairs.values(_result.scores)
    known = np.isfinite(values)
    pairs = _pairs if known.all() else _pairs.at(known)
    values = values[known]
    alike = likeness(values, _result.reading.kind)
    found = errors(alike, pairs.same)
    return Tested(_result.reading, pairs, values, alike, found, equal_error(found))


@st.cache_resource(max_entries=16, show_spinner=False)
def _searched(key: str, _choice: Choice, _result: Result) -> OpenSet:
    return open_set(_result.scores, truth_of(_choice.dataset, _choice.split))
