import numpy as np
import pytest

from reidviz.evaluation.verification.calibration import (
    Logistic,
    cross_logistic,
    cross_tempered,
    logistic,
    reliability,
    temperature,
    tempered,
)

RNG = np.random.default_rng(0)


def test_reliability_by_hand_counts_both_kinds_alike() -> None:
    probability = np.array([0.95, 0.15, 0.15, 0.95])
    same = np.array([True, True, False, False])
    found = reliability(probability, same)
    np.testing.assert_allclose(found.told, [0.15, 0.95])
    np.testing.assert_allclose(found.found, [0.5, 0.5])
    np.testing.assert_allclose(found.weight, [0.5, 0.5])
    assert found.error == pytest.approx((0.35 + 0.45) / 2)
    many = reliability(np.repeat(probability, [1, 1, 9, 9]), np.repeat(same, [1, 1, 9, 9]))
    assert many.error == pytest.approx(found.error)
    assert reliability(np.array([1.0, 0.0]), np.array([True, False])).error == 0


def test_the_temperature_that_a_softened_score_was_softened_by() -> None:
    odds = RNG.normal(size=40_000) * 2
    same = RNG.random(40_000) < 1 / (1 + np.exp(-odds))
    overconfident = 1 / (1 + np.exp(-3 * odds))
    assert temperature(overconfident, same) == pytest.approx(3, rel=0.1)
    mended = tempered(overconfident, temperature(overconfident, same))
    assert reliability(mended, same).error < reliability(overconfident, same).error / 3


def test_each_half_of_the_persons_is_tempered_by_the_other() -> None:
    odds = RNG.normal(size=2000)
    same, persons = RNG.random(2000) < 1 / (1 + np.exp(-odds)), np.arange(2000) // 10
    probability = 1 / (1 + np.exp(-2 * odds))
    mended, degrees = cross_tempered(probability, same, persons)
    candidates = np.stack([tempered(probability, one) for one in degrees])
    which = np.abs(candidates - mended).argmin(0)
    np.testing.assert_allclose(np.take_along_axis(candidates, which[None], 0)[0], mended)
    for person in (0, 7, 100):
        assert len(set(which[persons == person].tolist())) == 1


def test_a_logistic_curve_finds_the_one_that_made_the_pairs() -> None:
    rng = np.random.default_rng(1)
    similarity = rng.normal(size=40_000)
    made = Logistic(slope=2.5, offset=-0.7)
    same = rng.random(len(similarity)) < made.probability(similarity)
    found = logistic(similarity, same)
    assert found.slope == pytest.approx(2.5, abs=0.1)
    # both kinds count alike: the offset moves by the log of how much more often one of them is
    assert found.offset == pytest.approx(-0.7 - np.log(same.mean() / (1 - same.mean())), abs=0.05)


def test_the_unit_of_a_score_does_not_change_its_probability() -> None:
    rng = np.random.default_rng(2)
    same = rng.random(500) < 0.2
    score = rng.normal(size=500) + 2 * same
    one, other = logistic(score, same), logistic(1000 * score - 40, same)
    np.testing.assert_allclose(one.probability(score), other.probability(1000 * score - 40), atol=1e-4)


def test_a_curve_is_fitted_on_other_persons() -> None:
    rng = np.random.default_rng(4)
    persons = np.repeat(np.arange(40), 20)
    same = np.arange(800) % 2 == 0
    score = rng.normal(size=800) + 3 * same
    told, curves = cross_logistic(score, same, persons)
    for curve in curves:
        assert curve.slope > 0
    first = np.isclose(told, curves[0].probability(score))
    assert 0 < first.sum() < 800
    np.testing.assert_allclose(told[~first], curves[1].probability(score[~first]))
    assert not set(persons[first]) & set(persons[~first])
