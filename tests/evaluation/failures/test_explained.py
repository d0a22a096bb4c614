"""Groups and combinations are found where there is a cause, and nothing is claimed where there is none."""

from dataclasses import dataclass

import numpy as np
import pytest

from reidviz.evaluation.failures.conditions import Group, Measure
from reidviz.evaluation.failures.failure_map import explained
from reidviz.evaluation.failures.lift import lifts, permutation_p

EACH = 4


@dataclass(frozen=True)
class World:
    """Probes with measures that are alike within a person, and outcomes that are alike within a person."""

    measures: list[Measure]
    persons: np.ndarray
    failed: np.ndarray


def world(seed: int, cause: float = 0.0, people: int = 60) -> World:
    """Brightness, four other measures and three cameras. cause: what is added to the odds of failure of a dark probe by
    camera 0, as a logarithm."""
    rng = np.random.default_rng(seed)
    persons = np.repeat(np.arange(people), EACH)[rng.random(people * EACH) < 0.8]
    count = len(persons)

    def clustered() -> np.ndarray:
        return (rng.normal(size=people)[persons] + rng.normal(size=count)) / np.sqrt(2)

    brightness = 100 + 25 * clustered()
    others = [clustered() for _ in range(4)]
    camera = rng.integers(3, size=count)
    planted = (brightness < np.quantile(brightness, 0.4)) & (camera == 0)
    odds = -0.4 + 0.8 * rng.normal(size=people)[persons] + cause * planted
    failed = rng.random(count) < 1 / (1 + np.exp(-odds))
    measures = [Measure(brightness, "probe darker than {}", "probe of brightness {} or more", "both")]
    measures += [Measure(one, f"m{i} below {{}}", f"m{i} above {{}}", "both", 2) for i, one in enumerate(others)]
    measures += [
        Measure((camera == one).astype(float), f"not camera {one}", f"camera {one}", "holds") for one in range(3)
    ]
    return World(measures, persons, failed)


def test_a_lift_is_the_share_among_failures_by_the_share_among_all() -> None:
    persons = np.repeat(np.arange(20), 2)
    failed = np.arange(40) < 20
    members = (np.arange(40) < 15) | (np.arange(40) >= 35)
    (found,) = lifts([Group("g", members)], failed, persons)
    assert (found.inside, found.outside, found.found, found.missing) == (20, 20, 15, 5)
    assert (found.among_found, found.among_all, found.lift) == (75.0, 50.0, 1.5)
    assert (found.share_inside, found.share_outside) == (75.0, 25.0)
    assert found.interval.low < 1.5 < found.interval.high


def test_the_permutation_p_is_that_of_fishers_test_where_each_person_has_one_probe() -> None:
    from scipy.stats import fisher_exact

    members, failed = np.arange(24) < 12, np.isin(np.arange(24), [0, 1, 2, 3, 4, 5, 6, 7, 20, 21])
    table = [
        [(members & failed).sum(), (members & ~failed).sum()],
        [(~members & failed).sum(), (~members & ~failed).sum()],
    ]
    found = permutation_p(members[:, None].astype(float), failed, np.arange(24), 20_000)
    assert found[0] == pytest.approx(fisher_exact(table).pvalue, abs=0.006)


def test_a_person_who_always_fails_is_one_case_not_many() -> None:
    """Six of twelve persons fail, and five of these are among six of the group: C(12, 6) = 924 ways to choose these, 37
    of them with as many failures or more."""
    persons = np.repeat(np.arange(12), 10)
    failed = persons < 6
    members = np.isin(persons, [0, 1, 2, 3, 4, 6])
    (p,) = permutation_p(members[:, None].astype(float), failed, persons)
    assert p == pytest.approx(2 * 37 / 924, abs=0.015)


def test_small_groups_and_rare_outcomes_are_not_tested() -> None:
    persons = np.arange(40)
    assert not lifts([Group("few", persons < 5)], persons % 2 == 0, persons)
    assert not lifts([Group("half", persons < 20)], persons < 5, persons)


def test_a_planted_cause_is_found_and_named() -> None:
    made = world(1, cause=4.0, people=300)
    told, found = explained(made.measures, made.failed, made.persons)
    claimed = [one.group.name for one in told if one.claimed]
    assert "camera 0" in claimed
    assert any(name.startswith("probe darker than") for name in claimed)
    assert found is not None
    assert "camera 0" in found.group.name
    assert "darker" in found.group.name
    assert found.inside < found.outside
    assert found.held_inside < found.held_outside


def test_without_a_cause_hardly_anything_is_claimed() -> None:
    """In under 5 % of 200 worlds in which failing has nothing to do with what is measured."""
    wrong = 0
    for seed in range(200):
        made = world(seed)
        found, combination = explained(made.measures, made.failed, made.persons, draws=500, permutations=1000)
        wrong += any(one.claimed for one in found) or combination is not None
    assert wrong < 10
