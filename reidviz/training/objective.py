"""What a batch costs: the losses of both tasks by their names, on a batch whose low-level maps are computed once."""

from abc import ABC, abstractmethod

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from reidviz.models.losses import distinct_pairs, pair_loss, triplet_loss
from reidviz.models.mtdnet import MTDnet, Network
from reidviz.models.rows import rows
from reidviz.training.batches import TrainingBatch
from reidviz.training.distributed import Team
from reidviz.training.negative_mining import negatives
from reidviz.training.recipe import Recipe

Losses = dict[str, Tensor]
"""Single numbers by the names of trainer.Step's fields; what belongs to an absent task is not there."""


class Objective(nn.Module, ABC):
    """The losses of a batch, and their sum as the recipe weighs them. A kind of training says in losses() what they
    are."""

    def __init__(self, network: Network, recipe: Recipe) -> None:
        super().__init__()
        self.network = network
        self.recipe = recipe
        self.weights = {
            "triplet_loss": recipe.ranking_weight,
            "pair_loss": recipe.pair_weight,
            "joint_loss": recipe.joint_weight,
            "source_pair_loss": recipe.pair_weight,
        }

    def forward(self, x: Tensor, batch: TrainingBatch, step: int) -> Losses:
        """Every loss of this step, and "loss", what is minimised.

        x are the images of this process's share of the batch. Averaged over the team, the result is that of the whole
        batch.
        """
        bf16 = self.recipe.precision == "bf16"
        with torch.autocast(x.device.type, torch.bfloat16, enabled=bf16):
            found = self.losses(x, batch, step)
        loss = x.new_zeros((), dtype=torch.float32)
        for name, weight in self.weights.items():
            if name in found:
                loss = loss + weight * found[name]
        return {"loss": loss, **found}

    @abstractmethod
    def losses(self, x: Tensor, batch: TrainingBatch, step: int) -> Losses:
        """The losses of this step, and the share of pairs told right."""

    def tasks(self, step: int) -> tuple[bool, bool]:
        """Whether this step learns to rank, and to classify pairs."""
        ranking = not (isinstance(self.network, MTDnet) and self.network.feature is None)
        pairs = isinstance(self.network, MTDnet)
        if ranking and pairs and self.recipe.tasks == "alternating":
            return step % 2 == 0, step % 2 == 1
        return ranking, pairs


class MultiTaskObjective(Objective):
    """Both losses of a batch, each low-level map computed once however many triplets use it."""

    def __init__(self, network: Network, recipe: Recipe, team: Team) -> None:
        super().__init__(network, recipe)
        self.team = team

    def losses(self, x: Tensor, batch: TrainingBatch, step: int) -> Losses:
        """As Objective.losses()."""
        network, count, found = self.network, len(batch.images), Losses()
        ranking, pairs = self.tasks(step)
        part = network.maps(x)
        feats = self._feats(part, ranking, count)
        maps = self.team.all_gather(part, count) if pairs or feats is not None else part
        triplets = batch.triplets
        if triplets is None:
            mined = F.normalize(maps.detach().flatten(1).float()) if feats is None else feats.detach()
            triplets = negatives(mined, batch.positives, batch.eligible, self.recipe, step)
        if batch.marked is not None:
            triplets = torch.cat([triplets, batch.marked])
        if ranking and feats is not None:
            mine = triplets[self.team.shard(len(triplets))]
            anchor, positive, negative = (rows(feats, i) for i in mine.unbind(1))
            weight = self.team.size * len(mine) / len(triplets)
            found["triplet_loss"] = weight * triplet_loss(anchor, positive, negative, self.recipe.margin)
        if pairs and isinstance(network, MTDnet):
            every = distinct_pairs(triplets)
            share = self.team.shard(len(every[0]))
            first, second, same, times = (column[share] for column in every)
            part_weight = self.team.size * times.sum() / every[3].sum()
            logits = network.pair_logits(maps, first, second).float()
            found["pair_loss"] = part_weight * pair_loss(logits, same, times)
            found["pair_accuracy"] = part_weight * ((logits.argmax(1) == same) * times).sum() / times.sum()
        return found

    def _feats(self, part: Tensor, ranking: bool, count: int) -> Tensor | None:
        """The ranking features of the whole batch, None without a ranking branch; without gradient where not ranked."""
        if isinstance(self.network, MTDnet) and self.network.feature is None:
            return None
        with torch.set_grad_enabled(ranking and torch.is_grad_enabled()):
            return self.team.all_gather(self.network.embed(part).float(), count)
