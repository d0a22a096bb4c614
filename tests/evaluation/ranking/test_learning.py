"""What was learnt and forgotten, and who came first, counted by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from reidviz.evaluation.ranking.learning import change, first_to_learn, learnt_for_good

PERSONS = np.array([0, 0, 1, 1, 2])


def test_learnt_forgotten_and_kept_by_hand() -> None:
    found = change(np.array([1, 3, 1, 2, 9]), np.array([1, 1, 4, 2, 1]), PERSONS)
    assert found.kept.tolist() == [True, False, False, False, False]
    assert found.learnt.tolist() == [False, True, False, False, True]
    assert found.forgotten.tolist() == [False, False, True, False, False]
    assert found.gained.points == pytest.approx(20)
    assert found.gained.more == 1
    assert found.gained.interval.low <= 20 <= found.gained.interval.high


def test_nothing_changes_between_a_validation_and_itself() -> None:
    ranks = np.array([1, 3, 1, 2, 9])
    found = change(ranks, ranks, PERSONS)
    assert not (found.learnt | found.forgotten).any()
    assert (found.gained.points, found.gained.interval.low, found.gained.interval.high) == (0, 0, 0)


def test_a_person_is_learnt_when_all_probes_are_found_to_the_end() -> None:
    """Person 0 from the second on; person 1 was found at first, lost, and found again; person 2 is lost at the end."""
    ranks = [
        np.array([1, 2, 1, 1, 1]),
        np.array([1, 1, 5, 1, 1]),
        np.array([1, 1, 1, 1, 1]),
        np.array([1, 1, 1, 1, 2]),
    ]
    assert learnt_for_good(ranks, PERSONS).tolist() == [1, 2, 4]
    assert learnt_for_good(ranks[:1], PERSONS).tolist() == [1, 0, 0]


@given(st.lists(st.lists(st.integers(1, 2), min_size=5, max_size=5), min_size=1, max_size=6))
def test_learnt_for_good_is_what_walking_back_from_the_end_tells(rows: list[list[int]]) -> None:
    ranks = [np.array(row) for row in rows]
    for person, found in enumerate(learnt_for_good(ranks, PERSONS).tolist()):
        place = len(ranks)
        while place > 0 and (ranks[place - 1][np.flatnonzero(person == PERSONS)] == 1).all():
            place -= 1
        assert found == place


def test_who_came_first_by_hand() -> None:
    """Of eight persons over three validations (3: never), the first of both: five earlier or alone, one later."""
    one = np.array([0, 0, 1, 1, 2, 3, 2, 3])
    other = np.array([1, 3, 2, 3, 3, 0, 2, 3])
    found = first_to_learn(one, other, 3)
    assert (found.first, found.second, found.together, found.neither) == (5, 1, 1, 1)
    assert found.p == pytest.approx(2 * (1 + 6) / 64)  # 6 tosses, one head or none, both sides
    ends = binomtest(5, 6).proportion_ci(0.95)
    assert (found.share.low, found.share.high) == (ends.low, ends.high)
    assert not found.told_apart


def test_where_nobody_comes_first_nothing_is_claimed() -> None:
    same = np.array([0, 3, 1])
    found = first_to_learn(same, same, 3)
    assert (found.first, found.second, found.together, found.neither) == (0, 0, 2, 1)
    assert (found.p, found.share.low, found.share.high) == (1, 0, 1)
