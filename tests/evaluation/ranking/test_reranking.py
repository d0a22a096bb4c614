"""Against a plain implementation, step by step as the paper's own code has it, with whole matrices."""

import numpy as np
import numpy.typing as npt
import pytest

from reidviz.common.arrays import Float32Array
from reidviz.common.errors import ReidvizError
from reidviz.evaluation.ranking import reranking
from reidviz.evaluation.ranking.reranking import Reranking, reranked


def squared(one: Float32Array, other: Float32Array) -> Float32Array:
    return np.square(one[:, None].astype(np.float64) - other[None]).sum(2).astype(np.float32)


def plain(features: Float32Array, probes: int, k1: int, k2: int, weight: float) -> npt.NDArray[np.float64]:
    distance = squared(features, features).astype(np.float64)
    original = (distance / distance.max(axis=0)).T
    rank = np.argsort(original, axis=1, kind="stable")
    total = len(features)
    encoding = np.zeros((total, total))
    for i in range(total):
        forward = rank[i, : k1 + 1]
        reciprocal = forward[np.where(rank[forward, : k1 + 1] == i)[0]]
        expansion = reciprocal
        for candidate in reciprocal:
            half = int(np.around(k1 / 2)) + 1
            theirs = rank[candidate, :half]
            back = theirs[np.where(rank[theirs, :half] == candidate)[0]]
            if len(np.intersect1d(back, reciprocal)) > 2 / 3 * len(back):
                expansion = np.append(expansion, back)
        expansion = np.unique(expansion)
        gauss = np.exp(-original[i, expansion])
        encoding[i, expansion] = gauss / gauss.sum()
    if k2 != 1:
        encoding = np.stack([encoding[rank[i, :k2]].mean(0) for i in range(total)])
    jaccard = np.empty((probes, total))
    for i in range(probes):
        least = np.minimum(encoding[i], encoding).sum(1)
        jaccard[i] = 1 - least / (2 - least)
    return (jaccard * (1 - weight) + original[:probes] * weight)[:, probes:]


def clusters(count: int, seed: int, spread: float = 0.6) -> Float32Array:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(8, 12))
    found: Float32Array = (centres[rng.integers(8, size=count)] + spread * rng.normal(size=(count, 12))).astype(
        np.float32
    )
    return found


@pytest.mark.parametrize(
    ("features", "probes", "how"),
    [
        (clusters(60, 0), 15, Reranking()),
        (clusters(60, 1, 2.0), 20, Reranking(10, 3, 0.3)),
        (clusters(80, 2), 1, Reranking(7, 1, 0.0)),
        (clusters(80, 3), 30, Reranking(5, 5, 1.0)),
        (clusters(12, 4), 4, Reranking(20, 6, 0.3)),
        (np.repeat(clusters(20, 5), 2, axis=0), 12, Reranking(9, 2, 0.2)),
    ],
    ids=["clusters", "spread", "one probe", "distance alone", "fewer images than k1", "every image twice"],
)
@pytest.mark.parametrize("cells", [reranking.CELLS_AT_ONCE, 200])
def test_it_equals_the_plain_implementation(
    features: Float32Array, probes: int, how: Reranking, cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reranking, "CELLS_AT_ONCE", cells)
    out = np.empty((probes, len(features) - probes), dtype=np.float32)
    reranked(features, probes, how, squared, out)
    wanted = plain(features, probes, how.k1, how.k2, how.weight)
    np.testing.assert_allclose(out, wanted, atol=2e-6)


def test_a_match_that_neighbours_vouch_for_moves_up() -> None:
    """A probe nearer to a lonely stranger than to its own person, whose images are all mutual neighbours."""
    own = np.array([[1.0, 0.0], [1.1, 0.0], [1.0, 0.1], [0.9, 0.05]], dtype=np.float32)
    stranger = np.array([[-0.25, 0.0]], dtype=np.float32)
    crowd = np.random.default_rng(0).normal((-2, 0), 0.2, size=(12, 2)).astype(np.float32)
    probe = np.array([[0.36, 0.0]], dtype=np.float32)
    features = np.concatenate([probe, stranger, own, crowd])
    assert (
        squared(probe, features[1:])[0].argmin() == 3 or squared(probe, stranger)[0, 0] < squared(probe, own[:1])[0, 0]
    )
    out = np.empty((1, len(features) - 1), dtype=np.float32)
    reranked(features, 1, Reranking(5, 2, 0.1), squared, out)
    assert out[0, 1:5].max() < out[0, 0]


@pytest.mark.parametrize("bad", [(0, 1, 0.3), (5, 6, 0.3), (5, 2, 1.5), (2000, 6, 0.3), (5, 0, 0.5)])
def test_impossible_settings_are_refused(bad: tuple[int, int, float]) -> None:
    with pytest.raises(ReidvizError, match="impossible"):
        Reranking(*bad)
