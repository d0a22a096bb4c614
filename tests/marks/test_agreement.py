"""Kappa against scikit-learn, its interval against a bootstrap that draws pairs one by one."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from reidviz.marks.agreement import agreement
from reidviz.marks.mark import Answer


def two(counts: tuple[int, int, int, int]) -> tuple[dict, dict, np.ndarray, np.ndarray]:
    """Answers of two annotators whose table is counts: both different, different/same, same/different, both same."""
    names: list[Answer] = ["different", "same"]
    first = np.repeat([0, 0, 1, 1], counts)
    second = np.repeat([0, 1, 0, 1], counts)
    given = [{(f"a{i}", f"b{i}"): names[x] for i, x in enumerate(side.tolist())} for side in (first, second)]
    return given[0], given[1], first, second


@pytest.mark.parametrize("counts", [(20, 5, 10, 15), (3, 1, 2, 40), (0, 4, 5, 0), (10, 0, 0, 10)])
def test_kappa_is_that_of_scikit_learn(counts: tuple[int, int, int, int]) -> None:
    one, other, first, second = two(counts)
    found = agreement(one, other)
    assert found.kappa == pytest.approx(cohen_kappa_score(first, second))
    assert found.table == ((counts[0], counts[1]), (counts[2], counts[3]))
    assert len(found.conflicts) == counts[1] + counts[2]
    assert found.pairs == sum(counts)


def test_the_example_of_a_text_book() -> None:
    """20 of 50 both yes, 15 both no, 5 and 10 apart: (0.7 - 0.5) / (1 - 0.5) = 0.4."""
    one, other, _, _ = two((15, 10, 5, 20))
    assert agreement(one, other).kappa == pytest.approx(0.4)


def test_the_interval_is_that_of_pairs_drawn_one_by_one() -> None:
    one, other, first, second = two((20, 5, 10, 15))
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(2_000):
        rows = rng.integers(len(first), size=len(first))
        drawn.append(cohen_kappa_score(first[rows], second[rows]))
    found = agreement(one, other)
    assert found.interval == pytest.approx(np.quantile(drawn, [0.025, 0.975]).tolist(), abs=0.03)


def test_one_answer_throughout_or_no_pair_tells_nothing() -> None:
    one, other, _, _ = two((0, 0, 0, 7))
    found = agreement(one, other)
    assert (found.kappa, found.interval, found.pairs) == (None, None, 7)
    assert agreement({}, other).kappa is None


@pytest.mark.parametrize(
    ("counts", "kappa", "degenerate"),
    [
        ((1, 0, 0, 1), 1.0, True),  # they never differ
        ((10, 0, 0, 10), 1.0, True),
        ((0, 5, 0, 0), 0.0, True),  # one answer throughout, of each
        ((0, 0, 3, 7), 0.0, True),  # one answer throughout, of the first
        ((50, 1, 0, 1), None, False),  # in (50 / 52) ** 52 = 13 % of the draws both give one answer throughout
    ],
)
def test_there_is_no_interval_where_draws_cannot_tell_one(
    counts: tuple[int, int, int, int], kappa: float | None, degenerate: bool
) -> None:
    one, other, _, _ = two(counts)
    found = agreement(one, other)
    assert found.interval is None
    assert found.degenerate == degenerate
    if kappa is not None:
        assert found.kappa == pytest.approx(kappa)


def test_skipped_pairs_are_in_no_table() -> None:
    found = agreement(
        {("a", "b"): "skip", ("a", "c"): "same"}, {("a", "b"): "same", ("a", "c"): "different", ("x", "y"): "same"}
    )
    assert found.table == ((0, 0), (1, 0))
    assert found.conflicts == (("a", "c"),)
