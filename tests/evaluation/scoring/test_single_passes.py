import numpy as np
import torch

from reidviz.evaluation.scoring.score import score
from reidviz.evaluation.scoring.single_passes import probabilities, squared_distances
from reidviz.models.mtdnet import MTDnet
from tests.conftest import network

CPU = torch.device("cpu")
PICTURES = np.random.default_rng(0).integers(0, 256, (2, 64, 32, 3), dtype=np.uint8)


def test_the_mean_of_the_passes_is_the_score() -> None:
    net = network("mtdnet")
    assert isinstance(net, MTDnet)
    one, other = PICTURES
    passes = probabilities(net, one, other, CPU)
    assert passes.shape == (2, 2, 2)
    assert np.ptp(passes) > 0
    np.testing.assert_allclose(passes.mean(), score(net, "probability", one[None], other[None], CPU).matrix, atol=1e-5)
    four = squared_distances(net, one, other, CPU)
    np.testing.assert_allclose(four.mean(), score(net, "distance", one[None], other[None], CPU).matrix, atol=1e-5)


def test_each_pass_is_where_it_is_said_to_be() -> None:
    net = network("mtdnet")
    assert isinstance(net, MTDnet)
    one, other = PICTURES
    passes = probabilities(net, one, other, CPU)
    swapped = probabilities(net, other, one, CPU)
    np.testing.assert_allclose(passes[0], swapped[1].T, atol=1e-6)
    mirrored = probabilities(net, one[:, ::-1].copy(), other, CPU)
    np.testing.assert_allclose(passes[:, ::-1], mirrored, atol=1e-6)
    four = squared_distances(network("mtdnet-rnk"), one, one, CPU)
    np.testing.assert_allclose(np.diag(four), 0, atol=1e-6)
