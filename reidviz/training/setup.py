"""What a training starts with: the network, its images, and the source that helps."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.images.pixel_cache import Pixels
from reidviz.data.splits.protocols import default_protocol, split
from reidviz.models.checkpoint import initialise_from, load_checkpoint
from reidviz.models.mtdnet import MTDnet, initialise
from reidviz.models.variants import build
from reidviz.training import devices
from reidviz.training.distributed import Team
from reidviz.training.job import Job
from reidviz.training.marked_pairs import marked_images, marked_pairs
from reidviz.training.sampler import PositivePairs, positives
from reidviz.training.trainer import Pooled, Source, Trainer

Part = tuple[Dataset, Split]
"""A data set, and the split whose training persons are meant."""


def pooled_with(job: Job) -> list[Part]:
    """The further data sets whose persons are trained on beside the first one's."""
    loaded = [(load(one.data), one.protocol) for one in job.also]
    if job.source is not None and job.variant != "mtdnet-cross":
        source = load(job.source)
        loaded.append((source, default_protocol(source)))
    return [(dataset, split(dataset, protocol)) for dataset, protocol in loaded]


def build_trainer(job: Job, parts: list[Part], device: torch.device, team: Team, progress: Progress) -> Trainer:
    """The trainer of a job before its first step, for the training persons of its data sets, the first one first.

    Raises ReidvizError for a start that does not fit, and when the network does not fit in memory.
    """
    torch.manual_seed(job.seed)
    network = build(job.variant, job.recipe.architecture)
    initialise(network)
    if job.init is not None:
        initialise_from(network, job.init)
    source_network = _source_copy(job) if job.variant == "mtdnet-cross" else None
    if source_network is not None and job.source is not None:
        found = load(job.source)
        parts = [*parts, (found, split(found, default_protocol(found)))]
    images = [_images(job, *part, team, progress) for part in parts]
    starts = np.cumsum([0, *map(len, images)]).tolist()
    first, *further = (Pooled(_pairs(*part), start) for part, start in zip(parts, starts, strict=False))
    source = None
    if source_network is not None:
        last = further.pop()
        source = Source(last.data, last.start, source_network)
    marked = None
    if job.marks:
        dataset, trained = parts[0]
        marked = marked_pairs(dataset, trained.train, job.marks, starts[-1])
        images.append(_images(job, dataset, replace(trained, train=marked_images(dataset, job.marks)), team, progress))
    try:
        on_device = devices.placed(torch.from_numpy(np.concatenate(images)), device)
        return Trainer(network, job.recipe, on_device, first.data, job.seed, device, team, source, further, marked)
    except (RuntimeError, MemoryError) as error:
        if not devices.out_of_memory(error):
            raise
        raise ReidvizError(
            f"The network does not fit in the memory of {devices.name_of(device)}.",
            "Choose a smaller architecture, or end other programs that use it.",
        ) from error


def _pairs(dataset: Dataset, parts: Split) -> PositivePairs:
    return positives(dataset.identities[parts.train], dataset.cameras[parts.train])


def _images(job: Job, dataset: Dataset, parts: Split, team: Team, progress: Progress) -> npt.NDArray[np.uint8]:
    """The training images of a split."""
    pixels = Pixels(dataset, job.recipe.architecture.height, job.recipe.architecture.width)
    if team.rank == 0:
        pixels.fill(parts.train, progress)
    team.wait()
    return pixels[parts.train]


def _source_copy(job: Job) -> MTDnet:
    """The network that sees the source: the one the training starts from, as it is."""
    assert job.init is not None
    network, card = load_checkpoint(job.init)
    if not isinstance(network, MTDnet) or network.feature is None:
        raise ReidvizError(f"{card.name} has not learnt both tasks.", "Start mtdnet-cross from an mtdnet.")
    if replace(card.architecture, dropout=0) != replace(job.recipe.architecture, dropout=0):
        raise ReidvizError(
            f"{card.name} has another architecture than this recipe.",
            "mtdnet-cross has that of the network it starts from: use the same recipe and stem.",
        )
    return network
