"""The images of one training step, and their triplets or what these are mined from."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from reidviz.common.arrays import IntArray
from reidviz.training.recipe import Recipe
from reidviz.training.sampler import PositivePairs, pk_batch, triplet_batch


@dataclass(frozen=True, eq=False)
class TrainingBatch:
    """Distinct images (positions in the training set) and either their triplets or what they are mined from.

    triplets   (T, 3) positions in images, or None
    positives  (N, 2) anchor and positive, positions in images; eligible (N, U): who may be the negative
    source     of mtdnet-cross, the same of the source data
    marked     (M, 3) further triplets, of pairs that somebody marked
    """

    images: IntArray
    triplets: Tensor | None
    positives: Tensor
    eligible: Tensor
    source: "TrainingBatch | None" = None
    marked: Tensor | None = None

    @property
    def all_images(self) -> IntArray:
        """All images, those of the source last."""
        return self.images if self.source is None else np.concatenate([self.images, self.source.images])


def sample_batch(
    data: PositivePairs, recipe: Recipe, start: int, rng: np.random.Generator, device: torch.device
) -> TrainingBatch:
    """A batch as the recipe asks, of images that stand in the training set from `start` on."""
    if recipe.batch == "triplets":
        images, chosen = triplet_batch(data, recipe.size, recipe.random, rng)
        nothing = torch.empty((0, 0), dtype=torch.long, device=device)
        return TrainingBatch(images + start, torch.from_numpy(chosen).to(device), nothing, nothing)
    found = pk_batch(data, recipe.size, recipe.shots, rng)
    positives, eligible = (torch.from_numpy(a).to(device) for a in (found.positives, found.eligible))
    return TrainingBatch(found.images + start, None, positives, eligible)


def merge_batches(one: TrainingBatch, other: TrainingBatch) -> TrainingBatch:
    """Two batches as one; no triplet has images of both."""
    count = len(one.images)
    images = np.concatenate([one.images, other.images])
    if one.triplets is not None and other.triplets is not None:
        return replace(one, images=images, triplets=torch.cat([one.triplets, other.triplets + count]))
    eligible = torch.zeros(len(one.eligible) + len(other.eligible), len(images), dtype=torch.bool)
    eligible = eligible.to(one.eligible.device)
    eligible[: len(one.eligible), :count] = one.eligible
    eligible[len(one.eligible) :, count:] = other.eligible
    return TrainingBatch(images, None, torch.cat([one.positives, other.positives + count]), eligible)
