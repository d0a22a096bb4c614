import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.verification.error_rates import (
    area,
    cross_tempered,
    equal_error,
    error_rates,
    errors,
    open_set,
    reliability,
    temperature,
    tempered,
    thinned,
    threshold_at,
)

ALIKE = np.array([0.9, 0.8, 0.3, 0.7, 0.2, 0.1, 0.05])
SAME = np.array([True, True, True, False, False, False, False])
RNG = np.random.default_rng(0)


def noisy(count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    same = np.arange(count) < count // 4
    return RNG.normal(size=count).round(1) + 1.5 * same, same


def test_errors_by_hand() -> None:
    found = errors(ALIKE, SAME)
    at = dict(zip(found.thresholds.tolist(), zip(found.false_match, found.false_non_match, strict=True), strict=True))
    assert at[0.3] == (0.25, 0)
    assert at[0.7] == (0.25, pytest.approx(1 / 3))
    assert at[0.8] == (0, pytest.approx(1 / 3))
    assert (found.false_match[0], found.false_non_match[0]) == (1, 0)
    assert (found.false_match[-1], found.false_non_match[-1]) == (0, 1)
    assert error_rates(ALIKE, SAME, 0.8) == (0, pytest.approx(1 / 3))
    assert equal_error(found) == (pytest.approx((0.25 + 1 / 3) / 2), 0.7)
    assert threshold_at(found, 0.25) == 0.3
    assert threshold_at(found, 0) == 0.8


def test_curve_and_area_against_scikit_learn() -> None:
    alike, same = noisy()
    found = errors(alike, same)
    assert area(found) == pytest.approx(roc_auc_score(same, alike))
    false_match, hits, thresholds = roc_curve(same, alike, drop_intermediate=False)
    np.testing.assert_allclose(found.false_match[::-1], false_match)
    np.testing.assert_allclose(1 - found.false_non_match[::-1], hits)
    np.testing.assert_allclose(found.thresholds[-2::-1], thresholds[1:])


@given(st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=4, max_size=60))
def test_false_matches_fall_and_false_non_matches_rise(pairs: list[tuple[float, bool]]) -> None:
    alike = np.array([value for value, _ in pairs])
    same = np.array([kind for _, kind in pairs])
    if same.all() or not same.any():
        with pytest.raises(ValueError, match="both kinds"):
            errors(alike, same)
        return
    found = errors(alike, same)
    assert (np.diff(found.false_match) <= 0).all()
    assert (np.diff(found.false_non_match) >= 0).all()
    assert 0 <= area(found) <= 1
    rate, threshold = equal_error(found)
    assert rate == pytest.approx(np.mean(error_rates(alike, same, threshold)))


def test_a_thinned_curve_keeps_its_ends_and_its_area() -> None:
    alike, same = np.concatenate([RNG.normal(1, 1, 3000), RNG.normal(0, 1, 3000)]), np.arange(6000) < 3000
    whole = errors(alike, same)
    few = thinned(whole, 200)
    assert len(few.thresholds) <= 202
    assert (few.false_match[0], few.false_match[-1]) == (1, 0)
    assert area(few) == pytest.approx(area(whole), abs=2e-3)
    assert thinned(few, 500) is few


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


def test_open_set_by_hand() -> None:
    truth = GroundTruth(np.array(["a", "b"]), np.array(["a", "b", "c"]))
    scores = Scores("probability", np.array([[0.9, 0.2, 0.4], [0.7, 0.6, 0.1]], dtype=np.float32))
    found = open_set(scores, truth)
    np.testing.assert_allclose(found.own, [0.9, 0.6], rtol=1e-6)
    np.testing.assert_allclose(found.others, [0.4, 0.7], rtol=1e-6)
    assert found.rates(0.5) == (0.5, 0.5)
    assert found.rates(0.3) == (1.0, 0.5)
    assert found.rates(0.95) == (0.0, 1.0)
