import numpy as np

from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.ranking.by_cameras import rank1_by_cameras
from reidviz.evaluation.scores import Scores


def test_by_hand() -> None:
    """Probe p (camera A) finds itself by B and not by C; probe q (camera B) is nearer to p by C, as a tie."""
    truth = GroundTruth(np.array(["p", "q"]), np.array(["p", "q", "p", "q"]))
    scores = Scores("distance", np.array([[1, 2, 4, 3], [5, 1, 2, 2]], dtype=np.float32))
    cameras = np.array(["A", "B"]), np.array(["B", "B", "C", "C"])
    share, count, mine, theirs = rank1_by_cameras(scores, truth, *cameras)
    assert (mine, theirs) == (["A", "B"], ["B", "C"])
    np.testing.assert_array_equal(share, [[100, 0], [100, 0]])
    np.testing.assert_array_equal(count, [[1, 1], [1, 1]])


def test_what_is_ignored_or_missing_is_not_counted() -> None:
    cameras = np.array(["A"]), np.array(["A", "B", "B"])
    truth = GroundTruth(np.array(["p"]), np.array(["p", "q", "q"]), *cameras)
    share, count, _, _ = rank1_by_cameras(Scores("distance", np.ones((1, 3), dtype=np.float32)), truth, *cameras)
    assert np.isnan(share).all()
    assert not count.any()
