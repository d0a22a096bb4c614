"""How many probes a difference needs: by hand, and by simulating tests of the size that is named."""

import numpy as np
import pytest

from reidviz.evaluation.ranking.power import (
    FACTOR,
    Needed,
    Spread,
    needed_in_words,
    sizes_for,
    sizes_in_words,
    spread_of,
)


def test_the_spread_by_hand() -> None:
    """Persons a and b, two probes each: means 50 and 0 points, so a variance of (25² + 25²) / 1."""
    found = spread_of(np.array([100.0, 0.0, 0.0, 0.0]), np.array(["a", "a", "b", "b"]))
    assert (found.probes, found.persons) == (4, 2)
    assert found.variance == pytest.approx(1250)


def test_persons_with_more_probes_weigh_more_by_hand() -> None:
    """Mean 100/3; left over 200 - 200/3 - ... : a has 1 probe of 100, b two of 0: 66.67 and -66.67, by 1.5 probes."""
    found = spread_of(np.array([100.0, 0.0, 0.0]), np.array(["a", "b", "b"]))
    assert found.variance == pytest.approx(2 * (200 / 3 / 1.5) ** 2)


def test_the_textbook_number() -> None:
    """(1.95996 + 0.84162)² = 7.84888; of a standard deviation of 30 points, to see 2: 1,766 persons."""
    assert abs(FACTOR**2 - 7.84888) < 1e-5
    spread = Spread(900.0, 200, 100)
    assert spread.needed(2) == Needed(3532, 1766)
    assert spread.visible == pytest.approx(FACTOR * 3)
    assert needed_in_words(spread) == (
        "To see 2 points at this variance some 3,500 probes of 1,800 persons would be needed."
    )
    assert sizes_for(spread)["2"] == {"probes": 3532, "persons": 1766}
    assert sizes_in_words(sizes_for(spread), 200) == needed_in_words(spread)
    assert sizes_in_words({}, 200) == ""
    assert "are enough" in needed_in_words(Spread(900.0, 8000, 4000))


def test_nothing_is_planned_where_nothing_scatters() -> None:
    alike = spread_of(np.zeros(4), np.array([0, 0, 1, 1]))
    assert alike.needed(2) is None
    assert needed_in_words(alike) == ""
    assert spread_of(np.array([100.0, 0.0]), np.array([7, 7])).needed(2) is None


def gains(rng: np.random.Generator, persons: int) -> np.ndarray:
    """Three probes a person, alike in part: the first model is better by 4 points in the mean."""
    person = rng.choice([-1, 0, 1], p=[0.13, 0.66, 0.21], size=(persons, 1))
    own = rng.choice([-1, 0, 1], p=[0.18, 0.64, 0.18], size=(persons, 3))
    return 100.0 * np.where(rng.random((persons, 3)) < 0.5, person, own)


def test_a_test_of_that_size_sees_the_difference_four_times_of_five() -> None:
    rng = np.random.default_rng(0)
    pilot = gains(rng, 20_000)
    needed = spread_of(pilot.ravel(), np.repeat(np.arange(20_000), 3)).needed(4.0)
    assert needed is not None
    assert needed.probes == pytest.approx(3 * needed.persons, abs=3)
    seen = 0
    for _ in range(2000):
        means = gains(rng, needed.persons).mean(axis=1)
        seen += abs(means.mean()) > 1.96 * means.std(ddof=1) / np.sqrt(len(means))
    assert seen / 2000 == pytest.approx(0.8, abs=0.03)
