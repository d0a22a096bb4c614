import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from reidviz.evaluation.embedding import neighbours
from reidviz.evaluation.embedding.neighbours import agreement, nearest, others

LINE = np.array([[0.0], [1.0], [3.0], [7.0], [15.0]], dtype=np.float32)


def test_on_a_line_by_hand() -> None:
    places, distances = nearest(LINE, np.array([[2.4]], dtype=np.float32), 3)
    assert places.tolist() == [[2, 1, 0]]
    np.testing.assert_allclose(distances, [[0.6, 1.4, 2.4]], atol=1e-5)
    assert others(LINE, 2).tolist() == [[1, 2], [0, 2], [1, 0], [2, 1], [3, 2]]


def test_against_scikit_learn_in_small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "CELLS_AT_ONCE", 150)
    features = np.random.default_rng(0).normal(size=(70, 6)).astype(np.float32)
    distances, places = NearestNeighbors(n_neighbors=5).fit(features).kneighbors(features)
    found = nearest(features, features, 5)
    np.testing.assert_array_equal(found[0], places)
    np.testing.assert_allclose(found[1], distances, atol=1e-5)
    np.testing.assert_array_equal(others(features, 4), places[:, 1:])


@pytest.mark.parametrize("shared", [0, 3, 100])
def test_what_all_features_share_does_not_drown_what_tells_them_apart(shared: float) -> None:
    features = (shared + 0.01 * np.random.default_rng(0).normal(size=(200, 64))).astype(np.float32)
    distances, places = NearestNeighbors(n_neighbors=5, algorithm="brute").fit(features.astype(float)).kneighbors()
    found = nearest(features, features, 6)
    np.testing.assert_array_equal(others(features, 5), places)
    np.testing.assert_allclose(found[1][:, 1:], distances, rtol=1e-4)
    assert (found[1][:, 0] == 0).all()


def test_how_far_it_is_told_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "CELLS_AT_ONCE", 10)
    told: list[tuple[int, int, str]] = []
    nearest(LINE, LINE, 2, lambda *progress: told.append(progress))
    assert told == [(start, 5, "finding neighbours") for start in (0, 2, 4)]


def test_more_neighbours_than_images_and_none_wanted() -> None:
    assert nearest(LINE, LINE[:1], 9)[0].tolist() == [[0, 1, 2, 3, 4]]
    assert nearest(LINE, LINE[:0], 2)[0].shape == (0, 2)
    assert others(np.zeros((4, 2), dtype=np.float32), 2).shape == (4, 2)


def test_agreement_by_hand() -> None:
    assert agreement(LINE, 2 * LINE + 1, 2) == 100
    other = np.array([[0.0], [15.0], [1.0], [7.0], [3.0]], dtype=np.float32)
    one, two = others(LINE, 1).ravel(), others(other, 1).ravel()
    assert agreement(LINE, other, 1) == 100 * (one == two).mean()
