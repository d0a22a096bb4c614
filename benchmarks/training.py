"""How fast a training step is beside the release's three streams: seconds a step, images/s, the arithmetic floor.

Both forms repeat the triplets of the first batch of a training on images that are decoded already; both draw and
augment them, go forward and back, and update. The plain one passes the three images of each triplet through conv1-2
and both pairs of each triplet through conv3-8, as the release does; ours each distinct image and pair once. The third
form is ours in any order: what it costs that the same training gives the same weights bit for bit.
"""

import copy
import operator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode, conv_flop_count

from benchmarks.measure import by_turns, machine, matmul_rate, seconds
from reidviz.cli.progress import ConsoleProgress
from reidviz.common import settings
from reidviz.data.formats import load
from reidviz.data.images.pixel_cache import Pixels
from reidviz.data.splits.protocols import split, validation
from reidviz.models import mtdnet
from reidviz.models.losses import distinct_pairs, pair_loss, triplet_loss
from reidviz.models.mtdnet import MTDnet, initialise
from reidviz.models.variants import build
from reidviz.training import objective
from reidviz.training.batches import TrainingBatch
from reidviz.training.devices import placed
from reidviz.training.negative_mining import negatives
from reidviz.training.objective import Losses, Objective
from reidviz.training.recipe import Recipe
from reidviz.training.recipes import recipe_named
from reidviz.training.sampler import positives
from reidviz.training.trainer import Step, Trainer

DATA, PROTOCOL, SEED = "synthetic:cuhk03", "test100:0", 0
STEPS = {"compact": 15, "paper": 3}
GPU_STEPS = 50
CHECKED = 8
HEADER = """\
| recipe | form | triplets | images through conv1-2 | pairs through conv3-8 | GFLOP a step | s a step | images/s \
| share of the floor | times as fast |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"""


class Streams(Objective):
    """The release's step: three stacks of images, all anchors, all positives, all negatives, and both pairs of each
    triplet."""

    def losses(self, x: Tensor, batch: TrainingBatch, step: int) -> Losses:
        """As Objective.losses()."""
        network = self.network
        assert isinstance(network, MTDnet)
        maps = network.maps(x)
        a, p, n = network.embed(maps).float().chunk(3)
        anchor, positive, negative = maps.chunk(3)
        alike, different = torch.cat([anchor, positive], dim=1), torch.cat([anchor, negative], dim=1)
        logits = network.pair(torch.cat([alike, different])).float()
        same = (torch.arange(len(logits), device=x.device) < len(anchor)).long()
        return {
            "triplet_loss": triplet_loss(a, p, n, self.recipe.margin),
            "pair_loss": pair_loss(logits, same),
            "pair_accuracy": (logits.argmax(1) == same).float().mean(),
        }


class Repeated(Trainer):
    """A copy of a training that sees the same batch in every step.

    batch  by default the first one of the training, with the triplets its untrained network chooses
    ready  the batch's images, where they are not to be augmented anew in every step
    """

    def __init__(self, like: Trainer, batch: TrainingBatch | None = None) -> None:
        super().__init__(copy.deepcopy(like.network), like.recipe, like.pixels, like.data, like.seed, like.device)
        self.ready: Tensor | None = None
        self.batch = batch or super()._batch(np.random.default_rng([self.seed, 0]))
        if self.batch.triplets is None:
            with torch.no_grad():
                feats = self.network.embed(self.network.maps(self.images())).float()
            chosen = negatives(feats, self.batch.positives, self.batch.eligible, self.recipe, step=0)
            self.batch = replace(self.batch, triplets=chosen)

    @property
    def triplets(self) -> Tensor:
        """The triplets of the batch (N, 3)."""
        assert self.batch.triplets is not None
        return self.batch.triplets

    def images(self) -> Tensor:
        """The batch's images, newly augmented."""
        return super()._images(self.batch)

    def _batch(self, rng: np.random.Generator) -> TrainingBatch:
        return self.batch

    def _images(self, batch: TrainingBatch) -> Tensor:
        return self.images() if self.ready is None else self.ready


class AnyOrder(Repeated):
    """As torch does it by default: rows taken by indexing, whose gradient is added in no fixed order."""

    def step(self) -> Step:
        """One batch."""
        with (
            patch.object(mtdnet, "rows", operator.getitem),
            patch.object(objective, "rows", operator.getitem),
            patch.object(torch, "use_deterministic_algorithms", lambda *_, **__: None),
        ):
            return super().step()


def plain(ours: Repeated) -> Repeated:
    """The same training, from the same weights and on the same triplets, in three streams that share nothing."""
    images = ours.batch.images[stacked(ours.triplets).cpu().numpy()]
    places = torch.arange(len(images), device=ours.device)
    made = Repeated(ours, replace(ours.batch, images=images, triplets=places.view(3, -1).T))
    assert isinstance(made.network, MTDnet)
    made.objective = Streams(made.network, made.recipe)
    return made


def stacked(triplets: Tensor) -> Tensor:
    """All anchors, all positives, all negatives, one after another (3N,)."""
    return triplets.T.flatten()


def differences(ours: Repeated) -> tuple[float, float]:
    """How far the two forms differ on the same augmented images: largest difference of a loss and of the gradient.

    The gradient's as a share of its largest entry. Taken in double precision from the first triplets, nothing dropped
    out and batch norm with its running statistics.
    """
    used, places = torch.unique(ours.triplets[:CHECKED], return_inverse=True)
    few = Repeated(ours, replace(ours.batch, images=ours.batch.images[used.cpu().numpy()], triplets=places))
    x = few.images().double()
    shared, apart = examined(few, x), examined(plain(few), x[stacked(places)])
    loss, gradient = ((a - b).abs().max() for a, b in zip(shared, apart, strict=True))
    return float(loss), float(gradient / shared[1].abs().max())


def examined(trainer: Repeated, x: Tensor) -> tuple[Tensor, Tensor]:
    """The three losses and the gradient of a training that is not needed any more."""
    trainer.network.double().eval()
    losses = trainer.objective(x, trainer.batch, 0)
    losses["loss"].backward()
    gradient = torch.cat([p.grad.flatten() for p in trainer.network.parameters() if p.grad is not None])
    return torch.stack([losses[n].detach() for n in ("loss", "triplet_loss", "pair_loss")]), gradient


def operations(trainer: Trainer) -> int:
    """Floating-point operations of its next step, those of convolutions and matrix products."""
    corrected = {torch.ops.aten.convolution_backward: _conv_backward}
    with FlopCounterMode(display=False, custom_mapping=corrected) as counter:
        trainer.step()
    return int(counter.get_total_flops())


def _conv_backward(gradient: Any, x: Any, weight: Any, *others: Any, out_shape: Any) -> int:
    """As many as forward for each gradient that is wanted; torch's own formula takes groups for none."""
    wanted: list[bool] = others[-1]
    return sum(wanted[:2]) * int(conv_flop_count(x, weight, gradient))


def begun(recipe: Recipe, device: torch.device) -> Trainer:
    """A training of mtdnet on the built-in data, from fresh weights."""
    dataset = load(DATA)
    parts = split(dataset, PROTOCOL)
    chosen = (validation(dataset, parts, recipe.held_out, SEED) or parts).train
    pixels = Pixels(dataset, recipe.architecture.height, recipe.architecture.width)
    progress = ConsoleProgress()
    pixels.fill(chosen, progress)
    progress.end()
    torch.manual_seed(SEED)
    network = build("mtdnet", recipe.architecture)
    initialise(network)
    data = positives(dataset.identities[chosen], dataset.cameras[chosen])
    return Trainer(network, recipe, placed(torch.from_numpy(pixels[chosen]), device), data, SEED, device)


def compared(recipe: Recipe, steps: int, device: torch.device, rate: float) -> tuple[list[str], str]:
    """The rows of a recipe, and in words how far plain and ours differ in what they compute and what order costs."""
    ours = Repeated(begun(recipe, device))
    loss, gradient = differences(ours)
    forms = {"plain": plain(ours), "ours, any order": AnyOrder(ours, ours.batch), "ours": ours}
    flops = {name: operations(trainer) for name, trainer in forms.items()}
    median = by_turns({name: trainer.step for name, trainer in forms.items()}, steps, device)
    count = len(ours.triplets)
    pairs = dict.fromkeys(forms, len(distinct_pairs(ours.triplets)[0])) | {"plain": 2 * count}
    rows = [
        f"| {recipe.name} | {name} | {count} | {len(trainer.batch.images)} | {pairs[name]} | {flops[name] / 1e9:,.0f} "
        f"| {median[name]:.3f} | {3 * count / median[name]:.1f} | {flops[name] / rate / median[name]:.0%} "
        f"| {median['plain'] / median[name]:.2f} |"
        for name, trainer in forms.items()
    ]
    return rows, (
        f"{recipe.name}: medians of {steps} steps of each form, by turns; on the same images the losses of plain and "
        f"ours differ by {loss:.1e} at most, their gradients by {gradient:.1e} of the largest entry. The same weights "
        f"each time cost {median['ours'] / median['ours, any order'] - 1:+.1%} of a step."
    )


def main() -> None:
    """Print the table for this machine, and what only a GPU can tell where there is one."""
    device = settings.device()
    rate = matmul_rate(device, torch.float32)
    print(machine(device, rate) + "\n", flush=True)
    found = [compared(recipe_named(name, "mtdnet"), steps, device, rate) for name, steps in STEPS.items()]
    print("\n".join([HEADER, *(row for rows, _ in found for row in rows), "", *(said for _, said in found)]))
    print(on_gpu(device) if device.type == "cuda" else "The paper recipe in bf16 is measured on a GPU only: none here.")


def on_gpu(device: torch.device) -> str:
    """The paper recipe as it is trained on a GPU: bf16, a new batch in every step."""
    trainer = begun(replace(recipe_named("paper", "mtdnet"), precision="bf16"), device)
    prepared = Repeated(trainer)
    flops = operations(prepared)
    prepared.ready = prepared.images()
    whole, computing = pace(trainer), pace(prepared)
    floor = flops / matmul_rate(device, torch.bfloat16)
    return (
        f"paper, {trainer.recipe.size} triplets, bf16: {1 / whole:.1f} steps/s; "
        f"{1 - computing / whole:.1%} of a step waits for data; "
        f"{whole / floor:.1f} times the arithmetic floor of {1000 * floor:.1f} ms."
    )


def pace(trainer: Trainer) -> float:
    """Seconds a step, after some that do not count."""

    def work(steps: int) -> None:
        for _ in range(steps):
            trainer.step()

    work(5)
    return seconds(lambda: work(GPU_STEPS), trainer.device) / GPU_STEPS


if __name__ == "__main__":
    main()
