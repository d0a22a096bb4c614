"""Scores: how near each gallery image is to each probe, and by name how they are computed."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import Float32Array
from reidviz.common.errors import ReidvizError
from reidviz.models.variants import SMALLER_IS_NEARER, Kind

Precision = Literal["fp32", "bf16"]

_BEHIND = 1000.0
"""Farther than anything that was rescored: log P of the smallest float is -103, a squared distance at most 4."""


def not_numbers() -> ReidvizError:
    """What to raise for scores that are not numbers."""
    return ReidvizError("The model gave scores that are not numbers.", "Its training has likely diverged.")


@dataclass(frozen=True)
class PassSettings:
    """The forward passes whose mean is the score of a pair.

    orders   1: probe before gallery image; 2: the other way round as well (P(same) only, distances have no order)
    mirrors  each image as it is and mirrored: four combinations; else as they are
    """

    orders: int
    mirrors: bool


PASSES: dict[str, PassSettings] = {
    "8-pass": PassSettings(2, True),
    "4-pass": PassSettings(1, True),
    "1-pass": PassSettings(1, False),
}


@dataclass(frozen=True)
class Scoring:
    """How scores are computed.

    passes     "8-pass": the release's test, both orders and all mirrors; "4-pass": probe first, all mirrors; "1-pass"
    precision  of the classifier after conv3: "fp32", or "bf16", which may change ranks
    cascade    how many gallery images of each probe, the nearest by the ranking branch, the classifier rescores;
               0: all
    """

    passes: str = "8-pass"
    precision: Precision = "fp32"
    cascade: int = 0

    def key(self, kind: Kind) -> str:
        """What tells the scores of one kind apart from those computed otherwise."""
        if kind not in ("probability", "fused"):
            return "mirrors" if PASSES[self.passes].mirrors else "as they are"
        return f"{self.passes}-{self.precision}" + (f"-cascade{self.cascade}" if self.cascade else "")


EXACT = Scoring()


def scoring(passes: str, precision: str, cascade: int) -> Scoring:
    """The Scoring of these names. Raises ReidvizError for an unknown or impossible one."""
    if passes not in PASSES:
        raise ReidvizError(f"There is no test called {passes!r}.", f"Choose one of: {', '.join(PASSES)}.")
    if precision not in get_args(Precision):
        raise ReidvizError(f"There is no precision called {precision!r}.", "Choose fp32 or bf16.")
    if cascade < 0 or cascade % 1:
        raise ReidvizError("A cascade rescores at least one gallery image.", "Ask for a whole number, for example 100.")
    return Scoring(passes, "bf16" if precision == "bf16" else "fp32", cascade)


@dataclass(frozen=True, eq=False)
class Scores:
    """How near each gallery image is to each probe.

    kind         "distance": squared, smaller is nearer; "probability": P(same person), 0-1, larger is nearer;
                 "fused": two scores fused (ranking.fusion), larger is nearer; given scores are a "similarity" where
                 larger is nearer, else a "dissimilarity"
    matrix       float32 (probes, gallery); not a number where a cascade left the pair to its first stage
    first_stage  of a cascade, the squared distances of its first stage (probes, gallery), by which the images that
                 were not rescored follow those that were
    """

    kind: Kind
    matrix: Float32Array
    first_stage: Float32Array | None = None

    def distances(self, rows: Any = slice(None)) -> npt.NDArray[np.floating]:
        """The matrix, or some rows of it, with smaller meaning nearer, whatever the kind."""
        matrix = np.asarray(self.matrix[rows])
        if self.kind in SMALLER_IS_NEARER:
            return matrix
        if self.first_stage is None:
            return -matrix
        left = _BEHIND + self.first_stage[rows].astype(np.float64)
        return np.where(np.isnan(matrix), left, -matrix.astype(np.float64))

    def text(self, probe: int, image: int) -> str:
        """One score as people read it."""
        value = float(self.matrix[probe, image])
        if np.isnan(value) and self.first_stage is not None:
            return f"d² {self.first_stage[probe, image]:.3f}"
        return score_text(self.kind, value)


def score_text(kind: Kind, value: float) -> str:
    """A score as people read it, behind its letter."""
    if kind == "probability":
        return f"P {100 * value:.1f} %"
    if kind == "fused":
        return f"s {value:.2f}"
    letter = {"distance": "d²", "dissimilarity": "d", "similarity": "s"}[kind]
    return f"{letter} {value:.3f}" if abs(value) < 100 else f"{letter} {value:,.0f}"
