import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from reidviz.errors import ReidvizError
from reidviz.evaluation.ranking import order, rank
from reidviz.evaluation.scores import Scores


def scores(rows: list[list[float]], kind: str = "probability") -> Scores:
    return Scores(kind, np.array(rows, dtype=np.float32))  # type: ignore[arg-type]


def test_cmc_map_and_minp_by_hand() -> None:
    """True matches of the first probe stand at ranks 1 and 3 of 4, of the second at rank 2."""
    same = np.array([[True, False, True, False], [False, False, True, False]])
    ranking = rank(scores([[0.9, 0.8, 0.7, 0.1], [0.9, 0.2, 0.8, 0.1]]), same)
    assert [m.tolist() for m in ranking.matches] == [[1, 3], [2]]
    assert ranking.cmc.tolist() == [50, 100, 100, 100]
    assert ranking.cmc_at(1) == 50
    assert ranking.cmc_at(20) == 100
    assert ranking.mean_average_precision == pytest.approx(100 * ((1 + 2 / 3) / 2 + 1 / 2) / 2)
    assert ranking.mean_inverse_negative_penalty == pytest.approx(100 * (2 / 3 + 1 / 2) / 2)


def test_smaller_distances_rank_first() -> None:
    same = np.array([[False, True]])
    assert rank(scores([[0.5, 0.4]], "distance"), same).first.tolist() == [1]
    assert rank(scores([[0.5, 0.4]], "probability"), same).first.tolist() == [2]


def test_ties_count_against_the_model() -> None:
    same = np.array([[True, False, False, True]])
    ranking = rank(scores([[0.5, 0.5, 0.5, 0.5]]), same)
    assert ranking.matches[0].tolist() == [3, 4]
    assert order(np.full(4, 0.5, dtype=np.float32), same[0]).tolist() == [1, 2, 0, 3]


def test_a_probe_without_a_match_is_refused() -> None:
    with pytest.raises(ReidvizError, match="1 probes have no picture"):
        rank(scores([[0.1, 0.2], [0.3, 0.4]]), np.array([[True, False], [False, False]]))


def test_scores_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ReidvizError, match="not numbers"):
        rank(scores([[0.1, float("nan")]]), np.array([[True, False]]))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(2, 12), st.booleans())
def test_average_precision_against_scikit_learn(seed: int, probes: int, gallery: int, distance: bool) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.permuted(np.linspace(0, 1, gallery, dtype=np.float32)[None].repeat(probes, 0), axis=1)
    same = rng.random((probes, gallery)) < 0.4
    same[np.arange(probes), rng.integers(gallery, size=probes)] = True
    kept = Scores("distance" if distance else "probability", matrix)
    expected = [average_precision_score(mine, row) for mine, row in zip(same, kept.nearness, strict=True)]
    assert rank(kept, same).mean_average_precision == pytest.approx(100 * np.mean(expected), abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 8), st.integers(1, 9))
def test_the_ranked_list_agrees_with_the_ranks(seed: int, levels: int, gallery: int) -> None:
    """What is shown and what is counted are one order, ties included; the CMC rises to 100 %."""
    rng = np.random.default_rng(seed)
    matrix = rng.integers(levels, size=(5, gallery)).astype(np.float32)
    same = np.zeros((5, gallery), dtype=bool)
    same[np.arange(5), rng.integers(gallery, size=5)] = True
    kept = Scores("probability", matrix)
    ranking = rank(kept, same)
    for row, mine, matches in zip(kept.nearness, same, ranking.matches, strict=True):
        assert (np.flatnonzero(mine[order(row, mine)]) + 1).tolist() == matches.tolist()
    assert (np.diff(ranking.cmc) >= 0).all()
    assert ranking.cmc[-1] == 100
