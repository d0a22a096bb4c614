"""What nothing beats in both respects, by hand."""

import numpy as np

from reidviz.evaluation.ranking.pareto import undominated


def test_by_hand() -> None:
    cost, gain = np.array([1.0, 2.0, 2.0, 3.0, 4.0]), np.array([50.0, 60.0, 55.0, 60.0, 70.0])
    assert undominated(cost, gain).tolist() == [True, True, False, False, True]


def test_equals_stand_side_by_side() -> None:
    assert undominated(np.array([1.0, 1.0]), np.array([5.0, 5.0])).tolist() == [True, True]
    assert undominated(np.array([3.0]), np.array([0.0])).tolist() == [True]
