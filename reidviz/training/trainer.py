"""The training of one network, step by step: draw a batch, share low-level maps, both losses, update."""

import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from reidviz.common.errors import ReidvizError
from reidviz.models.mtdnet import MTDnet, Network
from reidviz.training.augmentation import changed_images, draw
from reidviz.training.batches import TrainingBatch, merge_batches, sample_batch
from reidviz.training.cross_domain import CrossObjective
from reidviz.training.deterministic import deterministic
from reidviz.training.distributed import Team, synchronised
from reidviz.training.marked_pairs import MarkedPairs, with_marked
from reidviz.training.objective import Losses, MultiTaskObjective
from reidviz.training.recipe import Recipe
from reidviz.training.sampler import PositivePairs

FIRST_LOSSES = 20
DIVERGED = 10.0


@dataclass(frozen=True)
class Step:
    """What one step showed: its number, its losses and the share of pairs told right; None where a task is absent.

    images  distinct images the step was computed from
    joint_loss, source_pair_loss  of mtdnet-cross: on joint features, and of the source copy where it is trained too
    """

    step: int
    images: int
    loss: float
    triplet_loss: float | None = None
    pair_loss: float | None = None
    pair_accuracy: float | None = None
    joint_loss: float | None = None
    source_pair_loss: float | None = None


@dataclass(frozen=True, eq=False)
class Pooled:
    """A further data set whose triplets are pooled with those of the first, in batches of equal shares.

    data  its positive pairs; its images stand in the trainer's pixels from `start` on
    """

    data: PositivePairs
    start: int


@dataclass(frozen=True, eq=False)
class Source(Pooled):
    """The source of mtdnet-cross, whose triplets stay apart; network: the copy that sees it."""

    network: MTDnet


class Trainer:
    """A network in training. The same seed and data give the same weights, bit for bit, on the same machine with the
    same number of threads.

    What a step draws at random depends on the seed and its number alone, not on the steps before it.

    pixels  uint8 (N, H, W, 3), the training set, on the device if it fits there
    """

    def __init__(
        self,
        network: Network,
        recipe: Recipe,
        pixels: Tensor,
        data: PositivePairs,
        seed: int,
        device: torch.device | None = None,
        team: Team | None = None,
        source: Source | None = None,
        pooled: Sequence[Pooled] = (),
        marked: MarkedPairs | None = None,
    ) -> None:
        self.device = device or pixels.device
        self.team = team or Team()
        layout = torch.channels_last if recipe.channels_last else torch.contiguous_format
        self.network: Network = network.to(self.device, memory_format=layout)  # type: ignore[call-overload]
        if self.team.size > 1:
            synchronised(network)
        self.recipe = recipe
        self.pixels = pixels
        self.data = data
        self.seed = seed
        self.source = source
        self.pooled = pooled
        self.marked = marked
        self.objective: nn.Module = self._objective()
        self.optimiser = optimiser(self.trained, recipe)
        if recipe.compile:
            _compile(network, self.device)
        if self.team.size > 1:
            self.objective = DistributedDataParallel(
                self.objective, forward_sync_buffers=False, find_unused_parameters=recipe.tasks == "alternating"
            )
        self.done = 0
        self.first_losses: list[float] = []

    @property
    def trained(self) -> nn.Module:
        """What is updated: the network, with the source copy beside it where that is trained too."""
        if self.source is None or self.recipe.source_copy == "frozen":
            return self.network
        return nn.ModuleList([self.network, self.source.network])

    def _objective(self) -> nn.Module:
        if self.source is None:
            return MultiTaskObjective(self.network, self.recipe, self.team)
        if self.team.size > 1:
            raise ReidvizError("mtdnet-cross is trained by one process.", "Start it without torchrun.")
        assert isinstance(self.network, MTDnet)
        layout = torch.channels_last if self.recipe.channels_last else torch.contiguous_format
        source: MTDnet = self.source.network.to(self.device, memory_format=layout)  # type: ignore[call-overload]
        source.eval().requires_grad_(self.recipe.source_copy == "trained")
        return CrossObjective(self.network, source, self.recipe)

    @deterministic()
    def step(self) -> Step:
        """One batch. Raises ReidvizError when the loss is no longer a number, or far above where it began."""
        self.trained.train()
        rng = np.random.default_rng([self.seed, self.done])
        torch.manual_seed(int(rng.integers(2**63)))
        for group in self.optimiser.param_groups:
            group["lr"] = group["scale"] * rate(self.recipe, self.done)
        batch = self._batch(rng)
        losses: Losses = self.objective(self._images(batch), batch, self.done)
        values = self.team.all_reduce(torch.stack([value.detach() for value in losses.values()])) / self.team.size
        report = Step(self.done + 1, len(batch.all_images), **dict(zip(losses, values.tolist(), strict=True)))
        self._refuse_divergence(report)
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(losses["loss"])
        self.optimiser.step()
        self.done += 1
        return report

    @deterministic()
    def try_size(self, size: int) -> None:
        """A step with another batch size that changes nothing: it only shows whether there is memory enough."""
        recipe = self.recipe
        self.recipe = replace(recipe, size=size)
        try:
            batch = self._batch(np.random.default_rng(0))
            self.objective(self._images(batch), batch, 0)["loss"].backward()
        finally:
            self.recipe = recipe
            self.optimiser.zero_grad(set_to_none=True)

    def sound(self) -> bool:
        """Whether every weight is a finite number."""
        return all(bool(v.isfinite().all()) for v in self.trained.state_dict().values() if v.is_floating_point())

    def _refuse_divergence(self, report: Step) -> None:
        hint = "Start again with a lower learning rate."
        if not math.isfinite(report.loss):
            raise ReidvizError(f"The loss is not a number at step {report.step}.", hint)
        if len(self.first_losses) < FIRST_LOSSES:
            self.first_losses.append(report.loss)
        elif report.loss > DIVERGED * float(np.mean(self.first_losses)):
            raise ReidvizError(
                f"The training diverged: the loss is {report.loss:.3g} at step {report.step}, more than "
                f"{DIVERGED:.0f} times what it was at first.",
                hint,
            )

    def _batch(self, rng: np.random.Generator) -> TrainingBatch:
        recipe = self.recipe
        if self.pooled:
            recipe = replace(recipe, size=max(2, recipe.size // (1 + len(self.pooled))))
        batch = sample_batch(self.data, recipe, 0, rng, self.device)
        for one in self.pooled:
            batch = merge_batches(batch, sample_batch(one.data, recipe, one.start, rng, self.device))
        if self.marked is not None:
            batch = with_marked(batch, self.marked, self.data, max(2, recipe.size // 2), rng)
        if self.source is None:
            return batch
        return replace(batch, source=sample_batch(self.source.data, recipe, self.source.start, rng, self.device))

    def _images(self, batch: TrainingBatch) -> Tensor:
        images = batch.all_images
        changes = draw(len(images), self.pixels.shape[1], self.pixels.shape[2], self.recipe, self.device)
        mine = self.team.shard(len(images))
        x = changed_images(self.pixels, torch.from_numpy(images[mine]), changes.of(mine))
        return x.contiguous(memory_format=torch.channels_last if self.recipe.channels_last else torch.contiguous_format)


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
    return torch.optim.AdamW(groups, lr=recipe.rate, fused=True)


def _compile(network: Network, device: torch.device) -> None:
    """conv1 and conv2 of every image, most of a step's work, as one compiled function."""
    if device.type == "cpu" and not any(map(shutil.which, ("c++", "g++", "clang++"))):
        raise ReidvizError("compile needs a C++ compiler, and there is none on this machine.", "Train without compile.")
    network.stem.compile()
