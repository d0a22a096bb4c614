"""The tree's worth, against scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from reidviz.evaluation.failures import tree


def test_the_area_is_that_of_scikit_learn_and_lies_in_its_interval() -> None:
    rng = np.random.default_rng(0)
    failed = rng.random(200) < 0.4
    scores = (rng.random(200) + 0.3 * failed).round(1)
    area, ends = tree._auc(scores, failed, np.arange(200) // 2, 500, 0)
    assert area == pytest.approx(roc_auc_score(failed, scores))
    assert ends.low < area < ends.high
