import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from reidviz.evaluation.verification.error_rates import area, equal_error, error_rates, errors, thinned, threshold_at

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


def test_the_threshold_above_all_is_above_all_in_single_precision() -> None:
    alike, same = np.array([0.9, 0.3, 0.2], dtype=np.float32), np.array([False, True, True])
    threshold = threshold_at(errors(alike, same), 0)
    assert threshold == np.nextafter(np.float32(0.9), np.float32(1))
    assert error_rates(alike, same, threshold) == (0, 1)


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
