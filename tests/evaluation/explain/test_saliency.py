import numpy as np
import pytest
import torch
from torch import nn

from reidviz.common import settings
from reidviz.data.formats import load
from reidviz.data.images.pixel_cache import Pixels
from reidviz.data.splits.protocols import split
from reidviz.evaluation.explain.masking import box_mask, enlarged, hidden, only_box, strongest, without_box
from reidviz.evaluation.explain.saliency import (
    Branch,
    Method,
    by_gradient,
    by_occlusion,
    deletion,
    explain,
    similarity_by_network,
)
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.image_pairs import sample_pairs
from reidviz.evaluation.scoring.single_passes import probabilities, squared_distances
from reidviz.models.checkpoint import load_checkpoint
from reidviz.models.mtdnet import MTDnet
from tests.conftest import network

CPU = torch.device("cpu")
PICTURES = np.random.default_rng(0).integers(0, 256, (2, 64, 32, 3), dtype=np.uint8)


def test_a_box_is_hidden_or_all_but_it() -> None:
    image = np.zeros((4, 4, 3), dtype=np.uint8)
    image[:2] = 100
    box = (0.0, 0.0, 0.5, 0.5)
    assert box_mask(box, 4, 4).sum() == 4
    assert without_box(image, box)[:2, :2].tolist() == np.full((2, 2, 3), 50).tolist()
    np.testing.assert_array_equal(without_box(image, box)[2:], image[2:])
    np.testing.assert_array_equal(only_box(image, box)[:2, :2], image[:2, :2])
    assert (only_box(image, box)[2:] == 50).all()
    assert box_mask((0.99, 0.99, 0.99, 0.99), 4, 4).sum() == 1
    assert box_mask((-1, -1, 9, 9), 4, 4).all()


def test_the_strongest_places_whatever_their_sign() -> None:
    relevance = np.array([[0.1, -9], [3, 0]], dtype=np.float32)
    assert strongest(relevance, 0.5).tolist() == [[False, True], [True, False]]
    assert strongest(relevance, 0.01).sum() == 1
    assert enlarged(relevance, 8, 6).shape == (8, 6)


def test_the_scores_explained_are_those_of_one_pass_and_both_orders() -> None:
    net = network("mtdnet")
    one, other = PICTURES[:1], PICTURES[1:]
    assert isinstance(net, MTDnet)
    passes = probabilities(net, one[0], other[0], CPU)[:, 0, 0]
    np.testing.assert_allclose(
        similarity_by_network(net, "pairs", CPU)(one, other), np.log(passes / (1 - passes)).mean(), rtol=1e-3, atol=1e-4
    )
    distance = squared_distances(net, one[0], other[0], CPU)[0, 0]
    np.testing.assert_allclose(similarity_by_network(net, "ranking", CPU)(one, other), -distance, atol=1e-5)


class Watching(nn.Module):
    """Ranking features that depend on one place of the maps alone."""

    def __init__(self, inner: nn.Module, row: int, column: int) -> None:
        super().__init__()
        self.inner, self.row, self.column = inner, row, column

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        seen = torch.zeros_like(maps)
        seen[:, :, self.row, self.column] = maps[:, :, self.row, self.column]
        return self.inner(seen)


@pytest.mark.parametrize("method", ["gradient", "occlusion"])
def test_the_one_place_that_matters_is_found(method: Method) -> None:
    net = network("mtdnet")
    assert isinstance(net, MTDnet)
    h, w = net.stem.height, net.stem.width
    row, column = h - 1, 0
    assert net.feature is not None
    net.feature = Watching(net.feature, row, column)  # type: ignore[assignment]
    found = explain(net, "ranking", method, PICTURES[0], PICTURES[1], CPU)
    for relevance in (found.first, found.second):
        coarse = np.abs(enlarged(relevance, h, w))
        assert np.unravel_index(coarse.argmax(), coarse.shape)[0] >= h - 2
        if method == "gradient":
            assert coarse.sum() == pytest.approx(coarse[row, column])


def test_gradient_maps_of_a_linear_head_add_up_to_the_score() -> None:
    net = network("mtdnet")
    assert isinstance(net, MTDnet)

    class Linear(nn.Module):
        def forward(self, joint: torch.Tensor) -> torch.Tensor:
            total = joint.flatten(1).sum(1)
            return torch.stack([torch.zeros_like(total), total], dim=1)

    net.pair.head = Linear()  # type: ignore[method-assign]
    found = by_gradient(net, "pairs", PICTURES[0], PICTURES[1], CPU)
    np.testing.assert_allclose(found.first.sum(), found.score, rtol=1e-4)
    np.testing.assert_array_equal(found.first, found.second)


def test_occlusion_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    similarity = similarity_by_network(network("mtdnet-rnk"), "ranking", CPU)
    found = by_occlusion(similarity, PICTURES[0], PICTURES[1], lambda done, total, _: told.append((done, total)))
    assert found.first.shape == found.second.shape == (64, 32)
    assert told[0][0] == 0
    assert {total for _, total in told} == {told[0][1]}
    assert told == sorted(told)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> tuple[MTDnet, np.ndarray, np.ndarray]:
    """The shipped mtdnet, and 40 test pairs of the people it knows, half of them of one person."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("REIDVIZ_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        net, card = load_checkpoint(settings.CHECKPOINTS / "mtdnet.safetensors")
        assert isinstance(net, MTDnet)
        dataset = load(card.data)
        parts = split(dataset, card.protocol)
        chosen = sample_pairs(parts, ground_truth(dataset, parts), 20)
        pixels = Pixels(dataset, card.architecture.height, card.architecture.width)
        return net, pixels[chosen.first], pixels[chosen.second]


@pytest.mark.parametrize("branch", ["ranking", "pairs"])
@pytest.mark.parametrize("method", ["gradient", "occlusion"])
def test_hiding_what_is_called_important_changes_the_score_more_than_hiding_elsewhere(
    pairs: tuple[MTDnet, np.ndarray, np.ndarray], branch: Branch, method: Method
) -> None:
    net, firsts, seconds = pairs
    rng = np.random.default_rng(0)
    changes = []
    every = 1 if method == "gradient" else 3
    for one, other in zip(firsts[::every], seconds[::every], strict=True):
        found = explain(net, branch, method, one, other, CPU)
        changes.append(deletion(similarity_by_network(net, branch, CPU), one, other, found, 0.2, rng))
    important, elsewhere = np.mean(changes, axis=0)
    assert important > 1.1 * elsewhere
    assert np.mean([a > b for a, b in changes]) > 0.5


def test_hidden_takes_the_mean_colour() -> None:
    image = PICTURES[0]
    mask = np.zeros((64, 32), dtype=bool)
    mask[:5] = True
    shown = hidden(image, mask)
    assert (shown[:5] == image.reshape(-1, 3).mean(0).round()).all()
    np.testing.assert_array_equal(shown[5:], image[5:])
