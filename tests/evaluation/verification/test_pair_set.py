import numpy as np

from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.verification.pair_set import PairSet, pairs_tested, similarity

TRUTH = GroundTruth(np.array(["a", "b"]), np.array(["a", "b", "b", "c"]))
MATRIX = np.arange(8, dtype=np.float32).reshape(2, 4)


def test_every_pair_by_hand() -> None:
    pairs = pairs_tested(TRUTH)
    assert pairs.same.tolist() == [True] * 3 + [False] * 5
    assert pairs.values(Scores("distance", MATRIX)).tolist() == [0, 5, 6, 1, 2, 3, 4, 7]
    assert (pairs.different, pairs.different_total) == (5, 5)
    assert pairs.at(pairs.same).probes.tolist() == [0, 1, 1]


def test_what_is_ignored_is_in_neither() -> None:
    truth = GroundTruth(np.array(["a"]), np.array(["a", "a", "b"]), np.array(["1"]), np.array(["1", "2", "2"]))
    pairs = pairs_tested(truth)
    assert list(zip(pairs.gallery.tolist(), pairs.same.tolist(), strict=True)) == [(1, True), (2, False)]


def test_of_too_many_some_are_drawn_without_repetition() -> None:
    people = np.arange(60)
    pairs = pairs_tested(GroundTruth(people, people), most_different=500)
    assert int(pairs.same.sum()) == 60
    assert (pairs.different, pairs.different_total) == (500, 60 * 59)
    assert len({(p, g) for p, g in zip(pairs.probes.tolist(), pairs.gallery.tolist(), strict=True)}) == len(pairs)
    assert (pairs.probes == pairs.gallery).tolist() == pairs.same.tolist()


def test_likeness_grows_with_being_alike() -> None:
    assert similarity(np.array([1.0, 2.0], dtype=np.float32), "distance").tolist() == [-1, -2]
    assert similarity(np.array([1.0], dtype=np.float32), "probability").tolist() == [1]


def test_as_many_pairs_need_not_be_the_same_ones() -> None:
    pairs = PairSet(np.array([0, 1, 2]), np.array([0, 1, 0]), np.array([True, True, False]), 1)
    assert pairs.at(np.array([0, 1])).equals(pairs.at(np.array([True, True, False])))
    assert not pairs.at(np.array([0, 1])).equals(pairs.at(np.array([0, 2])))
    assert not pairs.at(np.array([0, 1])).equals(pairs)
