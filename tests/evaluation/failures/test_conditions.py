"""Conditions are true of the very probes they name."""

import numpy as np

from reidviz.evaluation.failures.conditions import Measure, groups_of


def test_a_quarter_is_named_by_the_value_that_parts_it() -> None:
    values = np.arange(40, dtype=float) + 0.4
    low, high = groups_of([Measure(values, "below {}", "{} or more", "both")])
    assert (low.name, high.name) == ("below 10", "30 or more")
    assert (values[low.members] < 10).all()
    assert (values[~low.members] >= 10).all()
    assert (values[high.members] >= 30).all()
    assert (low.members.sum(), high.members.sum()) == (10, 10)


def test_what_holds_makes_one_group() -> None:
    (found,) = groups_of([Measure(np.array([0.0, 1.0, 1.0]), "not camera 1.5 {}", "camera 1.5 {}", "holds")])
    assert found.members.tolist() == [False, True, True]


def test_a_value_is_told_so_that_nobody_changes_sides() -> None:
    counts = Measure(np.array([1.0, 2.0, 2.0, 3.0]), "fewer than {}", "{} or more", "low")
    assert counts.dividing(2.5, above=False).name == "fewer than 3"
    assert counts.dividing(2.5, above=False).members.tolist() == [True, True, True, False]
    near = Measure(np.array([0.31, 0.38, 0.42]), "within {}", "{} or more", "high")
    assert near.dividing(0.4, above=True).name == "0.4 or more"
    assert near.dividing(0.4, above=True).members.tolist() == [False, False, True]


def test_what_holds_for_nobody_is_no_group() -> None:
    assert groups_of([Measure(np.array([1.0, 1.0, 1.0, 2.0]), "fewer than {}", "{} or more", "low")]) == []
