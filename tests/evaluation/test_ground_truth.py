import numpy as np
import pytest

from reidviz.data.dataset import Dataset, Sample, Split
from reidviz.evaluation.ground_truth import GroundTruth, Labels, ground_truth


def positions(truth: GroundTruth, probe: int) -> tuple[list[int], list[int]]:
    """Gallery positions of a probe's true matches, and of what is ignored."""
    same, ignored = truth.masks(probe)
    return np.flatnonzero(same).tolist(), np.flatnonzero(ignored).tolist()


WORDS = ["ann", "bo", "ann", "christopher", "ann"]


@pytest.mark.parametrize(
    ("probes", "gallery"),
    [
        (np.array(["ann", "christopher", "x"]), np.array(WORDS)),
        (np.array([1, 30, 7]), np.array([1, 2, 1, 30, 1])),
    ],
)
def test_the_matches_of_a_probe_by_any_labels(probes: Labels, gallery: Labels) -> None:
    truth = GroundTruth(probes, gallery)
    assert [positions(truth, i) for i in range(3)] == [([0, 2, 4], []), ([3], []), ([], [])]
    rows, places, right = truth.same_identity(range(3))
    assert (rows.tolist(), places.tolist(), right.all()) == ([0, 0, 0, 1], [0, 2, 4, 3], True)
    assert [part.tolist() for part in truth.same_identity(range(1, 3))] == [[0], [3], [True]]


def test_images_by_the_own_camera_are_ignored() -> None:
    truth = GroundTruth(
        np.array(["ann", "bo"]), np.array(WORDS), np.array(["c1", "c2"]), np.array(["c1", "c1"] * 2 + ["c2"])
    )
    assert [positions(truth, i) for i in range(2)] == [([4], [0, 2]), ([1], [])]
    assert [part.tolist() for part in truth.same_identity(range(2))] == [
        [0, 0, 0, 1],
        [0, 2, 4, 1],
        [False, False, True, True],
    ]


def test_marks_say_the_same_as_masks() -> None:
    truth = GroundTruth(np.array([1]), np.array([1, 2, 1, 1]), np.array([5]), np.array([5, 5, 6, 5]))
    match, passed = truth.masks(0)
    assert match.tolist() == [False, False, True, False]
    assert passed.tolist() == [True, False, False, True]


def test_the_truth_of_a_split_knows_cameras_only_where_they_matter() -> None:
    shots = [("a", "c1"), ("a", "c1"), ("a", "c2"), ("b", "c2")]
    samples = tuple(Sample(str(i), None, who, camera, "x") for i, (who, camera) in enumerate(shots))  # type: ignore[arg-type]
    data = Dataset("x", samples, "1")
    some, none = np.array([0]), np.array([], dtype=np.int64)
    plain = ground_truth(data, Split("listed", none, some, np.array([1, 2, 3])))
    across = ground_truth(data, Split("market", none, some, np.array([1, 2, 3]), across_cameras=True))
    assert positions(plain, 0) == ([0, 1], [])
    assert positions(across, 0) == ([1], [0])
