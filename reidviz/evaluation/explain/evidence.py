"""Which places spoke for the true match of a probe, and which for the image that was put before it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reidviz.common.arrays import Float32Array
from reidviz.evaluation.explain.regions import CELLS, Region, means

if TYPE_CHECKING:
    from reidviz.evaluation.explain.saliency import Explanation


@dataclass(frozen=True, eq=False)
class Evidence:
    """The relevance of the places of three images (h, w) for the true match over the wrong winner: positive places
    spoke for the true match, negative ones for the wrong winner.

    margin  the score of probe and true match, less that of probe and wrong winner; negative where the wrong one wins
    """

    margin: float
    probe: Float32Array
    match: Float32Array
    wrong: Float32Array


def evidence(of_match: "Explanation", of_wrong: "Explanation") -> Evidence:
    """The difference of two explanations of one probe (saliency), which come first in both. What both scores have in
    common on the probe goes out; of either image only one score knows."""
    return Evidence(of_match.score - of_wrong.score, of_match.first - of_wrong.first, of_match.second, -of_wrong.second)


def strongest_cell(relevance: Float32Array, sign: int) -> Region | None:
    """The cell that speaks most for the true match (sign 1) or for the wrong winner (-1); None where none does."""
    values = sign * means(relevance)
    return CELLS[int(values.argmax())] if values.max() > 0 else None
