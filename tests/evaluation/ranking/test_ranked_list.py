"""Ranked lists by hand."""

import numpy as np
import pytest

from reidviz.evaluation.ranking.ranked_list import Listed, ranked_list, ranked_places
from reidviz.evaluation.scores import Scores

SCORES = Scores("distance", np.array([[0.9, 0.1, 0.5, 0.3, 0.5]], dtype=np.float32))
ALONE = np.arange(5)
SAME = np.array([True, False, True, False, False])
IGNORED = np.array([False, False, False, True, False])


def test_nearest_first_without_what_is_ignored_and_ties_against_the_model() -> None:
    found = ranked_list(SCORES, 0, (SAME, IGNORED), ALONE, 3)
    assert found.first == (Listed(1, 1, False), Listed(2, 4, False), Listed(3, 2, True))
    assert found.length == 4
    assert found.matches is not None
    assert found.matches.tolist() == [3, 4]
    assert found.match == Listed(3, 2, True)


def test_the_first_match_is_told_where_it_is_beyond_the_list() -> None:
    found = ranked_list(SCORES, 0, (SAME, IGNORED), ALONE, 1)
    assert [one.place for one in found.first] == [1]
    assert found.match == Listed(3, 2, True)


def test_of_an_unknown_probe_nothing_is_right_or_wrong() -> None:
    found = ranked_list(SCORES, 0, None, ALONE, 9)
    assert [one.place for one in found.first] == [1, 3, 2, 4, 0]
    assert {one.right for one in found.first} == {None}
    assert (found.match, found.matches, found.length) == (None, None, 5)


def test_frames_of_a_tracklet_share_one_image() -> None:
    found = ranked_list(SCORES, 0, None, np.array([0, 1, 2, 1, 3]), 9)
    assert [(one.rank, one.place, one.frames) for one in found.first] == [(1, 1, 2), (3, 2, 1), (4, 4, 1), (5, 0, 1)]


@pytest.mark.parametrize("kind", ["similarity", "probability"])
def test_a_larger_score_may_be_nearer(kind: str) -> None:
    assert ranked_places(Scores(kind, SCORES.matrix), 0, None)[[0, -1]].tolist() == [0, 1]  # type: ignore[arg-type]
