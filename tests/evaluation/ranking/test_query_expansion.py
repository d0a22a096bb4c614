import numpy as np
import pytest

from reidviz.common.errors import ReidvizError
from reidviz.evaluation.ranking.query_expansion import Expansion, expanded

PROBE = np.array([[1.0, 0.0]], dtype=np.float32)
GALLERY = np.array([[0.6, 0.8], [0.8, 0.6], [0.0, 1.0], [-1.0, 0.0]], dtype=np.float32)


def test_the_plain_mean_by_hand() -> None:
    """(1, 0), (0.8, 0.6) and (0.6, 0.8) sum to (2.4, 1.4), at length 1."""
    np.testing.assert_allclose(expanded(PROBE, GALLERY, Expansion(2)), [np.array([2.4, 1.4]) / np.hypot(2.4, 1.4)])


def test_with_alpha_near_images_weigh_more() -> None:
    """0.8 and 0.6 to the power of 2: (1 + 0.64 * 0.8 + 0.36 * 0.6, 0.64 * 0.6 + 0.36 * 0.8)."""
    wanted = np.array([1 + 0.512 + 0.216, 0.384 + 0.288])
    np.testing.assert_allclose(expanded(PROBE, GALLERY, Expansion(2, 2.0)), [wanted / np.hypot(*wanted)], rtol=1e-6)


def test_the_length_of_a_probe_stays() -> None:
    found = expanded(7 * PROBE, 3 * GALLERY, Expansion(3))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 7, rtol=1e-6)


def test_more_images_than_there_are() -> None:
    np.testing.assert_array_equal(expanded(PROBE, GALLERY, Expansion(9)), expanded(PROBE, GALLERY, Expansion(4)))


@pytest.mark.parametrize("bad", [(0, 0.0), (2000, 0.0), (3, -1.0)])
def test_impossible_expansions_are_refused(bad: tuple[int, float]) -> None:
    with pytest.raises(ReidvizError):
        Expansion(*bad)
