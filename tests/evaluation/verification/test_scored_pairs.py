"""What one ranker makes of all test pairs, by hand."""

from pathlib import Path

import numpy as np
import pytest

from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import evaluate
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.verification import scored_pairs as module
from reidviz.evaluation.verification.error_rates import equal_error, errors
from reidviz.evaluation.verification.pair_set import PairSet, pairs_tested
from reidviz.evaluation.verification.scored_pairs import (
    ALL,
    ScoredPairs,
    between,
    error_table,
    rows_drawn,
    scored_pairs,
)


@pytest.fixture
def found(people: str, model: Path) -> ScoredPairs:
    data = load(people)
    parts = split(data, "half:0")
    ranker = next(one for one in rankers_of(model) if one.kind == "distance")
    made = scored_pairs(evaluate(ranker, data, parts), pairs_tested(ground_truth(data, parts)))
    assert made is not None
    return made


def known(values: list[float], same: list[bool], like: ScoredPairs) -> ScoredPairs:
    """Scores of which a larger one is more alike."""
    scores, kind = np.array(values, dtype=np.float32), np.array(same)
    zero = np.zeros(len(scores), dtype=np.int64)
    every = errors(scores, kind)
    pairs = PairSet(zero, zero, kind, int((~kind).sum()))
    return ScoredPairs(like.ranker, "key", pairs, scores, scores, every, equal_error(every))


def test_a_distance_is_turned_so_that_larger_is_more_alike(found: ScoredPairs) -> None:
    assert found.sign == -1
    assert np.array_equal(found.alike, -found.values)
    nearest = float(found.values[found.pairs.same].min())
    assert found.share_below(nearest, same=True) == pytest.approx(100 * (1 - 1 / found.pairs.same.sum()))


def test_scores_that_part_both_kinds_err_nowhere(found: ScoredPairs) -> None:
    one = known([0.9, 0.8, 0.2, 0.1], [True, True, False, False], found)
    (row,) = error_table([one]).rows
    assert row == (found.ranker.name, 0.0, 0.0, 0.0, 1.0)
    assert error_table([one]).heads == ("model", "EER", "FNMR at FMR 1 %", "FNMR at FMR 0.1 %", "AUC")


def test_scores_the_wrong_way_round_err_everywhere(found: ScoredPairs) -> None:
    (row,) = error_table([known([0.1, 0.2, 0.8, 0.9], [True, True, False, False], found)]).rows
    assert row[1:] == (100.0, 100.0, 100.0, 0.0)


def test_pairs_between_cameras_are_those_of_a_probe_and_a_gallery_image(people: str, found: ScoredPairs) -> None:
    data = load(people)
    parts = split(data, "half:0")
    assert between(found.pairs, data, parts, ALL).all()
    cameras = sorted({*data.cameras.tolist()})
    counts = [
        int(between(found.pairs, data, parts, f"{a or '?'} and {b or '?'}").sum()) for a in cameras for b in cameras
    ]
    assert sum(counts) == len(found.pairs)
    assert not between(found.pairs, data, parts, "nowhere").any()


def test_of_many_pairs_some_of_each_kind_are_drawn_and_always_the_same(
    found: ScoredPairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rows_drawn(found.pairs).tolist() == list(range(len(found.pairs)))
    monkeypatch.setattr(module, "MOST_OF_A_KIND", 2)
    rows = rows_drawn(found.pairs)
    assert found.pairs.same[rows].tolist() == [True, True, False, False]
    assert np.array_equal(rows, rows_drawn(found.pairs))
