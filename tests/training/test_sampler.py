import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reidviz.common.errors import ReidvizError
from reidviz.training.sampler import PositivePairs, pk_batch, positives, random_negatives, triplet_batch


def people(persons: int, cameras: int, shots: int) -> tuple[np.ndarray, np.ndarray]:
    ids = np.repeat([f"p{i:02d}" for i in range(persons)], cameras * shots)
    cams = np.tile(np.repeat([f"c{i}" for i in range(cameras)], shots), persons)
    return ids, cams


def listed(data: PositivePairs) -> list[tuple[int, int]]:
    return [(a, p) for a, p in data.pairs(np.arange(len(data))).tolist()]


def every_pair(ids: np.ndarray, cams: np.ndarray, across: bool) -> set[tuple[int, int]]:
    """By looking at any two images."""
    places = range(len(ids))
    return {
        (i, j) for i in places for j in places if i != j and ids[i] == ids[j] and (cams[i] != cams[j] or not across)
    }


labels = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), min_size=2, max_size=24)


@settings(max_examples=60, deadline=None)
@given(labels, st.booleans())
def test_the_numbers_of_pairs_stand_for_every_pair_once(drawn: list[tuple[int, int]], known: bool) -> None:
    """In any order of samples; by two cameras where somebody is seen by two."""
    ids = np.array([f"p{i}" for i, _ in drawn])
    cams = np.array([f"c{c}" if known else "" for _, c in drawn])
    across = any(len(set(cams[ids == i])) > 1 for i in ids)
    expected = every_pair(ids, cams, across)
    if not expected or len(set(ids)) < 2:
        with pytest.raises(ReidvizError, match="nothing to train on"):
            positives(ids, cams)
        return
    data = positives(ids, cams)
    found = listed(data)
    assert data.across == across
    assert len(found) == len(expected)
    assert set(found) == expected


@settings(max_examples=40, deadline=None)
@given(labels)
def test_any_other_person_in_the_camera_may_be_the_negative(drawn: list[tuple[int, int]]) -> None:
    """As many as there are, without repetition: all of them; anybody else where the camera shows one person only."""
    ids, cams = (np.array(column).astype(str) for column in zip(*[*drawn, (8, 0), (9, 0), (9, 1)], strict=True))
    data = positives(ids, cams)
    for p in range(len(ids)):
        others = ids != ids[p]
        beside = others & (cams == cams[p])
        eligible = np.flatnonzero(beside if beside.any() else others)
        chosen = random_negatives(data, p, len(eligible), np.random.default_rng(0))
        assert sorted(chosen.tolist()) == eligible.tolist()
        more = random_negatives(data, p, len(eligible) + 3, np.random.default_rng(0))
        assert set(more.tolist()) <= set(eligible.tolist())


def uneven() -> PositivePairs:
    """Three persons with 2 x 1 x 2 = 4, 2 x (1 x 2 + 1 x 3 + 2 x 3) = 22 and 2 pairs."""
    ids = np.array(["a"] * 3 + ["b"] * 6 + ["c"] * 2)
    cams = np.array(["1", "1", "2", "1", "2", "2", "3", "3", "3", "1", "3"])
    return positives(ids, cams)


def chi_square(counts: np.ndarray) -> float:
    expected = counts.sum() / len(counts)
    return float(((counts - expected) ** 2 / expected).sum())


def test_triplets_draw_every_pair_of_the_training_set_alike() -> None:
    """The 28 pairs of 5,600 triplets, 200 times each but for chance: of 27 degrees of freedom, 55.5 is passed once in
    a thousand times."""
    data = uneven()
    pairs = listed(data)
    assert len(pairs) == 28
    images, triplets = triplet_batch(data, 5_600, 1, np.random.default_rng(0))
    counts = np.array([(images[triplets[:, :2]] == pair).all(1).sum() for pair in pairs])
    assert counts.sum() == 5_600
    assert chi_square(counts) < 55.5


def test_persons_are_drawn_alike_and_their_pairs_too() -> None:
    """Two of three persons in 3,000 batches: each in 2,000; each of b's 22 pairs (21 degrees of freedom) alike."""
    data, rng = uneven(), np.random.default_rng(0)
    first = [pk_batch(data, 2, 2, rng) for _ in range(3_000)]
    who, count = np.unique([data.identities[i] for batch in first for i in batch.images[:2]], return_counts=True)
    assert who.tolist() == [0, 1, 2]
    assert np.abs(count - 2_000).max() < 4 * np.sqrt(3_000 * 2 / 9)
    drawn = [tuple(batch.images[place::2].tolist()) for batch in first for place in (0, 1)]
    counts = np.array([drawn.count(pair) for pair in listed(data) if data.identities[pair[0]] == 1])
    assert len(counts) == 22
    assert chi_square(counts) < 46.8


def test_further_images_are_drawn_alike() -> None:
    """A person with six images, a pair and two more of the other four: each image in two of three batches."""
    data = positives(*people(persons=2, cameras=2, shots=3))
    rng = np.random.default_rng(0)
    drawn = [pk_batch(data, 2, 4, rng).images for _ in range(1_500)]
    assert all(len(np.unique(images)) == 8 for images in drawn)
    counts = np.bincount(np.concatenate(drawn), minlength=12)
    assert np.abs(counts - 1_000).max() < 4 * np.sqrt(1_500 * 2 / 9)


def test_pairs_are_never_listed() -> None:
    """Twenty persons, six cameras, 600 frames each: 216 million pairs, and a few numbers for each image."""
    data = positives(*people(persons=20, cameras=6, shots=600))
    assert len(data) == 20 * 6 * 5 * 600 * 600
    held = [part for value in vars(data).values() for part in (value if isinstance(value, tuple) else (value,))]
    assert sum(part.nbytes for part in held if isinstance(part, np.ndarray)) < 120 * len(data.identities)
    last = data.pairs(np.array([0, len(data) - 1]))
    assert last.tolist() == [[0, 600], [71_999, 71_399]]


def test_without_cameras_any_two_images_of_a_person_are_a_pair() -> None:
    data = positives(np.array(["x", "x", "x", "y"]), np.array(["", "", "", ""]))
    assert len(data) == 6


@pytest.mark.parametrize("cams", [["a", "a", "a", "a"], ["a", "a", "b", "b"]])
def test_where_nobody_is_seen_by_two_cameras_images_by_one_are_pairs(cams: list[str]) -> None:
    data = positives(np.array(["x", "x", "y", "y"]), np.array(cams))
    assert listed(data) == [(0, 1), (1, 0), (2, 3), (3, 2)]
    batch = pk_batch(data, 2, 2, np.random.default_rng(0))
    assert len(batch.positives) == 4
    assert (batch.eligible.sum(1) == 2).all()


@pytest.mark.parametrize(
    ("ids", "cams", "counts"),
    [
        ([], [], "persons: 0, images: 0"),
        (["x", "x"], ["a", "b"], "persons: 1, images: 2"),
        (["x", "y"], ["a", "b"], "persons: 2, images: 2"),
    ],
)
def test_nothing_to_train_on_is_said(ids: list[str], cams: list[str], counts: str) -> None:
    with pytest.raises(ReidvizError, match=f"nothing to train on.*{counts}"):
        positives(np.array(ids, dtype=str), np.array(cams, dtype=str))


def valid(data: PositivePairs, a: int, p: int, n: int) -> bool:
    same_person = data.identities[a] == data.identities[p] != data.identities[n]
    return bool(same_person and data.cameras[a] != data.cameras[p] and data.cameras[n] == data.cameras[p])


@settings(max_examples=30)
@given(st.integers(2, 9), st.integers(2, 3), st.integers(1, 3), st.integers(1, 10), st.integers(0, 99))
def test_release_triplets_obey_the_release(persons: int, cameras: int, shots: int, negatives: int, seed: int) -> None:
    data = positives(*people(persons, cameras, shots))
    images, triplets = triplet_batch(data, 16, negatives, np.random.default_rng(seed))
    assert triplets.shape == (16, 3)
    assert len(np.unique(images)) == len(images)
    assert all(valid(data, *images[t]) for t in triplets)
    for start in range(0, 16, negatives):
        of_one_pair = triplets[start : start + negatives]
        assert (of_one_pair[:, :2] == of_one_pair[0, :2]).all()
        others = (data.identities != data.identities[images[of_one_pair[0, 0]]]) & (
            data.cameras == data.cameras[images[of_one_pair[0, 1]]]
        )
        if others.sum() >= negatives:
            assert len(np.unique(of_one_pair[:, 2])) == len(of_one_pair)


@settings(max_examples=30)
@given(st.integers(2, 9), st.integers(2, 3), st.integers(1, 3), st.integers(2, 5), st.integers(0, 99))
def test_identity_batches_hold_distinct_persons_and_fair_negatives(
    persons: int, cameras: int, images: int, shots: int, seed: int
) -> None:
    data = positives(*people(persons, cameras, images))
    batch = pk_batch(data, 4, shots, np.random.default_rng(seed))
    assert len(np.unique(batch.images)) == len(batch.images)
    seen, count = np.unique(data.identities[batch.images], return_counts=True)
    assert len(seen) == min(4, persons)
    assert (count == min(shots, cameras * images)).all()
    found = {(int(batch.images[a]), int(batch.images[p])) for a, p in batch.positives}
    within = set(batch.images.tolist())
    assert found == {(a, p) for a, p in listed(data) if a in within and p in within}
    for (a, p), row in zip(batch.positives, batch.eligible, strict=True):
        a, p = batch.images[[a, p]]
        assert data.identities[a] == data.identities[p]
        assert data.cameras[a] != data.cameras[p]
        assert row.any()
        others = batch.images[row]
        assert (data.identities[others] != data.identities[a]).all()


def test_a_batch_depends_on_the_seed_alone() -> None:
    data = positives(*people(5, 2, 2))
    one, again = (pk_batch(data, 3, 2, np.random.default_rng(7)) for _ in range(2))
    assert (one.images == again.images).all()
    assert (one.eligible == again.eligible).all()
