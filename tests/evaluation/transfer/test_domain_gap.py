import numpy as np
import pytest

from reidviz.evaluation.transfer.domain_gap import agreements, discrepancy, distances, domain_accuracy, transfer


def cloud(count: int, centre: float, seed: int) -> np.ndarray:
    return (centre + np.random.default_rng(seed).normal(size=(count, 6))).astype(np.float32)


def test_distances_are_euclidean() -> None:
    one, other = cloud(4, 0, 0), cloud(5, 1, 1)
    np.testing.assert_allclose(distances(one, other), np.linalg.norm(one[:, None] - other, axis=2), rtol=1e-4)
    assert distances(one, one).diagonal().max() < 1e-2


def test_discrepancy_against_its_definition() -> None:
    """Unbiased squared MMD by loops over all pairs."""
    t, s = cloud(5, 0, 0).astype(np.float64), cloud(4, 0.5, 1).astype(np.float64)
    both = np.concatenate([t, s])
    squared = [((both[i] - both[j]) ** 2).sum() for i in range(9) for j in range(i + 1, 9)]

    def kernel(x: np.ndarray, y: np.ndarray) -> float:
        return float(np.exp(-((x - y) ** 2).sum() / np.median(squared)))

    within = sum(kernel(t[i], t[j]) for i in range(5) for j in range(5) if i != j) / 20
    within += sum(kernel(s[i], s[j]) for i in range(4) for j in range(4) if i != j) / 12
    between = sum(kernel(x, y) for x in t for y in s) / 20
    assert discrepancy(t.astype(np.float32), s.astype(np.float32)) == pytest.approx(within - 2 * between, abs=1e-4)


def test_data_sets_that_are_alike_and_that_are_not() -> None:
    alike, apart = (cloud(80, 0, 0), cloud(80, 0, 1)), (cloud(80, 0, 0), cloud(80, 3, 1))
    assert domain_accuracy(*apart) > 95 > 65 > domain_accuracy(*alike)
    assert discrepancy(*apart) > 0.2 > 0.02 > discrepancy(*alike)


def test_agreement_by_hand() -> None:
    """The two nearest source pairs of the first target pair are of its kind, of the second one of two."""
    far = np.array([[1, 2, 9], [9, 1, 2]], dtype=np.float32)
    same, source_same = np.array([True, False]), np.array([True, True, False])
    assert agreements(far, same, source_same, count=2).mean() == 75


def test_the_three_numbers_together() -> None:
    kinds = np.arange(40) < 20
    target, source = cloud(40, 0, 0), cloud(40, 0, 1)
    target[kinds] += 5
    source[kinds] += 5
    found = transfer(target, kinds, source, kinds)
    assert found.agreement == 100
    assert found.domain_accuracy == domain_accuracy(target, source)
    assert found.discrepancy == discrepancy(target, source)
