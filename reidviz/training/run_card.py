"""The card of a training's weights."""

from dataclasses import asdict

from reidviz.models.model_card import FRESH, Card, Fusion, Taught, Trained
from reidviz.training.job import Job
from reidviz.training.setup import Part


def card_of(name: str, job: Job, data: list[Part], step: int, fusion: Fusion | None, taught: Taught | None) -> Card:
    """What the weights after a step are. data: all that is trained on, the first data set first."""
    dataset, _ = data[0]
    return Card(
        name=name,
        variant=job.variant,
        architecture=job.recipe.architecture,
        recipe={k: v for k, v in asdict(job.recipe).items() if k != "architecture"},
        data=dataset.name,
        data_hash=dataset.manifest_hash,
        protocol=job.protocol,
        source=job.source or "",
        also=tuple(
            Trained(further.name, further.manifest_hash, one.protocol)
            for one, (further, _) in zip(job.also, data[1:], strict=False)
        ),
        init=FRESH if job.init is None else job.init.name,
        seed=job.seed,
        iterations=step,
        fusion=fusion,
        taught=taught,
    )
