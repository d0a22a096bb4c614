"""A small part of each campaign of hostile files."""

import pytest

from benchmarks.hostile import hdf5, images, lists, names, zips
from benchmarks.hostile.campaign import Attempt, run

CASES = 60
ENDLESS = 1_003_496
"""The seed of a case of HDF5."""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("attempt", [one.attempt for one in (hdf5, images, lists, names, zips)])
def test_a_hostile_file_is_read_or_refused_by_a_sentence(attempt: Attempt) -> None:
    tally = run(attempt.__module__, CASES, attempt, first=100_000)
    assert not tally.uncaught
    assert not tally.leaks
    assert tally.read + tally.sentences == CASES
    assert min(tally.read, tally.sentences) > 0


@pytest.mark.slow
def test_a_file_over_which_the_library_never_ends_is_refused() -> None:
    tally = run("hdf5", 1, hdf5.attempt, first=ENDLESS)
    assert not tally.uncaught
    assert tally.sentences == 1
