import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reidviz.data.triplets import Positives, identity_batch, positives, release_batch
from reidviz.errors import ReidvizError


def people(persons: int, cameras: int, shots: int) -> tuple[np.ndarray, np.ndarray]:
    ids = np.repeat([f"p{i}" for i in range(persons)], cameras * shots)
    cams = np.tile(np.repeat([f"c{i}" for i in range(cameras)], shots), persons)
    return ids, cams


def test_positive_pairs_are_cross_camera_in_both_directions() -> None:
    data = positives(*people(persons=2, cameras=2, shots=2))
    assert len(data.pairs) == 2 * (2 * 2) * 2
    listed = {tuple(pair) for pair in data.pairs.tolist()}
    assert all((p, a) in listed for a, p in listed)
    assert all(data.cameras[a] != data.cameras[p] for a, p in listed)


def test_without_cameras_any_two_pictures_of_a_person_are_a_pair() -> None:
    data = positives(np.array(["x", "x", "x", "y"]), np.array(["", "", "", ""]))
    assert len(data.pairs) == 6


@pytest.mark.parametrize(
    ("ids", "cams"),
    [([], []), (["x", "x"], ["a", "b"]), (["x", "y"], ["a", "b"]), (["x", "x", "y"], ["a", "a", "b"])],
)
def test_nothing_to_train_on_is_said(ids: list[str], cams: list[str]) -> None:
    with pytest.raises(ReidvizError, match="nothing to train on"):
        positives(np.array(ids, dtype=str), np.array(cams, dtype=str))


def valid(data: Positives, a: int, p: int, n: int) -> bool:
    same_person = data.identities[a] == data.identities[p] != data.identities[n]
    return bool(same_person and data.cameras[a] != data.cameras[p] and data.cameras[n] == data.cameras[p])


@settings(max_examples=30)
@given(st.integers(2, 9), st.integers(2, 3), st.integers(1, 3), st.integers(1, 10), st.integers(0, 99))
def test_release_triplets_obey_the_release(persons: int, cameras: int, shots: int, negatives: int, seed: int) -> None:
    data = positives(*people(persons, cameras, shots))
    images, triplets = release_batch(data, 16, negatives, np.random.default_rng(seed))
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
    persons: int, cameras: int, pictures: int, shots: int, seed: int
) -> None:
    data = positives(*people(persons, cameras, pictures))
    batch = identity_batch(data, 4, shots, np.random.default_rng(seed))
    assert len(np.unique(batch.images)) == len(batch.images)
    seen, count = np.unique(data.identities[batch.images], return_counts=True)
    assert len(seen) == min(4, persons)
    assert (count == min(shots, cameras * pictures)).all()
    listed = {(int(batch.images[a]), int(batch.images[p])) for a, p in batch.positives}
    within = set(batch.images.tolist())
    assert listed == {(a, p) for a, p in data.pairs.tolist() if a in within and p in within}
    for (a, p), row in zip(batch.positives, batch.eligible, strict=True):
        a, p = batch.images[[a, p]]
        assert data.identities[a] == data.identities[p]
        assert data.cameras[a] != data.cameras[p]
        assert row.any()
        others = batch.images[row]
        assert (data.identities[others] != data.identities[a]).all()


def test_a_batch_depends_on_the_seed_alone() -> None:
    data = positives(*people(5, 2, 2))
    one, again = (identity_batch(data, 3, 2, np.random.default_rng(7)) for _ in range(2))
    assert (one.images == again.images).all()
    assert (one.eligible == again.eligible).all()
