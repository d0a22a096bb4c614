import numpy as np
import pytest
import torch

from reidviz.evaluation.scores import Scores
from reidviz.evaluation.scoring import score
from reidviz.models.mtdnet import MTDnet, Network, to_input
from tests.conftest import network

CPU = torch.device("cpu")


def pictures(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, size=(count, 64, 32, 3), dtype=np.uint8)


def views(pixels: np.ndarray) -> list[torch.Tensor]:
    x = to_input(torch.from_numpy(pixels))
    return [x, x.flip(3)]


def plain_probability(made: MTDnet, probe: np.ndarray, other: np.ndarray) -> float:
    """The release's test of one pair: both orders, times image and mirror of each, through the whole network."""
    passes = []
    for a in views(probe[None]):
        for b in views(other[None]):
            for first, second in ((a, b), (b, a)):
                stacked = torch.cat([made.maps(first), made.maps(second)], dim=1)
                passes.append(made.pair(stacked).softmax(1)[0, 1].item())
    assert len(passes) == 8
    return float(np.mean(passes))


def plain_distance(made: Network, probe: np.ndarray, other: np.ndarray) -> float:
    found = []
    for a in views(probe[None]):
        for b in views(other[None]):
            found.append((made.embed(made.maps(a)) - made.embed(made.maps(b))).square().sum().item())
    return float(np.mean(found))


@pytest.mark.parametrize("variant", ["mtdnet", "mtdnet-cls"])
def test_probabilities_equal_eight_plain_passes(variant: str) -> None:
    made = network(variant)
    assert isinstance(made, MTDnet)
    probes, gallery = pictures(3, 0), pictures(4, 1)
    with torch.inference_mode():
        expected = [[plain_probability(made, p, g) for g in gallery] for p in probes]
    np.testing.assert_allclose(score(made, "probability", probes, gallery, CPU).matrix, expected, atol=1e-5)


@pytest.mark.parametrize("variant", ["mtdnet", "mtdnet-rnk"])
def test_distances_equal_the_mean_over_four_mirror_combinations(variant: str) -> None:
    made = network(variant)
    probes, gallery = pictures(3, 2), pictures(4, 3)
    with torch.inference_mode():
        expected = [[plain_distance(made, p, g) for g in gallery] for p in probes]
    np.testing.assert_allclose(score(made, "distance", probes, gallery, CPU).matrix, expected, atol=1e-5)


def test_a_mirrored_probe_scores_the_same() -> None:
    probes, gallery = pictures(2, 4), pictures(3, 5)
    made = network("mtdnet")
    for kind in ("distance", "probability"):
        one = score(made, kind, probes, gallery, CPU).matrix  # type: ignore[arg-type]
        other = score(made, kind, probes[:, :, ::-1].copy(), gallery, CPU).matrix  # type: ignore[arg-type]
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_nearness_points_the_same_way_for_both_kinds() -> None:
    matrix = np.array([[0.1, 0.9]], dtype=np.float32)
    assert Scores("distance", matrix).nearness.argmax() == 0
    assert Scores("probability", matrix).nearness.argmax() == 1


def test_progress_can_cancel() -> None:
    class StopHereError(Exception):
        pass

    def stop(done: int, total: int, what: str) -> None:
        if done == 1:
            raise StopHereError

    with pytest.raises(StopHereError):
        score(network("mtdnet"), "probability", pictures(3, 6), pictures(2, 7), CPU, stop)
