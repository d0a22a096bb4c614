import numpy as np
import pytest

from reidviz.evaluation.verification.calibration import cross_tempered, reliability, temperature, tempered

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
