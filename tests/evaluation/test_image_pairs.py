import numpy as np

from reidviz.data.dataset import Split
from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.image_pairs import sample_pairs


def test_sampled_pairs_are_what_they_say() -> None:
    people = np.array(["a", "b", "c", "a", "b", "c", "d"])
    split = Split("listed", np.array([]), np.array([0, 1, 2]), np.array([3, 4, 5, 6]))
    truth = GroundTruth(people[split.probes], people[split.gallery])
    pairs = sample_pairs(split, truth, 10)
    assert pairs.same.tolist() == [True] * 3 + [False] * 3
    assert ((people[pairs.first] == people[pairs.second]) == pairs.same).all()
    assert set(pairs.first.tolist()) <= {0, 1, 2}
    assert set(pairs.second.tolist()) <= {3, 4, 5, 6}
    again, few = sample_pairs(split, truth, 10), sample_pairs(split, truth, 2)
    assert again.second.tolist() == pairs.second.tolist()
    assert len(few) == 4
