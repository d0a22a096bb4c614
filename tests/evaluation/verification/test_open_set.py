import numpy as np

from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.verification.open_set import open_set


def test_open_set_by_hand() -> None:
    truth = GroundTruth(np.array(["a", "b"]), np.array(["a", "b", "c"]))
    scores = Scores("probability", np.array([[0.9, 0.2, 0.4], [0.7, 0.6, 0.1]], dtype=np.float32))
    found = open_set(scores, truth)
    np.testing.assert_allclose(found.own, [0.9, 0.6], rtol=1e-6)
    np.testing.assert_allclose(found.others, [0.4, 0.7], rtol=1e-6)
    assert found.rates(0.5) == (0.5, 0.5)
    assert found.rates(0.3) == (1.0, 0.5)
    assert found.rates(0.95) == (0.0, 1.0)
