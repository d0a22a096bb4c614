"""Bringing one map in line with another, so that a person stays in the same place: Procrustes analysis."""

from dataclasses import dataclass

import numpy as np

from reidviz.evaluation.embedding.projection import Plane


@dataclass(frozen=True, eq=False)
class Alignment:
    """A shift, a turn or mirroring and one scale for both axes.

    centre    of the moved points before, goal: after (2,)
    turn      orthogonal (2, 2); scale: factor
    residual  share of the fixed points' variance that the moved ones do not meet, 0 (congruent) to 1
    """

    centre: Plane
    goal: Plane
    turn: Plane
    scale: float
    residual: float

    def of(self, plane: Plane) -> Plane:
        """Points (N, 2) of the moved map, where they come to lie."""
        return np.asarray((plane - self.centre) @ self.turn * self.scale + self.goal, dtype=np.float32)


def aligned(moved: Plane, fixed: Plane) -> Alignment:
    """What moves points (N, 2) as near as it can to their namesakes (N, 2), by least squares.

    Schoenemann, 1966; Gower, 1975. Fewer than two points, or points that all coincide, stay as they are.
    """
    from scipy.linalg import orthogonal_procrustes

    none = np.zeros(2, dtype=np.float32)
    if len(moved) < 2:
        return Alignment(none, none, np.eye(2, dtype=np.float32), 1.0, 0.0)
    a, b = moved.astype(np.float64), fixed.astype(np.float64)
    centre, goal = a.mean(0), b.mean(0)
    a, b = a - centre, b - goal
    spread, wanted = float(np.square(a).sum()), float(np.square(b).sum())
    if spread == 0 or wanted == 0:
        return Alignment(none, none, np.eye(2, dtype=np.float32), 1.0, 0.0)
    turn, shared = orthogonal_procrustes(a, b)
    return Alignment(
        centre.astype(np.float32),
        goal.astype(np.float32),
        turn.astype(np.float32),
        float(shared / spread),
        max(0.0, 1.0 - float(shared**2) / (spread * wanted)),
    )
