"""The training of one network, step by step: draw a batch, share low-level maps, both losses, update."""

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from reidviz.data.dataset import IntArray
from reidviz.data.triplets import Positives, identity_batch, release_batch
from reidviz.errors import ReidvizError
from reidviz.models.losses import pair_loss, pairs_of, triplet_loss
from reidviz.models.mtdnet import MTDnet, Network
from reidviz.training.augment import augmented
from reidviz.training.recipe import Recipe


@dataclass(frozen=True)
class Step:
    """What one step showed: its number, its losses and the share of pairs told right; None where a task is absent."""

    step: int
    loss: float
    triplet_loss: float | None
    pair_loss: float | None
    pair_accuracy: float | None


class Trainer:
    """A network in training. The same seed and data give the same weights on the same machine.

    What a step draws at random depends on the seed and its number alone, not on the steps before it.

    pixels  uint8 (N, H, W, 3), the training set on the device the network trains on
    """

    def __init__(self, network: Network, recipe: Recipe, pixels: Tensor, data: Positives, seed: int) -> None:
        self.network: Network = network.to(pixels.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.recipe = recipe
        self.pixels = pixels
        self.data = data
        self.seed = seed
        self.optimiser = optimiser(network, recipe)
        self.done = 0

    def step(self) -> Step:
        """One batch. Raises ReidvizError when the loss is no longer a number."""
        self.network.train()
        rng = np.random.default_rng([self.seed, self.done])
        torch.manual_seed(int(rng.integers(2**63)))
        for group in self.optimiser.param_groups:
            group["lr"] = group["scale"] * rate(self.recipe, self.done)
        loss, report = self._losses(rng)
        if not math.isfinite(report.loss):
            raise ReidvizError(
                f"The loss is not a number at step {report.step}.", "Start again with a lower learning rate."
            )
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        self.done += 1
        return report

    def _losses(self, rng: np.random.Generator) -> tuple[Tensor, Step]:
        recipe, device = self.recipe, self.pixels.device
        if recipe.batch == "triplets":
            images, chosen = release_batch(self.data, recipe.size, rng)
            maps = self._maps(images)
            triplets = torch.from_numpy(chosen).to(device)
            feats = self._feats(maps)
        else:
            batch = identity_batch(self.data, recipe.size, rng)
            maps = self._maps(batch.images)
            feats = self._feats(maps)
            mined = F.normalize(maps.flatten(1)) if feats is None else feats
            triplets = self._choose(
                mined.detach(),
                torch.from_numpy(batch.positives).to(device),
                torch.from_numpy(batch.eligible).to(device),
            )
        ranking = pairs = accuracy = None
        total = maps.new_zeros(())
        if feats is not None:
            anchor, positive, negative = (feats[i] for i in triplets.unbind(1))
            ranking = triplet_loss(anchor, positive, negative, recipe.margin)
            total = total + recipe.ranking_weight * ranking
        if isinstance(self.network, MTDnet):
            first, second, same = pairs_of(triplets)
            logits = self.network.pair_logits(maps, first, second)
            pairs = pair_loss(logits, same)
            accuracy = (logits.argmax(1) == same).float().mean().item()
            total = total + recipe.pair_weight * pairs
        return total, Step(
            self.done + 1,
            total.item(),
            None if ranking is None else ranking.item(),
            None if pairs is None else pairs.item(),
            accuracy,
        )

    def _feats(self, maps: Tensor) -> Tensor | None:
        """The ranking features, or None where the network has no ranking branch."""
        if isinstance(self.network, MTDnet) and self.network.feature is None:
            return None
        return self.network.embed(maps)

    def _maps(self, images: IntArray) -> Tensor:
        chosen = torch.from_numpy(images).to(self.pixels.device)
        x = augmented(self.pixels, chosen, self.recipe)
        return self.network.maps(x.contiguous(memory_format=torch.channels_last))

    def _choose(self, feats: Tensor, positives: Tensor, eligible: Tensor) -> Tensor:
        """Triplets (T, 3): for each positive pair the nearest eligible negatives of the anchor, and drawn ones."""
        nearness = (feats @ feats.T)[positives[:, 0]].masked_fill(~eligible, -torch.inf)
        lottery = torch.rand(eligible.shape, device=eligible.device).masked_fill(~eligible, -1)
        fewest = int(eligible.sum(1).min())
        hard = nearness.topk(min(self.recipe.hard, fewest), dim=1).indices
        drawn = lottery.topk(min(self.recipe.random, fewest), dim=1).indices
        negatives = torch.cat([hard, drawn], dim=1)
        repeated = positives.repeat_interleave(negatives.shape[1], dim=0)
        return torch.cat([repeated, negatives.reshape(-1, 1)], dim=1)


def rate(recipe: Recipe, done: int) -> float:
    """The learning rate after `done` steps."""
    if recipe.schedule == "fixed":
        return recipe.rate
    warm = max(1, recipe.iterations // 10)
    if done < warm:
        return recipe.rate * (done + 1) / warm
    share = (done - warm) / max(1, recipe.iterations - warm)
    return recipe.rate * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))


def optimiser(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """SGD as in the release (biases at twice the rate, not decayed), or AdamW (vectors not decayed)."""
    weights = [p for p in network.parameters() if p.ndim > 1]
    vectors = [p for p in network.parameters() if p.ndim <= 1]
    sgd = recipe.optimiser == "sgd"
    groups = [
        {"params": weights, "scale": 1.0, "weight_decay": recipe.decay},
        {"params": vectors, "scale": 2.0 if sgd else 1.0, "weight_decay": 0.0},
    ]
    if sgd:
        return torch.optim.SGD(groups, lr=recipe.rate, momentum=0.9)
    return torch.optim.AdamW(groups, lr=recipe.rate)
