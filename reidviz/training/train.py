"""A whole training: read the data, build and start the network, step, keep the result."""

import time
from dataclasses import asdict
from pathlib import Path

import torch

from reidviz import settings
from reidviz.data.formats import load
from reidviz.data.pixels import Pixels
from reidviz.data.protocols import split
from reidviz.data.triplets import positives
from reidviz.models.card import Card
from reidviz.models.checkpoint import initialise_from, save_checkpoint
from reidviz.models.mtdnet import initialise
from reidviz.models.variants import build
from reidviz.progress import Progress, silent
from reidviz.training.loop import Trainer
from reidviz.training.run_folder import Job, RunFolder

LOG_EVERY = 10


def train(job: Job, out: Path, progress: Progress = silent) -> Path:
    """Train and save; returns the path of the finished weights. Raises ReidvizError for anything the user can mend."""
    dataset = load(job.data)
    parts = split(dataset, job.protocol)
    data = positives(dataset.identities[parts.train], dataset.cameras[parts.train])
    torch.manual_seed(job.seed)
    network = build(job.variant, job.recipe.architecture)
    initialise(network)
    if job.init is not None:
        initialise_from(network, job.init)
    run = RunFolder(out, job)

    pixels = Pixels(dataset, job.recipe.architecture.height, job.recipe.architecture.width)
    pixels.fill(parts.train, progress)
    trainer = Trainer(network, job.recipe, torch.from_numpy(pixels[parts.train]).to(settings.device()), data, job.seed)
    started = time.monotonic()
    total = job.recipe.iterations
    progress(0, total, f"training {job.variant}")
    while trainer.done < total:
        step = trainer.step()
        if step.step % LOG_EVERY == 0 or step.step == total:
            run.log(asdict(step) | {"seconds": round(time.monotonic() - started, 2)})
        progress(step.step, total, f"training {job.variant} (loss {step.loss:.3f})")

    card = Card(
        name=out.name,
        variant=job.variant,
        architecture=job.recipe.architecture,
        recipe={k: v for k, v in asdict(job.recipe).items() if k != "architecture"},
        data=dataset.name,
        data_hash=dataset.manifest_hash,
        protocol=job.protocol,
        init="fresh weights" if job.init is None else job.init.name,
        seed=job.seed,
        iterations=total,
    )
    save_checkpoint(run.final, network, card)
    return run.final
