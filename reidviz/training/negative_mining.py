"""Which negatives a positive pair is set against: the nearest, the semi-hard, or drawn ones."""

import torch
from torch import Tensor

from reidviz.training.recipe import Recipe


def negatives(feats: Tensor, positives: Tensor, eligible: Tensor, recipe: Recipe, step: int) -> Tensor:
    """Triplets (T, 3): each positive pair with the negatives the recipe asks for in this step.

    feats (U, D) unit vectors; positives (N, 2) positions in them; eligible (N, U): who may be the negative of a pair.
    """
    counts = [recipe.hardest, recipe.semi_hard, recipe.random]
    if recipe.turns:
        wanted = [kind for kind, count in enumerate(counts) if count]
        now = wanted[step % len(wanted)]
        counts = [count if kind == now else 0 for kind, count in enumerate(counts)]
    fewest = int(eligible.sum(1).min())
    hardest, semi_hard, drawn = (min(count, fewest) for count in counts)
    nearness = (feats @ feats.T)[positives[:, 0]]
    farther = nearness < (feats[positives[:, 0]] * feats[positives[:, 1]]).sum(1, keepdim=True)
    chosen = [
        _best(nearness, eligible, hardest),
        _best(torch.where(farther, nearness, -2 - nearness), eligible, semi_hard),
        _best(torch.rand(eligible.shape, device=eligible.device), eligible, drawn) if drawn else positives[:, :0],
    ]
    found = torch.cat(chosen, dim=1)
    repeated = positives.repeat_interleave(found.shape[1], dim=0)
    return torch.cat([repeated, found.reshape(-1, 1)], dim=1)


def _best(value: Tensor, eligible: Tensor, count: int) -> Tensor:
    """Positions (N, count) of the largest values (N, U) among the eligible."""
    return value.masked_fill(~eligible, -torch.inf).topk(count, dim=1).indices
