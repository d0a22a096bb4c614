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
from reidviz.training.sampler import positives
from reidviz.training.trainer import Source, Trainer


def build_trainer(
    job: Job, dataset: Dataset, trained: Split, device: torch.device, team: Team, progress: Progress
) -> Trainer:
    """The trainer of a job before its first step, for the training persons of a split.

    Raises ReidvizError for a start that does not fit, and when the network does not fit in memory.
    """
    data = positives(dataset.identities[trained.train], dataset.cameras[trained.train])
    torch.manual_seed(job.seed)
    network = build(job.variant, job.recipe.architecture)
    initialise(network)
    if job.init is not None:
        initialise_from(network, job.init)
    images = _images(job, dataset, trained, team, progress)
    source = None
    if job.source is not None:
        found = load(job.source)
        parts = split(found, default_protocol(found))
        pairs = positives(found.identities[parts.train], found.cameras[parts.train])
        source = Source(pairs, len(images), _source_copy(job) if job.variant == "mtdnet-cross" else None)
        images = np.concatenate([images, _images(job, found, parts, team, progress)])
    try:
        on_device = devices.placed(torch.from_numpy(images), device)
        return Trainer(network, job.recipe, on_device, data, job.seed, device, team, source)
    except (RuntimeError, MemoryError) as error:
        if not devices.out_of_memory(error):
            raise
        raise ReidvizError(
            f"The network does not fit in the memory of {devices.name_of(device)}.",
            "Choose a smaller architecture, or end other programs that use it.",
        ) from error


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
