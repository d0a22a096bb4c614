"""Intervals and paired differences over persons, against SciPy, by hand and by simulation."""

import numpy as np
import pytest
from scipy.stats import bootstrap, permutation_test

from reidviz.evaluation.ranking.ranking import Ranking
from reidviz.evaluation.ranking.uncertainty import MOST_RANKS, cmc_band, difference, holm, intervals


def single_shot(first: np.ndarray, gallery: int = 100) -> Ranking:
    """Each probe with one true match, at these ranks."""
    return Ranking(np.asarray(first), np.arange(len(first)), gallery)


def probes(rng: np.random.Generator, persons: int, each: int, rate: float, alike: float) -> np.ndarray:
    """First ranks: 1 for a share of probes, those of one person likely alike."""
    of_person = rng.random(persons) < rate
    own = rng.random((persons, each)) < rate
    hits = np.where(rng.random((persons, each)) < alike, of_person[:, None], own)
    return np.where(hits, 1, 7).ravel()


def test_the_interval_is_scipys_where_each_person_has_one_probe() -> None:
    rng = np.random.default_rng(0)
    first = probes(rng, 300, 1, 0.4, 0)
    found = intervals(single_shot(first), np.arange(300), draws=20_000)["1"]
    theirs = bootstrap(
        ((first == 1) * 100.0,), np.mean, n_resamples=20_000, method="percentile", rng=1
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.5)


def test_probes_of_one_person_that_are_alike_tell_as_much_as_one() -> None:
    rng = np.random.default_rng(1)
    first = np.repeat(probes(rng, 200, 1, 0.5, 0), 5)
    together = intervals(single_shot(first), np.repeat(np.arange(200), 5))["1"]
    alone = intervals(single_shot(first[::5]), np.arange(200))["1"]
    assert (together.low, together.high) == pytest.approx((alone.low, alone.high), abs=1e-9)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    """93 to 97 % of 500 worlds in which probes of one person are alike."""
    covered = 0
    for world in range(500):
        rng = np.random.default_rng(world)
        first = probes(rng, 120, 4, 0.4, 0.5)
        found = intervals(single_shot(first), np.repeat(np.arange(120), 4), draws=500, seed=world)["1"]
        covered += found.low <= 40 <= found.high
    assert 0.93 <= covered / 500 <= 0.97


def test_the_p_value_is_that_of_scipys_paired_permutation() -> None:
    rng = np.random.default_rng(2)
    one, other = probes(rng, 60, 1, 0.6, 0), probes(rng, 60, 1, 0.45, 0)
    found = difference(single_shot(one), single_shot(other), np.arange(60), draws=20_000)
    gains = (one == 1).astype(float), (other == 1).astype(float)
    theirs = permutation_test(
        gains, lambda a, b: float(np.mean(a) - np.mean(b)), permutation_type="samples", n_resamples=20_000, rng=3
    )
    assert found.p == pytest.approx(theirs.pvalue, abs=0.02)
    assert found.points == pytest.approx(100 * theirs.statistic)
    assert found.more == round(60 * theirs.statistic)


def test_models_without_a_difference_are_told_apart_as_rarely_as_is_said() -> None:
    apart = 0
    for world in range(300):
        rng = np.random.default_rng(world)
        who = np.repeat(np.arange(80), 3)
        one, other = (probes(rng, 80, 3, 0.5, 0.4) for _ in range(2))
        apart += difference(single_shot(one), single_shot(other), who, draws=400, seed=world).told_apart
    assert apart / 300 < 0.07


def test_by_hand() -> None:
    """Three persons: the first model finds the probes of two more."""
    one, other = single_shot(np.array([1, 1, 1, 5])), single_shot(np.array([5, 5, 1, 5]))
    found = difference(one, other, np.array(["a", "b", "c", "c"]))
    assert (found.points, found.more) == (50, 2)
    assert found.p > 0.3
    assert not found.told_apart
    assert (found.spread.probes, found.spread.persons) == (4, 3)
    same = difference(one, one, np.array(["a", "b", "c", "c"]))
    assert (same.points, same.spread.variance, same.p) == (0, 0, 1)


def test_the_band_of_the_cmc_holds_it_and_starts_with_rank_1() -> None:
    rng = np.random.default_rng(3)
    ranking = single_shot(rng.integers(1, 30, size=400))
    who = np.repeat(np.arange(100), 4)
    low, high = cmc_band(ranking, who)
    most = min(ranking.gallery, MOST_RANKS)
    assert len(low) == len(high) == most
    assert (low <= ranking.cmc[:most] + 1e-9).all()
    assert (ranking.cmc[:most] <= high + 1e-9).all()
    one = intervals(ranking, who)["1"]
    assert (low[0], high[0]) == pytest.approx((one.low, one.high))


def test_holms_correction_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []
