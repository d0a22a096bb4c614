"""The tree's worth, against scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from reidviz.evaluation.failures import tree
from reidviz.evaluation.failures.conditions import Measure


def test_the_area_is_that_of_scikit_learn_and_lies_in_its_interval() -> None:
    rng = np.random.default_rng(0)
    failed = rng.random(200) < 0.4
    scores = (rng.random(200) + 0.3 * failed).round(1)
    area, ends = tree._auc(scores, failed, np.arange(200) // 2, 500, 0)
    assert area == pytest.approx(roc_auc_score(failed, scores))
    assert ends.low < area < ends.high


@pytest.mark.parametrize("seed", range(5))
def test_conditions_in_words_divide_the_probes_as_the_tree_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.stack([rng.integers(1, 6, 400), rng.random(400), 60 + 0.001 * rng.random(400)], axis=1).astype(float)
    words = ("fewer than {} true matches", "{} true matches or more")
    measures = [Measure(one, *words, "low", digits) for one, digits in zip(values.T, (0, 0, 1), strict=True)]
    failed = rng.random(400) < 0.2 + 0.5 * (values[:, 0] < 3) * (values[:, 1] < 0.4) * (values[:, 2] < 60.0005)
    fitted = tree._fitted(values, failed, 0)
    leaves = fitted.apply(values)
    assert len(np.unique(leaves)) > 2
    for leaf in np.unique(leaves):
        conditions = tree._path(fitted, int(leaf), measures)
        assert (tree._named(conditions).members == (leaves == leaf)).all()
        assert all(float(one.name.split()[2 - 2 * one.above]) == one.cut for one in conditions)
