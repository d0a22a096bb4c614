"""Scores: how near each gallery picture is to each probe."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reidviz.models.variants import Kind

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Scores:
    """How near each gallery picture is to each probe.

    kind    "distance": squared, 0-4, smaller is nearer; "probability": P(same person), 0-1, larger is nearer
    matrix  float32 (probes, gallery)
    """

    kind: Kind
    matrix: FloatArray

    @property
    def nearness(self) -> FloatArray:
        """The matrix with larger meaning nearer, whatever the kind."""
        return -self.matrix if self.kind == "distance" else self.matrix
