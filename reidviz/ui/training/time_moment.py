"""Two validations that are compared: of one run, or of two that were validated on the same persons."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st

from reidviz.common.arrays import IntArray
from reidviz.data.dataset import Dataset
from reidviz.evaluation.ranking.learning import Change, change, learnt_for_good
from reidviz.figures.style import ModelStyle
from reidviz.ui.session.remembered import remembered
from reidviz.ui.training.run_history import RankerOfRun, RunHistory


@dataclass(frozen=True, eq=False)
class Moment:
    """Two validations of one or two runs on the same persons, and who these are.

    first, second  the steps that were chosen; a run stands at its last validation not after each
    identities     of the images of the records (N,); persons: of these with probes, by name (K,)
    """

    histories: tuple[RunHistory, ...]
    first: int
    second: int
    dataset: Dataset
    styles: Mapping[str, ModelStyle]

    @cached_property
    def probes(self) -> IntArray:
        """The positions of the probes (P,)."""
        return self.histories[0].last.probes.astype(np.int64)

    @cached_property
    def persons(self) -> list[str]:
        """Who has probes, by name (K,)."""
        return [str(one) for one in np.unique(self.dataset.identities[self.probes])]

    @cached_property
    def person_of_probe(self) -> IntArray:
        """The place in persons of whom each probe shows (P,)."""
        return np.unique(self.dataset.identities[self.probes], return_inverse=True)[1].astype(np.int64)

    @property
    def rankers(self) -> list[tuple[RunHistory, RankerOfRun]]:
        """All rankers of all runs."""
        return [(history, ranker) for history in self.histories for ranker in history.rankers]

    def change(self, history: RunHistory, ranker: RankerOfRun) -> Change:
        """What a ranker learnt and forgot between both steps."""
        steps = [history.at(step) for step in (self.first, self.second)]
        before, after = history.ranks(ranker.kind, steps)
        return _change(before, after, self.person_of_probe)

    def for_good(self, history: RunHistory, ranker: RankerOfRun, steps: list[int]) -> IntArray:
        """The place in some of its steps from which on each person is learnt (K,)."""
        return learnt_for_good(history.ranks(ranker.kind, steps), self.person_of_probe)


@remembered(st.cache_resource, max_entries=256)
def _change(before: IntArray, after: IntArray, persons: IntArray) -> Change:
    return change(before, after, persons)
