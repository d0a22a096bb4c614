import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reidviz.evaluation.embedding.procrustes import aligned

PLANE = np.random.default_rng(0).normal(size=(12, 2)).astype(np.float32)


@settings(max_examples=50)
@given(
    angle=st.floats(-3.1, 3.1),
    scale=st.floats(0.1, 10),
    shift=st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
    mirrored=st.booleans(),
)
def test_a_moved_copy_comes_back(angle: float, scale: float, shift: tuple[float, float], mirrored: bool) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.diag(
        [1, -1 if mirrored else 1]
    )
    found = aligned((PLANE @ turn * scale + shift).astype(np.float32), PLANE)
    np.testing.assert_allclose(found.of((PLANE @ turn * scale + shift).astype(np.float32)), PLANE, atol=1e-3)
    assert found.residual < 1e-5


def test_the_residual_is_what_no_turn_can_mend() -> None:
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    line = np.array([[0, 0], [1, 0], [2, 0], [3, 0]], dtype=np.float32)
    assert aligned(square, square).residual < 1e-6
    assert 0 < aligned(square, line).residual < 1


def test_points_that_all_coincide_stay() -> None:
    same = np.ones((4, 2), dtype=np.float32)
    np.testing.assert_array_equal(aligned(same, PLANE[:4]).of(same), same)
    np.testing.assert_array_equal(aligned(same[:1], PLANE[:1]).of(same[:1]), same[:1])
