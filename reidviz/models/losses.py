"""The two losses of MTDnet, to the formulas of the release."""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Reduction = Literal["release", "notes"]


def triplet_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, reduction: Reduction = "release"
) -> Tensor:
    """Ranking: sum of max(0, margin + |a-p|^2 - |a-n|^2) over N triplets of unit vectors, each (N, D).

    The release divides the sum by 2N; the notes this project started from do not.
    """
    hinge = F.relu(margin + squared_distance(anchor, positive) - squared_distance(anchor, negative))
    return hinge.mean() / 2 if reduction == "release" else hinge.sum()


def pair_loss(logits: Tensor, same: Tensor) -> Tensor:
    """Classification: softmax cross-entropy, mean over pairs. logits (P, 2); same (P,): 1 same person, 0 different."""
    return F.cross_entropy(logits, same)


def pairs_of(triplets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The 2N pairs of N triplets (N, 3): (a, p) -> 1 then (a, n) -> 0. Returns first, second, same, each (2N,)."""
    a, p, n = triplets.unbind(1)
    same = torch.cat([torch.ones_like(a), torch.zeros_like(a)])
    return torch.cat([a, a]), torch.cat([p, n]), same


def squared_distance(x: Tensor, y: Tensor) -> Tensor:
    """Squared Euclidean distance along the last axis."""
    return (x - y).square().sum(-1)
