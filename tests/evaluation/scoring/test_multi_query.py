import numpy as np

from reidviz.evaluation.scores import Scores
from reidviz.evaluation.scoring.distances import euclidean_distances, normalised
from reidviz.evaluation.scoring.multi_query import combined


def rows(kind: str, *values: list[float]) -> list[Scores]:
    return [Scores(kind, np.array([value], dtype=np.float32)) for value in values]  # type: ignore[arg-type]


def test_best_and_mean_by_hand() -> None:
    near = rows("distance", [1, 4], [3, 2])
    np.testing.assert_array_equal(combined(near, "best score").matrix, [[1, 2]])
    np.testing.assert_array_equal(combined(near, "mean feature").matrix, [[2, 3]])
    alike = rows("probability", [0.5, 0.25], [0.75, 0.25])
    np.testing.assert_array_equal(combined(alike, "best score").matrix, [[0.75, 0.25]])
    assert combined(alike, "best score").kind == "probability"


def test_the_mean_of_distances_ranks_as_the_mean_feature_does() -> None:
    rng = np.random.default_rng(0)
    mine, gallery = (normalised(rng.normal(size=(n, 8)).astype(np.float32)) for n in (4, 30))
    out = np.empty((4, 30), dtype=np.float32)
    euclidean_distances(mine, gallery, out)
    found = combined([Scores("distance", row[None]) for row in out], "mean feature").matrix[0]
    mean = np.empty((1, 30), dtype=np.float32)
    euclidean_distances(mine.mean(0, keepdims=True), gallery, mean)
    np.testing.assert_allclose(found - mean[0], (found - mean[0])[0], atol=1e-5)
    cosine = -(normalised(mine.mean(0, keepdims=True)) @ gallery.T)[0]
    np.testing.assert_array_equal(np.argsort(found), np.argsort(cosine))
