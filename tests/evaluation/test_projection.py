import numpy as np
import pytest
from sklearn.decomposition import PCA

from reidviz.evaluation import projection
from reidviz.evaluation.projection import kept_umap, principal, umap

FEATURES = np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32) * [5, 3, 1, 1, 1]


def test_main_components_against_scikit_learn() -> None:
    expected = PCA(2).fit_transform(FEATURES)
    np.testing.assert_allclose(np.abs(principal(FEATURES)), np.abs(expected), atol=1e-4)


def test_a_umap_is_computed_once_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fake:
        def __init__(self, **settings: object) -> None:
            assert settings["random_state"] == 0

        def fit_transform(self, features: np.ndarray) -> np.ndarray:
            return features[:, :2]

    monkeypatch.setattr("umap.UMAP", Fake)
    features = FEATURES.astype(np.float32)
    assert kept_umap(features) is None
    plane = umap(features)
    assert plane.shape == (30, 2)
    np.testing.assert_array_equal(kept_umap(features), plane)
    projection._file(features).write_bytes(b"cut short")
    assert kept_umap(features) is None
