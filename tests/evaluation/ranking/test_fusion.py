from functools import partial

import numpy as np
import pytest

from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.ranking.fusion import WEIGHTS, Standard, curve, fit, fuse, fuse_models, standard_of
from reidviz.evaluation.ranking.ranking import rank
from reidviz.evaluation.scores import Scores
from reidviz.models.model_card import Fusion


def random_scores(seed: int = 0, shape: tuple[int, int] = (6, 9)) -> tuple[Scores, Scores, GroundTruth]:
    rng = np.random.default_rng(seed)
    distance, probability = 4 * rng.random(shape, dtype=np.float32), rng.random(shape, dtype=np.float32)
    return Scores("distance", distance), Scores("probability", probability), GroundTruth(np.arange(6), np.arange(9) % 6)


def ratio(weight: float) -> float:
    return weight / (1 - weight)


def fitted(world: tuple[Scores, Scores, GroundTruth], measured_on: str) -> Fusion:
    distance, probability, truth = world
    return fit(partial(fuse, distance, probability), truth, measured_on)


def right_between(*spans: tuple[float, float]) -> tuple[Scores, Scores, GroundTruth]:
    """A probe for each span (low, high). Its match x is first where low < weight < high, and second elsewhere.

    Below low another person y is nearer: by low / (1 - low) in 4 d^2, while x is better by 1 in log P. Above high z is
    more probable: by 1 in log P, while x is better by high / (1 - high) in 4 d^2.
    """
    distance = [[1, 1 - ratio(low) / 4, 1 + ratio(high) / 4] for low, high in spans]
    log = [[-2.0, -3.0, -1.0] for _ in spans]
    people = np.array(["x"] * len(spans)), np.array(["x", "y", "z"])
    return (
        Scores("distance", np.array(distance, dtype=np.float32)),
        Scores("probability", np.exp(np.array(log, dtype=np.float32))),
        GroundTruth(*people),
    )


def test_the_ends_of_the_dial_are_the_very_readings() -> None:
    distance, probability, _ = random_scores()
    assert fuse(distance, probability, 0) is distance
    assert fuse(distance, probability, 1) is probability


def test_the_mix_by_hand() -> None:
    distance, probability = (
        Scores("distance", np.array([[0.5]], np.float32)),
        Scores("probability", np.array([[0.25]], np.float32)),
    )
    found = fuse(distance, probability, 0.2)
    assert found.kind == "fused"
    assert found.matrix.dtype == np.float32
    assert found.matrix[0, 0] == pytest.approx(0.2 * np.log(0.25) - 0.8 * 4 * 0.5)


def test_in_the_middle_it_orders_as_log_p_less_four_distances() -> None:
    distance, probability, _ = random_scores()
    plain = np.log(probability.matrix.astype(np.float64)) - 4 * distance.matrix
    found = fuse(distance, probability, 0.5).distances()
    assert np.argsort(found, axis=1).tolist() == np.argsort(-plain, axis=1).tolist()


@pytest.mark.parametrize("weight", [0.02, 0.5, 0.98])
def test_a_probability_of_zero_is_the_farthest_there_is(weight: float) -> None:
    """Not an infinite one: among such images the nearer still comes first."""
    distance = Scores("distance", np.array([[1.0, 0.5, 1.0]], np.float32))
    found = fuse(distance, Scores("probability", np.array([[0.0, 0.0, 1e-44]], np.float32)), weight)
    assert np.isfinite(found.matrix).all()
    assert np.argsort(found.distances()[0]).tolist()[2] == 0
    assert found.matrix[0, 1] > found.matrix[0, 0]


def test_what_a_cascade_left_behind_stays_behind() -> None:
    distance = Scores("distance", np.array([[0.3, 0.2, 0.1]], np.float32))
    cascaded = Scores("probability", np.array([[0.01, np.nan, np.nan]], np.float32), distance.matrix)
    found = fuse(distance, cascaded, 0.5)
    assert np.isnan(found.matrix).tolist() == [[False, True, True]]
    assert np.argsort(found.distances()[0]).tolist() == [0, 2, 1]


def test_the_curve_is_that_of_the_mixes() -> None:
    distance, probability, truth = random_scores()
    rank1, mean = curve(partial(fuse, distance, probability), truth, (0.0, 0.3, 1.0))
    rankings = [rank(scores, truth) for scores in (distance, fuse(distance, probability, 0.3), probability)]
    assert list(rank1) == [r.cmc_at(1) for r in rankings]
    assert list(mean) == [r.mean_average_precision() for r in rankings]


@pytest.mark.parametrize(
    ("low", "high", "weight"), [(0.31, 0.69, 0.5), (0.31, 0.51, 0.4), (0.01, 0.07, 0.04), (0.89, 0.97, 0.92)]
)
def test_the_middle_of_the_best_weights_is_fitted(low: float, high: float, weight: float) -> None:
    """Weights are tried in steps of 0.02; of an even number the lower one of the two in the middle."""
    fusion = fitted(right_between((low, high)), "2 persons")
    assert fusion.weight == weight
    assert (fusion.low, fusion.high) == pytest.approx((low + 0.01, high - 0.01))
    assert (fusion.measured_on, fusion.probes, fusion.gallery) == ("2 persons", 1, 3)
    assert fusion.weights == WEIGHTS
    assert fusion.rank1 == tuple(100.0 if low < w < high else 0.0 for w in WEIGHTS)
    assert fusion.mAP == tuple(100.0 if low < w < high else 50.0 for w in WEIGHTS)


def test_a_network_whose_branches_agree_is_read_in_the_middle() -> None:
    distance, probability = (
        Scores("distance", np.array([[0.1, 1.0]], np.float32)),
        Scores("probability", np.array([[0.9, 0]], np.float32)),
    )
    fusion = fitted((distance, probability, GroundTruth(np.array([1]), np.array([1, 2]))), "2 persons")
    assert (fusion.low, fusion.weight, fusion.high) == (0, 0.5, 1)


def test_the_middle_of_the_flat_part_is_fitted_which_is_less_than_a_point_below_the_best() -> None:
    """Of 200 probes one more, 0.25 points, is lost at 0.61, and four more at 0.71: that makes 1.25."""
    fusion = fitted(right_between(*[(0.31, 0.81)] * 195, *[(0.31, 0.71)] * 4, (0.31, 0.61)), "3 persons")
    assert fusion.mAP[WEIGHTS.index(0.66)] == 99.75
    assert (fusion.weight, fusion.low, fusion.high) == (0.5, 0.32, 0.7)


def test_the_flat_part_does_not_leap_over_a_dip() -> None:
    """A second hump, half a point below the best one, is not part of it."""
    fusion = fitted(right_between(*[(0.11, 0.31)] * 51, *[(0.71, 0.91)] * 50), "3 persons")
    assert max(fusion.mAP) - fusion.mAP[WEIGHTS.index(0.8)] < 1
    assert (fusion.low, fusion.weight, fusion.high) == (0.12, 0.2, 0.3)


def test_scores_of_two_models_are_standardised_before_they_are_mixed() -> None:
    """Distances 1 and 3: evidence -1 and -3, mean -2, deviation 1. Similarities 10 and 30: mean 20, deviation 10."""
    first = Scores("distance", np.array([[1.0, 3.0]], dtype=np.float32))
    second = Scores("similarity", np.array([[10.0, 30.0]], dtype=np.float32))
    standards = standard_of(first), standard_of(second)
    assert standards == (Standard(-2.0, 1.0), Standard(20.0, 10.0))
    mix = fuse_models(first, second, 0.25, standards)
    np.testing.assert_allclose(mix.matrix, [[0.75 - 0.25, -0.75 + 0.25]])
    assert mix.kind == "fused"
    assert fuse_models(first, second, 0, standards) is first
    assert fuse_models(first, second, 1, standards) is second


def test_what_all_pairs_share_changes_no_fused_rank() -> None:
    """A model's unit and zero do not matter."""
    rng = np.random.default_rng(3)
    first = Scores("dissimilarity", rng.random((4, 9)).astype(np.float32))
    second = Scores("similarity", rng.random((4, 9)).astype(np.float32))
    moved = Scores("similarity", (100 * second.matrix - 7).astype(np.float32))
    mixes = [fuse_models(first, one, 0.4, (standard_of(first), standard_of(one))) for one in (second, moved)]
    np.testing.assert_allclose(mixes[0].matrix, mixes[1].matrix, atol=1e-4)


def test_scores_that_are_all_alike_can_be_fused() -> None:
    flat = Scores("similarity", np.ones((2, 3), dtype=np.float32))
    assert np.isfinite(fuse_models(flat, flat, 0.5, (standard_of(flat),) * 2).matrix).all()
