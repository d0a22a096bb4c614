import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch_metric_learning import distances, losses, reducers

from reidviz.models.losses import distinct_pairs, joint_loss, pair_loss, pairs_of, triplet_loss


def unit(*degrees: float) -> torch.Tensor:
    """Unit vectors in the plane at these angles."""
    radians = torch.tensor(degrees) * math.pi / 180
    return torch.stack([radians.cos(), radians.sin()], dim=1)


def test_triplet_loss_by_hand() -> None:
    """|a-p|^2 = 2 at a right angle, |a-n|^2 = 4 opposite; 1 + 2 - 4 < 0 and 1 + 4 - 2 = 3, 1 + 0 - 0 = 1."""
    anchor, positive, negative = unit(0, 0, 0), unit(90, 180, 0), unit(180, 90, 0)
    assert triplet_loss(anchor, positive, negative).item() == pytest.approx((0 + 3 + 1) / 6, abs=1e-6)
    assert triplet_loss(anchor, positive, negative, reduction="notes").item() == pytest.approx(4, abs=1e-5)
    assert triplet_loss(anchor, positive, negative, margin=0.0).item() == pytest.approx(2 / 6, abs=1e-6)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 12), margin=st.sampled_from([0.1, 0.3, 1.0]))
def test_triplet_loss_against_pytorch_metric_learning(seed: int, n: int, margin: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    a, p, k = (F.normalize(torch.randn(n, 8, generator=generator)) for _ in range(3))
    oracle = losses.TripletMarginLoss(
        margin=margin,
        distance=distances.LpDistance(normalize_embeddings=False, power=2),
        reducer=reducers.MeanReducer(),
    )
    indices = (torch.arange(n), torch.arange(n) + n, torch.arange(n) + 2 * n)
    expected = oracle(torch.cat([a, p, k]), torch.zeros(3 * n), indices_tuple=indices) / 2
    torch.testing.assert_close(triplet_loss(a, p, k, margin), expected, rtol=1e-4, atol=1e-6)


def test_distinct_pairs_with_their_counts_give_the_loss_of_all_pairs() -> None:
    triplets = torch.tensor([[0, 1, 2], [0, 1, 3], [0, 1, 3], [1, 0, 2]])
    table = torch.randn(4, 4, 2)
    first, second, same = pairs_of(triplets)
    few_first, few_second, few_same, count = distinct_pairs(triplets)
    assert len(count) == 5
    assert count.sum() == 8
    torch.testing.assert_close(
        pair_loss(table[few_first, few_second], few_same, count), pair_loss(table[first, second], same)
    )


def test_pair_loss_by_hand() -> None:
    """P(same) of 0.8 and 0.5 on a same and a different pair: -(ln 0.8 + ln 0.5) / 2."""
    logits = torch.tensor([[0.0, math.log(4.0)], [1.0, 1.0]])
    expected = -(math.log(0.8) + math.log(0.5)) / 2
    assert pair_loss(logits, torch.tensor([1, 0])).item() == pytest.approx(expected, abs=1e-6)


def test_pairs_come_from_the_very_same_triplets() -> None:
    first, second, same = pairs_of(torch.tensor([[0, 1, 2], [3, 4, 5]]))
    assert list(zip(first.tolist(), second.tolist(), same.tolist(), strict=True)) == [
        (0, 1, 1),
        (3, 4, 1),
        (0, 2, 0),
        (3, 5, 0),
    ]


def test_joint_loss_by_hand() -> None:
    """Alike at distance 3: 9. Unlike at 0.5: 0.25; at 3: 0. Alike at 0: 0. Together 9.25 / (2 x 4)."""
    target = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 3.0], [2.0, 2.0]])
    source = torch.tensor([[0.0, 3.0], [0.5, 0.0], [0.0, 0.0], [2.0, 2.0]])
    alike = torch.tensor([True, False, False, True])
    assert joint_loss(target, source, alike).item() == pytest.approx(9.25 / 8)


def test_the_joint_loss_draws_alike_pairs_together_and_pushes_the_others_apart() -> None:
    target = torch.tensor([[0.3, 0.0], [0.3, 0.0], [2.0, 0.0]], requires_grad=True)
    source = torch.zeros(3, 2)
    joint_loss(target, source, torch.tensor([True, False, False])).backward()
    moved = (target - target.grad).norm(dim=1)  # type: ignore[operator]
    before = target.norm(dim=1)
    assert moved[0] < before[0]
    assert moved[1] > before[1]
    assert moved[2] == before[2]


def test_equal_joint_features_have_a_gradient() -> None:
    same = torch.ones(2, 3, requires_grad=True)
    joint_loss(same, torch.ones(2, 3), torch.tensor([True, False])).backward()
    assert same.grad is not None
    assert same.grad.isfinite().all()
