import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reidviz.common.arrays import Float32Array
from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.ranking.cascade import candidates, recall
from reidviz.evaluation.ranking.ranking import rank
from reidviz.evaluation.scores import Scores


def matrix(*rows: list[float]) -> Float32Array:
    return np.array(rows, dtype=np.float32)


def anyone(distances: Float32Array) -> GroundTruth:
    """Nobody is ignored."""
    return GroundTruth(np.zeros(len(distances), dtype=np.int64), np.zeros(distances.shape[1], dtype=np.int64))


def cascaded(distances: Float32Array, probabilities: Float32Array, count: int, truth: GroundTruth) -> Scores:
    """The probabilities of the candidates alone, the others placed by distance."""
    kept = np.full_like(probabilities, np.nan)
    np.put_along_axis(
        kept, chosen := candidates(distances, count, truth), np.take_along_axis(probabilities, chosen, 1), 1
    )
    return Scores("probability", kept, distances)


@pytest.mark.parametrize("count", range(1, 6))
def test_candidates_are_the_nearest_images(count: int) -> None:
    distances = np.random.default_rng(0).permuted(np.arange(30, dtype=np.float32).reshape(6, 5), axis=1)
    chosen = candidates(distances, count, anyone(distances))
    assert chosen.dtype == np.int64
    assert chosen.tolist() == np.sort(np.argsort(distances, axis=1)[:, :count], axis=1).tolist()


def test_among_equally_far_images_just_as_many_are_taken() -> None:
    chosen = candidates(one := matrix([1, 0, 1, 1]), 2, anyone(one))
    assert chosen.shape == (1, 2)
    assert len(set(chosen[0])) == 2
    assert 1 in chosen[0]


def test_a_small_gallery_is_taken_whole() -> None:
    both = matrix([0.3, 0.1], [0.1, 0.3])
    assert candidates(both, 100, anyone(both)).tolist() == [[0, 1], [0, 1]]


def test_recall_by_hand() -> None:
    """Of the first probe both matches are among the candidates, of the second one of two, of the others none."""
    truth = GroundTruth(np.array(list("abcd")), np.array(list("aabbcd")))
    assert recall(np.array([[0, 1], [3, 5], [0, 1], [2, 4]]), truth) == 50


def test_a_image_by_the_own_camera_is_no_find() -> None:
    truth = GroundTruth(np.array(["a"]), np.array(["a", "a", "b"]), np.array(["1"]), np.array(["1", "2", "2"]))
    assert recall(np.array([[0, 2]]), truth) == 0
    assert recall(np.array([[1, 2]]), truth) == 100


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 14))
def test_rank_one_of_a_cascade_is_never_above_its_recall(seed: int, gallery: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    people = rng.integers(4, size=gallery)
    truth = GroundTruth(rng.choice(people, 6), people)
    distances, probabilities = (rng.random((6, gallery), dtype=np.float32) for _ in range(2))
    ranking = rank(cascaded(distances, probabilities, count, truth), truth)
    assert ranking.cmc_at(1) <= recall(candidates(distances, count, truth), truth) + 1e-9
    if count >= gallery:
        assert ranking.ranks.tolist() == rank(Scores("probability", probabilities), truth).ranks.tolist()
    if count == 1:
        assert ranking.ranks.tolist() == rank(Scores("distance", distances), truth).ranks.tolist()


def test_what_is_ignored_is_no_candidate() -> None:
    """The nearest image is by the probe's own camera: the next one is rescored instead."""
    truth = GroundTruth(np.array(["a"]), np.array(["a", "a", "b"]), np.array(["1"]), np.array(["1", "2", "2"]))
    distances = matrix([0.1, 0.2, 0.3])
    assert candidates(distances, 1, truth).tolist() == [[1]]
    assert recall(candidates(distances, 1, truth), truth) == 100
    assert rank(cascaded(distances, matrix([0.9, 0.8, 0.7]), 1, truth), truth).cmc_at(1) == 100


def test_a_match_that_was_left_behind_ranks_after_all_candidates() -> None:
    truth = GroundTruth(np.array(["a"]), np.array(["b", "a", "c", "a"]))
    scores = cascaded(matrix([0.1, 0.3, 0.2, 0.4]), matrix([0.0, 1.0, math.ulp(0.0), 1.0]), 2, truth)
    assert rank(scores, truth).ranks.tolist() == [3, 4]
