"""The verdict on hits made by hand."""

import numpy as np
import pytest

from reidviz.evaluation.ranking.over_seeds import corrected, over_seeds, seed_difference
from reidviz.experiments.family_results import Scored, Verdict, verdicts
from reidviz.experiments.family_words import sentences

PERSONS = np.array([f"p{i // 2:02d}" for i in range(80)])
SIDE = ("mtdnet", "ranking"), ("ranking branch alone", "ranking")


def told(one: np.ndarray, other: np.ndarray) -> Verdict:
    return Verdict("ranking", *SIDE, seed_difference(one, other, PERSONS))


def test_the_means_and_the_deviation_over_seeds() -> None:
    figures = np.zeros((3, 80, 6))
    figures[0, :, 0], figures[1, :, 0], figures[2, :40, 0] = 100, 100, 100
    found = over_seeds(figures, PERSONS)
    assert found.mean["1"] == pytest.approx(250 / 3)
    assert found.deviation is not None
    assert found.deviation["1"] == pytest.approx(np.std([100, 100, 50], ddof=1))
    assert found.interval["1"].low < 250 / 3 < found.interval["1"].high
    assert over_seeds(figures[:1], PERSONS).deviation is None


def test_a_clear_difference_is_called_so() -> None:
    one, other = np.ones((3, 80)), np.zeros((3, 80))
    other[:, :40] = 1
    verdict = told(one, other)
    assert verdict.difference.points == 50
    assert verdict.difference.by_seed == (50, 50, 50)
    assert verdict.difference.shown
    assert sentences([verdict])[0].startswith(
        "Ranking: yes, mtdnet (ranking) beats ranking branch alone (ranking): +50"
    )
    worse = told(other, one)
    assert sentences([worse])[0].startswith("Ranking: no, ranking branch alone (ranking) beats mtdnet (ranking): -50")


def test_a_null_is_called_null() -> None:
    hits = np.random.default_rng(0).integers(2, size=(3, 80)).astype(float)
    other = np.roll(hits, 2, axis=1)
    verdict = told(hits, other)
    assert verdict.difference.points == 0
    assert not verdict.difference.shown
    assert "not distinguishable" in sentences([verdict])[0]


def test_seeds_that_do_not_agree_show_nothing() -> None:
    one, other = np.zeros((3, 80)), np.zeros((3, 80))
    one[:2, :60], other[2, 60:70] = 1, 1
    verdict = told(one, other)
    assert verdict.difference.interval.leaves_out_0
    assert verdict.difference.p < 0.05
    assert not verdict.difference.shown
    assert "the seeds do not agree in sign" in sentences([verdict])[0]


def test_one_seed_shows_nothing() -> None:
    verdict = told(np.ones((1, 80)), np.zeros((1, 80)))
    assert not verdict.difference.shown
    assert "with one seed" in sentences([verdict])[0]


def test_thirds_of_a_hit_tie_exactly() -> None:
    """One person alone differs: every exchange is as large as what was found, so p is 1."""
    one, other = np.zeros((3, 80)), np.zeros((3, 80))
    one[0, 0] = 1
    assert seed_difference(one, other, PERSONS).p == 1


def test_three_tests_are_corrected_and_fused_meets_the_better_single_task() -> None:
    rng = np.random.default_rng(1)
    reads = [("mtdnet-rnk", "ranking"), SIDE[1], ("mtdnet-cls", "classifier")]
    reads += [("mtdnet", role) for role in ("ranking", "classifier", "fused")]
    share = {read: 100 * (rng.random((3, 80, 6)) < 0.3 + 0.1 * i) for i, read in enumerate(reads)}
    found = verdicts(Scored({read: figures.astype(float) for read, figures in share.items()}, PERSONS))
    assert [one.side for one in found] == ["ranking", "classifier", "fused"]
    assert found[2].other == ("mtdnet-cls", "classifier")
    alone = [seed_difference(share[one.one][..., 0] / 100, share[one.other][..., 0] / 100, PERSONS) for one in found]
    assert [one.difference.p for one in found] == [one.p for one in corrected(alone)]
