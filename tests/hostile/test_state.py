"""A few cases of each campaign over what the app keeps and is told; benchmarks/hostile runs them by the thousand."""

import pytest

from benchmarks.hostile import addresses, records, weights
from benchmarks.hostile.campaign import Attempt, run


@pytest.mark.parametrize(
    ("attempt", "cases"),
    [(records.attempt, 54), (weights.attempt, 40), (addresses.attempt, 24)],
    ids=["records", "weights", "addresses"],
)
def test_nothing_hostile_ends_in_more_than_a_sentence(attempt: Attempt, cases: int) -> None:
    tally = run("small", cases, attempt, first=10_000)
    assert (tally.uncaught, tally.leaks) == ((), ())
    assert tally.read
    assert tally.sentences
