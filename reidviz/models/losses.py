"""The losses of MTDnet, to the formulas of the release."""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Reduction = Literal["release", "notes"]
JointPlace = Literal["conv5", "fc7"]


def triplet_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, reduction: Reduction = "release"
) -> Tensor:
    """Ranking: sum of max(0, margin + |a-p|^2 - |a-n|^2) over N triplets of unit vectors, each (N, D).

    The release divides the sum by 2N; the notes this project started from do not.
    """
    hinge = F.relu(margin + squared_distance(anchor, positive) - squared_distance(anchor, negative))
    return hinge.mean() / 2 if reduction == "release" else hinge.sum()


def pair_loss(logits: Tensor, same: Tensor, count: Tensor | None = None) -> Tensor:
    """Classification: softmax cross-entropy, mean over pairs. logits (P, 2); same (P,): 1 same person, 0 different.

    count (P,) tells how often each pair occurs, 1 if None.
    """
    if count is None:
        return F.cross_entropy(logits, same)
    return (F.cross_entropy(logits, same, reduction="none") * count).sum() / count.sum()


def joint_feature(joint: Tensor, hidden: Tensor, place: JointPlace) -> Tensor:
    """The joint feature (P, D) of pairs: their map after conv5 itself, or fc7 before its ReLU, of unit length."""
    return joint.flatten(1).float() if place == "conv5" else F.normalize(hidden.float())


def joint_loss(target: Tensor, source: Tensor, alike: Tensor) -> Tensor:
    """Cross-domain: 1/(2M) * sum of Y d^2 + (1 - Y) max(0, 1 - d)^2 over M comparisons of joint features.

    target, source (M, D) joint features of a target pair and of a source pair, d their Euclidean distance; alike (M,):
    Y = 1 when both pairs are of one person each, or both of two.
    """
    d = torch.linalg.vector_norm(target - source, dim=1)
    return torch.where(alike, d.square(), F.relu(1 - d).square()).mean() / 2


def pairs_of(triplets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The 2N pairs of N triplets (N, 3): (a, p) -> 1 then (a, n) -> 0. Returns first, second, same, each (2N,)."""
    a, p, n = triplets.unbind(1)
    same = torch.cat([torch.ones_like(a), torch.zeros_like(a)])
    return torch.cat([a, a]), torch.cat([p, n]), same


def distinct_pairs(triplets: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """pairs_of without repetition: first, second, same and how often each occurs, each (P,)."""
    rows, count = torch.unique(torch.stack(pairs_of(triplets), dim=1), dim=0, return_counts=True)
    first, second, same = rows.unbind(1)
    return first, second, same, count


def squared_distance(x: Tensor, y: Tensor) -> Tensor:
    """Squared Euclidean distance along the last axis."""
    return (x - y).square().sum(-1)
