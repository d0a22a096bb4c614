"""The cross-domain step: a large source helps a small target by making pairs of the same kind look alike.

Two copies start from the network trained on the source. The target copy learns both tasks on the target; the source
copy looks at source pairs, as a teacher (frozen) or learning to classify them too. Every source pair is compared with
one positive and one negative target pair: the contrastive loss draws the joint features of pairs of the same kind
together and pushes the others apart (Chen et al., AAAI 2017).
"""

import math

import torch
from torch import Tensor, nn

from reidviz.models.losses import distinct_pairs, joint_feature, joint_loss, pair_loss, triplet_loss
from reidviz.models.mtdnet import MTDnet
from reidviz.models.rows import rows
from reidviz.training.batches import TrainingBatch
from reidviz.training.negative_mining import negatives
from reidviz.training.recipe import Recipe


class CrossObjective(nn.Module):
    """All losses of a batch of target and source, in the place of loop.Objective."""

    def __init__(self, network: MTDnet, source: MTDnet, recipe: Recipe) -> None:
        super().__init__()
        self.network = network
        self.source = source
        self.recipe = recipe
        self.teaches = recipe.source_copy == "frozen"

    def forward(self, x: Tensor, batch: TrainingBatch, step: int) -> Tensor:
        """Loss, triplet loss, pair loss, pair accuracy, joint loss and the source's pair loss (6,), NaN where absent.

        x are the pictures of the target, then those of the source.
        """
        assert batch.source is not None
        recipe, count = self.recipe, len(batch.images)
        ranks, pairs = True, True
        if recipe.tasks == "alternating":
            ranks, pairs = step % 2 == 0, step % 2 == 1
        absent = x.new_full((), math.nan, dtype=torch.float32)
        values = [x.new_zeros((), dtype=torch.float32), *[absent] * 5]
        with torch.autocast(x.device.type, torch.bfloat16, enabled=recipe.precision == "bf16"):
            maps = self.network.maps(x[:count])
            feats, triplets = _triplets(self.network, maps, batch, recipe, step)
            if ranks:
                anchor, positive, negative = (rows(feats, i) for i in triplets.unbind(1))
                values[1] = triplet_loss(anchor, positive, negative, recipe.margin)
                values[0] = values[0] + recipe.ranking_weight * values[1]
            if pairs:
                target, logits, same, times = self._pairs(self.network, maps, triplets)
                values[2] = pair_loss(logits, same, times)
                values[3] = ((logits.argmax(1) == same) * times).sum() / times.sum()
                with torch.set_grad_enabled(torch.is_grad_enabled() and not self.teaches):
                    maps = self.source.maps(x[count:])
                    _, triplets = _triplets(self.source, maps, batch.source, recipe, step)
                    source, logits, source_same, times = self._pairs(self.source, maps, triplets)
                values[4] = joint_loss(*match_pairs(target, same.bool(), source, source_same.bool()))
                values[0] = values[0] + recipe.pair_weight * values[2] + recipe.joint_weight * values[4]
                if not self.teaches:
                    values[5] = pair_loss(logits, source_same, times)
                    values[0] = values[0] + recipe.pair_weight * values[5]
        return torch.stack(values)

    def _pairs(self, network: MTDnet, maps: Tensor, triplets: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The distinct pairs of the triplets: joint features (P, D), logits (P, 2), same, how often each occurs."""
        first, second, same, times = distinct_pairs(triplets)
        joint = network.pair_joint(maps, first, second)
        hidden = network.pair.hidden(network.pair.pool(joint).flatten(1))
        feature = joint_feature(joint, hidden, self.recipe.joint)
        return feature, network.pair.decide(hidden).float(), same, times


def match_pairs(
    target: Tensor, target_same: Tensor, source: Tensor, source_same: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Every source pair beside a positive and a negative target pair, drawn at random: target and source features
    (M, D) and whether they are alike (M,)."""
    places = []
    for kind in (target_same, ~target_same):
        of_kind = torch.nonzero(kind).flatten()
        if len(of_kind):
            places.append(of_kind[torch.randint(len(of_kind), (len(source),), device=source.device)])
    chosen = torch.cat(places)
    repeats = len(places)
    return rows(target, chosen), source.repeat(repeats, 1), target_same[chosen] == source_same.repeat(repeats)


def _triplets(network: MTDnet, maps: Tensor, batch: TrainingBatch, recipe: Recipe, step: int) -> tuple[Tensor, Tensor]:
    """Ranking features of a batch, and its triplets, mined by them where they are not given."""
    feats = network.embed(maps).float()
    if batch.triplets is not None:
        return feats, batch.triplets
    return feats, negatives(feats.detach(), batch.positives, batch.eligible, recipe, step)
