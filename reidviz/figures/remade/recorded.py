"""The record of a figure with what it was made of: all that one which is made again may ask."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.ground_truth import GroundTruth, ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.ranking.uncertainty import Names
from reidviz.evaluation.verification.pair_set import PairSet, pairs_tested
from reidviz.evaluation.verification.scored_pairs import ScoredPairs, scored_pairs
from reidviz.figures.style import ModelStyle, style_of
from reidviz.figures.text import Plain, plain

CHANGED: Final = "It was changed by hand, or another version wrote it."


@dataclass(frozen=True, eq=False)
class Recorded:
    """A record, its data set and split as they are here, and the results of its models, in its order."""

    certificate: Certificate
    dataset: Dataset
    split: Split
    results: list[Result]
    progress: Progress = silent

    @property
    def persons(self) -> Names:
        """Whom each probe shows (P,)."""
        return self.dataset.identities[self.split.probes]

    @cached_property
    def truth(self) -> GroundTruth:
        """Who is who in the split."""
        return ground_truth(self.dataset, self.split)

    @property
    def styles(self) -> dict[Plain, ModelStyle]:
        """How its models look."""
        return styles_in(self.certificate)

    @cached_property
    def pairs(self) -> PairSet:
        """The test pairs of the split."""
        return pairs_tested(self.truth)

    def scored(self, name: str) -> ScoredPairs:
        """A ranker by its name on all test pairs. ReidvizError where these are of one kind."""
        found = scored_pairs(self.named(name), self.pairs)
        if found is None:
            raise ReidvizError(f"{printable(name)} has scores for pairs of one kind only.", "It cannot be made again.")
        return found

    def named(self, name: str) -> Result:
        """The result of a ranker by its name."""
        for one in self.results:
            if one.ranker.name == name:
                return one
        raise ReidvizError(f"The record names no model {printable(name)}.", CHANGED)

    def text(self, key: str) -> str:
        """What the record says of a text."""
        return str(asked(self.certificate, key, str))

    def number(self, key: str, low: float = -math.inf, high: float = math.inf) -> float:
        """What the record says of a number. ReidvizError beyond low or high, too."""
        found = float(asked(self.certificate, key, int | float))
        if not low <= found <= high:
            raise ReidvizError(f"The record's “{printable(key)}” is {found:g}, which cannot be.", CHANGED)
        return found


def asked(certificate: Certificate, key: str, kind: Any) -> Any:
    """What a record says under a key. ReidvizError where it says nothing of that kind."""
    found = certificate.asked.get(key)
    if not isinstance(found, kind):
        raise ReidvizError(f"The record does not say its “{printable(key)}”.", CHANGED)
    return found


def styles_in(certificate: Certificate) -> dict[Plain, ModelStyle]:
    """How the models of a record look: as it says, or as they would by their names alone."""
    usual = style_of(mark.name for mark in certificate.models)
    return {
        plain(mark.name): usual[mark.name] if mark.look is None else ModelStyle(mark.look)
        for mark in certificate.models
    }
