"""The cross-domain step: a large source helps a small target by making pairs of the same kind look alike.

Two copies start from the network trained on the source. The target copy learns both tasks on the target; the source
copy looks at source pairs, as a teacher (frozen) or learning to classify them too. Every source pair is compared with
one positive and one negative target pair: the contrastive loss draws the joint features of pairs of the same kind
together and pushes the others apart (Chen et al., AAAI 2017).
"""

import torch
from torch import Tensor

from reidviz.models.losses import distinct_pairs, joint_feature, joint_loss, pair_loss, triplet_loss
from reidviz.models.mtdnet import MTDnet
from reidviz.models.rows import rows
from reidviz.training.batches import TrainingBatch
from reidviz.training.negative_mining import negatives
from reidviz.training.objective import Losses, Objective
from reidviz.training.recipe import Recipe


class CrossObjective(Objective):
    """All losses of a batch of target and source. The images are those of the target, then those of the source."""

    def __init__(self, network: MTDnet, source: MTDnet, recipe: Recipe) -> None:
        super().__init__(network, recipe)
        self.target = network
        self.source = source
        self.teaches = recipe.source_copy == "frozen"

    def losses(self, x: Tensor, batch: TrainingBatch, step: int) -> Losses:
        """As Objective.losses(); in a step that learns pairs also the loss on joint features, and the pair loss of the
        source copy where that is trained."""
        assert batch.source is not None
        count, found = len(batch.images), Losses()
        ranking, pairs = self.tasks(step)
        maps = self.target.maps(x[:count])
        feats, triplets = _triplets(self.target, maps, batch, self.recipe, step)
        if ranking:
            anchor, positive, negative = (rows(feats, i) for i in triplets.unbind(1))
            found["triplet_loss"] = triplet_loss(anchor, positive, negative, self.recipe.margin)
        if pairs:
            target, logits, same, times = self._pairs(self.target, maps, triplets)
            found["pair_loss"] = pair_loss(logits, same, times)
            found["pair_accuracy"] = ((logits.argmax(1) == same) * times).sum() / times.sum()
            with torch.set_grad_enabled(torch.is_grad_enabled() and not self.teaches):
                maps = self.source.maps(x[count:])
                _, triplets = _triplets(self.source, maps, batch.source, self.recipe, step)
                source, logits, source_same, times = self._pairs(self.source, maps, triplets)
            found["joint_loss"] = joint_loss(*match_pairs(target, same.bool(), source, source_same.bool()))
            if not self.teaches:
                found["source_pair_loss"] = pair_loss(logits, source_same, times)
        return found

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
