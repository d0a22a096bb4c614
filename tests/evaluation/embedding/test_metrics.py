import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import silhouette_score

from reidviz.evaluation.embedding import metrics as embedding_numbers
from reidviz.evaluation.embedding.metrics import camera_bias, pair_distances, silhouette

RNG = np.random.default_rng(0)
LINE = np.array([[0.0], [1.0], [10.0], [12.0]], dtype=np.float32)
PERSONS = np.array(["a", "a", "b", "b"])


def test_distances_on_a_line_by_hand() -> None:
    found = pair_distances(LINE, PERSONS)
    assert found is not None
    assert (found.same_pairs, found.same_total, found.different_pairs, found.different_total) == (2, 2, 4, 4)
    at = lambda value: int(np.searchsorted(found.edges, value, "right")) - 1  # noqa: E731
    assert found.same[at(1)] == found.same[at(2)] == 0.5
    assert [found.different[at(value)] for value in (9, 10, 11, 12)] == [0.25] * 4
    assert found.overlap == 0


def test_persons_laid_out_alike_overlap_wholly() -> None:
    features = np.array([[0.0], [1.0], [0.0], [1.0], [0.0], [1.0]], dtype=np.float32)
    found = pair_distances(features, np.array(["a", "a", "b", "b", "c", "c"]))
    assert found is not None
    assert 0.4 < found.overlap <= 1


def test_many_pairs_are_drawn_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_numbers, "MOST_DIFFERENT", 100)
    monkeypatch.setattr(embedding_numbers, "MOST_SAME", 7)
    persons = np.repeat(np.arange(20), 3)
    found = pair_distances(RNG.normal(size=(60, 4)).astype(np.float32), persons)
    assert found is not None
    assert (found.same_pairs, found.same_total) == (7, 60)
    assert 0 < found.different_pairs <= 100
    assert found.different_total == 60 * 59 // 2 - 20 * 3
    np.testing.assert_allclose([found.same.sum(), found.different.sum()], 1)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40))
def test_all_pairs_of_one_person_are_found_once(persons: list[int]) -> None:
    _, person, count = np.unique(persons, return_inverse=True, return_counts=True)
    expected = {(i, j) for j in range(len(person)) for i in range(j) if person[i] == person[j]}
    found = embedding_numbers._same_pairs(person, count, RNG)
    assert len(found) == len(expected)
    assert {(min(pair), max(pair)) for pair in found.tolist()} == expected


def test_of_one_person_in_many_images_a_few_pairs_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_numbers, "MOST_SAME", 50)
    person = np.zeros(1_000_000, dtype=np.int64)
    found = embedding_numbers._same_pairs(person, np.array([len(person)]), np.random.default_rng(0))
    assert len({tuple(pair) for pair in found.tolist()}) == 50
    assert (found[:, 0] < found[:, 1]).all()


def test_silhouette_against_scikit_learn_without_persons_seen_once() -> None:
    features = RNG.normal(size=(11, 3)).astype(np.float32)
    persons = np.array([0, 0, 0, 1, 1, 2, 2, 2, 3, 4, 5])
    assert silhouette(features, persons) == (pytest.approx(silhouette_score(features[:8], persons[:8])), 8)
    assert silhouette(features[:4], np.arange(4)) is None
    assert pair_distances(features[:4], np.arange(4)) is None
    assert pair_distances(features[:4], np.zeros(4)) is None


def test_a_large_silhouette_is_taken_over_whole_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_numbers, "MOST_FOR_SILHOUETTE", 20)
    persons = np.repeat(np.arange(30), 4)
    found = silhouette(RNG.normal(size=(120, 3)).astype(np.float32), persons)
    assert found is not None
    assert found[1] == 20


def test_a_feature_that_holds_the_camera_gives_it_away() -> None:
    persons = np.repeat(np.arange(40), 4)
    cameras = np.tile(np.array(["A", "B"]), 80)
    noise = RNG.normal(size=(160, 5)).astype(np.float32)
    telling = noise.copy()
    telling[:, 0] += 8 * (cameras == "A")
    told = camera_bias(telling, cameras, persons)
    blind = camera_bias(noise, cameras, persons)
    assert told is not None
    assert blind is not None
    assert told.balanced_accuracy > 97
    assert 35 < blind.balanced_accuracy < 65
    assert (told.chance, told.images) == (50, 160)


def test_without_two_cameras_there_is_no_bias_to_tell() -> None:
    features = RNG.normal(size=(8, 3)).astype(np.float32)
    persons = np.repeat(np.arange(4), 2)
    assert camera_bias(features, np.array([""] * 8), persons) is None
    assert camera_bias(features, np.array(["A"] * 8), persons) is None
