from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from reidviz.common.errors import ReidvizError
from reidviz.models.mtdnet import MTDnet, initialise, to_input
from reidviz.models.variants import build
from reidviz.training.augmentation import changed_images, draw
from reidviz.training.recipe import Recipe
from reidviz.training.recipes import compact_recipe, paper_recipe
from reidviz.training.sampler import positives
from reidviz.training.trainer import Trainer, optimiser, rate
from tests.conftest import SMALL, network

RECIPE = replace(compact_recipe(), architecture=SMALL, size=6, iterations=40)


def trainer(variant: str = "mtdnet", recipe: Recipe = RECIPE, seed: int = 0) -> Trainer:
    """Eight persons told by colour, two cameras of different light."""
    rng = np.random.default_rng(0)
    ids = np.repeat([f"p{i}" for i in range(8)], 4)
    cams = np.tile(["A", "A", "B", "B"], 8)
    colours = rng.integers(30, 200, size=(8, 3)).repeat(4, 0) + np.where(cams == "B", 30, 0)[:, None]
    pixels = (colours[:, None, None, :] + rng.integers(0, 20, size=(32, 64, 32, 3))).astype(np.uint8)
    torch.manual_seed(seed)
    made = build(variant, recipe.architecture)
    initialise(made)
    return Trainer(made, recipe, torch.from_numpy(pixels), positives(ids, cams), seed)


@pytest.mark.parametrize("variant", ["mtdnet-rnk", "mtdnet-cls", "mtdnet"])
def test_every_variant_learns_its_own_tasks(variant: str) -> None:
    made = trainer(variant)
    steps = [made.step() for _ in range(40)]
    early, late = steps[:8], steps[-8:]
    for name, trained in (("triplet_loss", variant != "mtdnet-cls"), ("pair_loss", variant != "mtdnet-rnk")):
        values = [[getattr(s, name) for s in part] for part in (early, late)]
        if trained:
            assert np.mean(values[1]) < np.mean(values[0])
        else:
            assert values == [[None] * 8, [None] * 8]


def test_the_same_seed_gives_the_same_weights() -> None:
    runs = [trainer(seed=3), trainer(seed=3), trainer(seed=4)]
    for made in runs:
        for _ in range(3):
            made.step()
    one, again, other = (torch.cat([p.detach().flatten() for p in m.network.parameters()]) for m in runs)
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_sharing_low_level_maps_gives_the_gradients_of_separate_streams() -> None:
    """Three streams with shared weights, as the release has them, against one pass over the distinct images."""
    from reidviz.models.losses import pair_loss, pairs_of, triplet_loss

    x = torch.randn(5, 3, 64, 32)
    triplets = torch.tensor([[0, 1, 2], [0, 1, 3], [1, 0, 4], [3, 4, 0]])
    shared, separate = network("mtdnet"), network("mtdnet")
    assert isinstance(shared, MTDnet)
    assert isinstance(separate, MTDnet)

    maps = shared.maps(x)
    a, p, n = (shared.embed(maps)[i] for i in triplets.unbind(1))
    first, second, same = pairs_of(triplets)
    (triplet_loss(a, p, n) + pair_loss(shared.pair_logits(maps, first, second), same)).backward()

    streams = [separate.maps(x[i]) for i in triplets.unbind(1)]
    a, p, n = (separate.embed(m) for m in streams)
    stacked = torch.cat([torch.cat([streams[0], streams[1]], 1), torch.cat([streams[0], streams[2]], 1)])
    (triplet_loss(a, p, n) + pair_loss(separate.pair(stacked), same)).backward()

    for (name, one), other in zip(shared.named_parameters(), separate.parameters(), strict=True):
        assert one.grad is not None, name
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-3, atol=1e-5)


def test_a_loss_that_is_no_number_stops_the_training() -> None:
    made = trainer()
    with torch.no_grad():
        next(made.network.parameters()).fill_(float("nan"))
    with pytest.raises(ReidvizError, match="not a number at step 1"):
        made.step()


def test_paper_trains_on_random_triplets() -> None:
    made = trainer(recipe=replace(paper_recipe(), architecture=SMALL, size=8, iterations=2))
    report = made.step()
    assert report.triplet_loss is not None
    assert report.pair_loss is not None
    assert report.loss == pytest.approx(report.triplet_loss + report.pair_loss, rel=1e-5)


def test_biases_learn_twice_as_fast_and_are_not_decayed_in_the_release() -> None:
    weights, biases = optimiser(network("mtdnet"), paper_recipe()).param_groups
    assert (weights["scale"], weights["weight_decay"], weights["momentum"]) == (1.0, 5e-4, 0.9)
    assert (biases["scale"], biases["weight_decay"]) == (2.0, 0.0)
    assert all(p.ndim == 1 for p in biases["params"])


def test_the_cosine_rate_warms_up_and_ends_near_zero() -> None:
    recipe = replace(compact_recipe(), iterations=100)
    rates = [rate(recipe, done) for done in range(100)]
    assert rates[0] == pytest.approx(recipe.rate / 10)
    assert max(rates) == pytest.approx(recipe.rate)
    assert rates[-1] < recipe.rate / 100
    assert rate(paper_recipe(), 12_345) == 1e-3


def test_alternating_trains_one_task_a_step() -> None:
    made = trainer(recipe=replace(RECIPE, tasks="alternating"))
    steps = [made.step() for _ in range(4)]
    assert [s.pair_loss is None for s in steps] == [True, False, True, False]
    assert [s.triplet_loss is None for s in steps] == [False, True, False, True]
    alone = trainer("mtdnet-cls", replace(RECIPE, tasks="alternating"))
    assert all(alone.step().pair_loss is not None for _ in range(2))


@pytest.mark.parametrize("change", [{"precision": "bf16"}, {"channels_last": False}])
def test_other_ways_to_compute_give_nearly_the_same_losses(change: dict[str, Any]) -> None:
    plain, other = trainer(), trainer(recipe=replace(RECIPE, **change))
    assert other.step().loss == pytest.approx(plain.step().loss, rel=0.02)


def test_a_loss_far_above_the_first_ones_stops_the_training() -> None:
    made = trainer()
    for _ in range(20):
        made.step()
    made.first_losses = [1e-3] * 20
    with pytest.raises(ReidvizError, match=r"diverged: the loss is .* at step 21"):
        made.step()


def test_trying_a_batch_size_changes_nothing() -> None:
    made, other = trainer(), trainer()
    made.step()
    other.step()
    made.try_size(3)
    assert made.recipe.size == 6
    made.step()
    other.step()
    for one, two in zip(made.network.parameters(), other.network.parameters(), strict=True):
        assert torch.equal(one, two)


PLAIN = replace(RECIPE, mirror=False, shift=0.0, gain=0.0, erase=0.0)


def seen(recipe: Recipe, batch: int, pixels: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(0)
    changes = draw(batch, pixels.shape[1], pixels.shape[2], recipe, torch.device("cpu"))
    return changed_images(pixels, torch.zeros(batch, dtype=torch.long), changes)


def test_augmentation_mirrors_about_half_and_shifts_within_bounds() -> None:
    pixels = torch.arange(32, dtype=torch.uint8).view(1, 1, 32, 1).expand(1, 64, 32, 3)
    x = seen(replace(PLAIN, mirror=True), 200, pixels)
    mirrored = (x[:, 0, 0, 0] > x[:, 0, 0, -1]).sum().item()
    assert 70 < mirrored < 130
    moved = seen(replace(PLAIN, mirror=True, shift=0.1), 200, pixels)
    assert set(moved.unique().tolist()) <= set(x.unique().tolist())
    assert not torch.equal(moved, x)


def test_nothing_is_changed_where_nothing_is_asked_for() -> None:
    pixels = torch.randint(0, 256, (1, 64, 32, 3), dtype=torch.uint8)
    assert torch.equal(seen(PLAIN, 3, pixels), to_input(pixels).expand(3, -1, -1, -1))


def test_erasing_hides_a_rectangle_of_some_images() -> None:
    pixels = torch.full((1, 64, 32, 3), 255, dtype=torch.uint8)
    hidden = (seen(replace(PLAIN, erase=0.5), 200, pixels) == 0).all(1)
    share = hidden.float().mean((1, 2))
    assert 70 < (share > 0).sum().item() < 130
    assert share.max() <= 0.3
    for image in hidden[share > 0]:
        rows, columns = image.any(1).sum(), image.any(0).sum()
        assert image.sum() == rows * columns


def test_colours_change_by_factor_and_offset_of_each_channel() -> None:
    pixels = torch.randint(0, 256, (1, 64, 32, 3), dtype=torch.uint8)
    x, y = to_input(pixels)[0], seen(replace(PLAIN, gain=0.2), 1, pixels)[0]
    for before, after in zip(x, y, strict=True):
        slope = (after.max() - after.min()) / (before.max() - before.min())
        assert 0.8 <= slope <= 1.2
        offset = after - slope * before
        torch.testing.assert_close(offset, offset.mean().expand_as(offset), atol=1e-5, rtol=1e-4)
        assert offset.mean().abs() <= 0.2 + 1e-5


def test_a_share_of_the_changes_is_that_share_of_the_whole() -> None:
    recipe = replace(RECIPE, shift=0.1, gain=0.2, erase=0.5)
    pixels = torch.randint(0, 256, (5, 64, 32, 3), dtype=torch.uint8)
    images = torch.tensor([4, 2, 0, 1, 3])
    changes = draw(5, 64, 32, recipe, torch.device("cpu"))
    whole = changed_images(pixels, images, changes)
    part = changed_images(pixels, images[1:4], changes.of(slice(1, 4)))
    assert torch.equal(whole[1:4], part)


def test_compiling_needs_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(ReidvizError, match="needs a C\\+\\+ compiler"):
        trainer(recipe=replace(RECIPE, compile=True))
