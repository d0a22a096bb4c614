"""Rank-1 over the size of the gallery: by hand, against drawn galleries, and at both ends."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reidviz.data.dataset import Dataset, Sample, Split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.ranking.gallery_size import chances, persons_before, size_curve, sizes_up_to
from reidviz.evaluation.ranking.ranking import rank
from reidviz.evaluation.scores import Scores


def world(gallery: list[tuple[str, str]], probes: list[tuple[str, str]], across: bool = False) -> tuple[Dataset, Split]:
    """Images of persons by cameras, the gallery's first."""
    every = [*gallery, *probes]
    samples = tuple(Sample(f"{i}", Path(f"{i}"), who, camera, "x") for i, (who, camera) in enumerate(every))
    at = np.arange(len(every))
    parts = Split("listed", at[:0], at[len(gallery) :], at[: len(gallery)], across_cameras=across)
    return Dataset("folder:x", samples, "1"), parts


def test_chances_by_hand() -> None:
    """One of 4 others stands before: it stays away from 2, 3, 4, 5 persons with chance 3/4, 1/2, 1/4, 0."""
    found = chances(np.array([0, 1, 2, 4]), 4, np.array([1, 2, 3, 4, 5]))
    assert found == pytest.approx(
        np.array([[1, 1, 1, 1, 1], [1, 3 / 4, 2 / 4, 1 / 4, 0], [1, 2 / 4, 1 / 6, 0, 0], [1, 0, 0, 0, 0]])
    )


def test_large_galleries_keep_their_digits() -> None:
    found = chances(np.array([1]), 20_000, np.array([2, 10_001, 20_000]))
    assert found[0] == pytest.approx([1 - 1 / 20_000, 0.5, 1 / 20_000], rel=1e-7)


def test_persons_are_counted_once_ties_are_against_and_what_is_ignored_is_not_there() -> None:
    gallery = [("a", "1"), ("a", "2"), ("b", "2"), ("b", "2"), ("c", "2"), ("d", "2")]
    dataset, parts = world(gallery, [("a", "1")], across=True)
    scores = Scores("distance", np.array([[0.0, 2.0, 1.0, 1.5, 2.0, 3.0]], dtype=np.float32))
    before, others = persons_before(scores, dataset, parts)
    assert (before.tolist(), others) == ([2], 3)  # b and, by a tie, c; the image by the same camera is ignored


def test_every_distractor_is_a_person() -> None:
    gallery = [("1", "a"), ("0", "a"), ("0", "a"), ("2", "a")]
    dataset, parts = world(gallery, [("1", "b")])
    scores = Scores("similarity", np.array([[0.5, 0.9, 0.8, 0.1]], dtype=np.float32))
    assert persons_before(scores, replace(dataset, market_rules=True), parts)[0].tolist() == [2]
    assert persons_before(scores, dataset, parts)[0].tolist() == [1]
    assert persons_before(scores, dataset, replace(parts, protocol="market"))[0].tolist() == [2]


@pytest.mark.parametrize("each", [1, 3])
def test_the_expectation_is_what_drawn_galleries_give(each: int) -> None:
    """Galleries of 5 of 12 persons, drawn and ranked one by one."""
    rng = np.random.default_rng(each)
    people = [f"{i:02d}" for i in range(12)]
    dataset, parts = world([(p, "a") for p in people for _ in range(each)], [(p, "b") for p in people])
    mine = np.repeat(np.arange(12), each) == np.arange(12)[:, None]
    matrix = (rng.random(mine.shape) - 0.25 * mine).astype(np.float32)
    before, others = persons_before(Scores("distance", matrix), dataset, parts)
    exact = chances(before, others, np.array([5]))[:, 0]
    draws, found = 4000, np.zeros(12)
    for _ in range(draws):
        for probe in range(12):
            drawn = [probe, *rng.choice(np.delete(np.arange(12), probe), 4, replace=False)]
            kept = np.isin(np.repeat(np.arange(12), each), drawn)
            best = np.argmin(np.where(kept, matrix[probe], np.inf))
            found[probe] += best // each == probe
    assert 100 * exact.mean() == pytest.approx(100 * found.mean() / draws, abs=0.8)
    assert exact == pytest.approx(found / draws, abs=0.04)


def test_the_curve_ends_in_the_rank_1_of_the_whole_gallery_and_never_rises() -> None:
    rng = np.random.default_rng(0)
    people = [f"{i:03d}" for i in range(150)]
    dataset, parts = world([(p, "a") for p in people], [(p, "b") for p in people])
    scores = Scores("distance", (rng.random((150, 150)) - 0.5 * np.eye(150)).astype(np.float32))
    before, others = persons_before(scores, dataset, parts)
    ranking = rank(scores, ground_truth(dataset, parts))
    assert before.tolist() == (ranking.first - 1).tolist()  # single shot: persons are images
    curve = size_curve(before, others, dataset.identities[parts.probes])
    assert (curve.sizes[0], curve.sizes[-1]) == (10, 150)
    assert curve.rank1[-1] == pytest.approx(ranking.cmc_at(1))
    assert (np.diff(curve.rank1) <= 1e-9).all()
    assert (curve.low <= curve.rank1).all()
    assert (curve.rank1 <= curve.high).all()


def test_sizes() -> None:
    assert sizes_up_to(3).tolist() == [2, 3]
    assert sizes_up_to(1).tolist() == [1]
    assert sizes_up_to(10).tolist() == list(range(2, 11))
    assert sizes_up_to(486)[[0, -1]].tolist() == [10, 486]
    assert len(sizes_up_to(486)) <= 24
