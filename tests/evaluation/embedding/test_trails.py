"""Maps in line with the last one: by hand where it is a turn, against SciPy's Procrustes where it is not."""

import numpy as np
import pytest
from scipy.spatial import procrustes

from reidviz.evaluation.embedding.projection import principal
from reidviz.evaluation.embedding.trails import centres, trails_of

LAST = np.array([[-2, 0], [2, 0], [0, -1], [0, 1]], dtype=np.float32)
"""Its main components are its axes: 8 of 10 of its variance along x."""


def same_up_to_signs(found: np.ndarray, wanted: np.ndarray) -> bool:
    return any(np.allclose(found * signs, wanted, atol=1e-5) for signs in ([1, 1], [1, -1], [-1, 1], [-1, -1]))


def test_a_turned_mirrored_scaled_and_shifted_time_leaves_no_trail() -> None:
    quarter = np.array([[0, 1], [1, 0]], dtype=np.float32)
    found = trails_of([LAST @ quarter * 3 + 7, LAST * 0.5, LAST])
    assert same_up_to_signs(found.planes[-1], LAST)
    for plane in found.planes:
        np.testing.assert_allclose(plane, found.planes[-1], atol=1e-5)
    assert max(found.residuals) < 1e-6


def test_one_image_that_moved_by_hand() -> None:
    """A cross whose upper arm was twice as long. Its middle is (0, 1/4), its axes are those of the plane, so no turn
    helps; the best factor is the sum of products, 11, over its sum of squares, 12.75; the last one's is 10."""
    earlier = LAST.copy()
    earlier[3] = [0, 2]
    found = trails_of([earlier, LAST])
    assert same_up_to_signs(found.planes[0], (earlier - [0, 0.25]) * 11 / 12.75)
    assert found.residuals[0] == pytest.approx(1 - 11**2 / (12.75 * 10), abs=1e-5)


def test_what_is_left_is_scipys_disparity() -> None:
    rng = np.random.default_rng(0)
    features = [rng.normal(size=(30, 6)).astype(np.float32) for _ in range(3)]
    found = trails_of(features)
    for one, residual in zip(features, found.residuals, strict=True):
        assert residual == pytest.approx(procrustes(principal(features[-1]), principal(one))[2], abs=1e-4)


def test_the_middle_of_each_person() -> None:
    found = centres(LAST, np.array([0, 0, 1, 0]))
    np.testing.assert_allclose(found, np.array([[0, 1 / 3], [0, -1]]), atol=1e-6)
