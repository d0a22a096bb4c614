from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from reidviz.models.architecture import compact, paper
from reidviz.models.mtdnet import DeepBranch, Feature, MTDnet, ResponseNorm, Stem, initialise, standardised, to_input
from reidviz.models.variants import VARIANTS, build
from tests.conftest import network


@pytest.fixture(scope="module")
def caffenet() -> MTDnet:
    return MTDnet(paper()).eval()


def test_paper_network_has_the_parameters_of_the_layer_table(caffenet: MTDnet) -> None:
    sizes = {name: tuple(p.shape) for name, p in caffenet.named_parameters()}
    assert sizes["stem.conv1.weight"] == (96, 3, 11, 11)
    assert sizes["stem.conv2.weight"] == (256, 48, 5, 5)
    assert sizes["feature.fc.weight"] == (512, 43264)
    assert sizes["pair.conv3.weight"] == (384, 512, 3, 3)
    assert sizes["pair.conv4.weight"] == (384, 192, 3, 3)
    assert sizes["pair.conv5.weight"] == (256, 192, 3, 3)
    assert sizes["pair.fc6.weight"] == (4096, 9216)
    assert sizes["pair.fc7.weight"] == (4096, 4096)
    assert sizes["pair.fc8.weight"] == (2, 4096)
    assert sum(p.numel() for p in caffenet.parameters()) == 79_912_834


def test_paper_network_has_the_maps_of_the_layer_table(caffenet: MTDnet) -> None:
    seen: dict[str, tuple[int, ...]] = {}

    def noting(name: str) -> Callable[[object, object, torch.Tensor], None]:
        return lambda module, given, output: seen.update({name: tuple(output.shape[1:])})

    hooks = [
        module.register_forward_hook(noting(name))
        for name, module in caffenet.named_modules()
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear)
    ]
    with torch.inference_mode():
        maps = caffenet.maps(torch.zeros(2, 3, 227, 227))
        feature = caffenet.embed(maps)
        logits = caffenet.pair(torch.cat([maps[:1], maps[1:]], dim=1))
    for hook in hooks:
        hook.remove()
    assert tuple(maps.shape) == (2, 256, 13, 13)
    assert seen["stem.conv1"] == (96, 55, 55)
    assert seen["stem.conv2"] == (256, 27, 27)
    assert [seen[f"pair.conv{i}"] for i in (3, 4, 5)] == [(384, 13, 13), (384, 13, 13), (256, 13, 13)]
    assert tuple(feature.shape) == (2, 512)
    assert tuple(logits.shape) == (1, 2)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_response_normalisation_is_that_of_torch(layout: torch.memory_format) -> None:
    maps = (100 * torch.randn(2, 7, 3, 4)).to(memory_format=layout)
    one, other = (maps.clone().requires_grad_() for _ in range(2))
    ours, torchs = ResponseNorm()(one), torch.nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75)(other)
    torch.testing.assert_close(ours, torchs)
    weight = torch.randn_like(torchs)
    (ours * weight).sum().backward()
    (torchs * weight).sum().backward()
    torch.testing.assert_close(one.grad, other.grad)
    assert ResponseNorm()(maps.bfloat16()).dtype == torch.float32


def test_the_torchvision_stem_gives_the_same_map_sides() -> None:
    stem = Stem(paper("torchvision"))
    assert (stem.channels, stem.height, stem.width) == (192, 13, 13)


@pytest.mark.parametrize("stem", ["caffenet", "torchvision"])
def test_compact_is_a_few_million_parameters_on_tall_images(stem: str) -> None:
    made = MTDnet(compact(stem))  # type: ignore[arg-type]
    assert 1e6 < sum(p.numel() for p in made.parameters()) < 4e6
    with torch.inference_mode():
        maps = made.eval().maps(torch.zeros(1, 3, 128, 64))
    assert tuple(maps.shape[2:]) == (made.stem.height, made.stem.width)


def test_a_feature_has_unit_length() -> None:
    made = network("mtdnet")
    feature = made.embed(made.maps(torch.randn(3, 3, 64, 32)))
    torch.testing.assert_close(feature.norm(dim=1), torch.ones(3))


@pytest.mark.parametrize("seed", range(3))
def test_shared_halves_equal_conv3_on_stacked_maps(seed: int) -> None:
    made = network("mtdnet", seed=seed)
    assert isinstance(made, MTDnet)
    with torch.inference_mode():
        maps = made.maps(torch.randn(4, 3, 64, 32))
        first, second = torch.tensor([0, 1, 2, 3, 0]), torch.tensor([1, 0, 3, 3, 2])
        plain = made.pair(torch.cat([maps[first], maps[second]], dim=1))
        torch.testing.assert_close(made.pair_logits(maps, first, second), plain, rtol=1e-4, atol=1e-5)


def test_the_order_of_a_pair_matters() -> None:
    made = network("mtdnet")
    assert isinstance(made, MTDnet)
    with torch.inference_mode():
        maps = made.maps(torch.randn(2, 3, 64, 32))
        one, other = made.pair_logits(maps, torch.tensor([0, 1]), torch.tensor([1, 0]))
    assert not torch.allclose(one, other)


def test_release_initialisation() -> None:
    made = MTDnet(paper())
    initialise(made)
    assert made.feature is not None
    assert made.stem.conv1.weight.std().item() == pytest.approx(0.01, rel=0.05)
    assert made.pair.fc6.weight.std().item() == pytest.approx(0.005, rel=0.05)
    assert made.pair.fc8.weight.std().item() == pytest.approx(0.01, rel=0.05)
    assert (made.feature.fc.bias == 0.1).all()
    assert (made.pair.conv3.bias == 0).all()


def test_compact_pair_branch_starts_by_comparing() -> None:
    """Before training, two equal images give conv3 nothing but its bias."""
    made = network("mtdnet")
    assert isinstance(made, MTDnet)
    maps = torch.rand(1, made.stem.channels, made.stem.height, made.stem.width)
    first, second = made.pair.as_first(maps), made.pair.as_second(maps)
    torch.testing.assert_close(first + second, torch.zeros_like(first), atol=1e-5, rtol=0)


def test_single_task_variants_hold_only_their_own_branch(small) -> None:  # type: ignore[no-untyped-def]
    kinds = {name: {type(m) for m in build(name, small).modules()} for name in VARIANTS}
    assert Feature not in kinds["mtdnet-cls"]
    assert DeepBranch in kinds["mtdnet-cls"]
    assert {Feature, DeepBranch} <= kinds["mtdnet"]
    assert Feature not in kinds["mtdnet-rnk"]
    rnk: Any = build("mtdnet-rnk", paper())
    assert tuple(rnk.deep.fc8.weight.shape) == (512, 4096)
    assert tuple(rnk.deep.conv3.weight.shape) == (384, 256, 3, 3)


def test_input_is_normalised_channels_first() -> None:
    grey = torch.full((1, 2, 3, 3), 255, dtype=torch.uint8)
    x = to_input(grey)
    assert tuple(x.shape) == (1, 3, 2, 3)
    torch.testing.assert_close(
        x[0, :, 0, 0], torch.tensor([(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225])
    )


def test_standardised_wholly_light_and_contrast_of_an_image_are_gone() -> None:
    """Any gain and offset of a colour is undone; a share of 0 changes nothing."""
    x = torch.randn(3, 3, 16, 8)
    changed = x * torch.tensor([0.5, 2.0, 1.5]).view(1, 3, 1, 1) + torch.tensor([1.0, -2.0, 0.3]).view(1, 3, 1, 1)
    torch.testing.assert_close(standardised(changed, 1.0), standardised(x, 1.0), atol=1e-5, rtol=1e-5)
    assert torch.equal(standardised(x, 0.0), x)
    assert standardised(torch.full((1, 3, 4, 4), 2.0), 1.0).abs().max() == 0


def test_one_norm_after_the_stem_leaves_conv1_and_conv2_as_they_are() -> None:
    each, after = (Stem(replace(compact(), stem_norm=where)) for where in ("each", "after"))
    names = {name for name, _ in after.named_parameters()}
    assert {"norm.weight", "norm.bias"} <= names
    assert not {"norm1.weight", "norm2.weight"} & names
    assert "norm.weight" not in dict(each.named_parameters())
    x = torch.randn(4, 3, 128, 64)
    after.train()
    with torch.no_grad():
        maps = after(x)
        plain = F.relu(after.conv2(after.pool(F.relu(after.conv1(x)))))
    torch.testing.assert_close(maps, F.batch_norm(after.pool(plain), None, None, training=True), atol=1e-4, rtol=1e-4)
