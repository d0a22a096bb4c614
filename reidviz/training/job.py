"""What a training is asked to do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.models.variants import variant
from reidviz.training.recipe import Recipe, recipe_from

MOST_SEED = 2**31
MOST_MARKS = 20_000


@dataclass(frozen=True)
class MarkedPair:
    """Two images of the first data set, by Sample.id, that somebody marked as one person or as two."""

    first: Annotated[str, msgspec.Meta(max_length=4096)]
    second: Annotated[str, msgspec.Meta(max_length=4096)]
    same: bool


@dataclass(frozen=True)
class Also:
    """A further data set, whose training persons by that protocol train beside those of the first."""

    data: str
    protocol: str


@dataclass(frozen=True)
class Job:
    """What a training is asked to do.

    data, protocol  as on the command line; init: a checkpoint to start from, or None for fresh weights
    source  a data set that helps to train mtdnet-cross and mtdnet-aug, by the training persons of its default protocol
    also    further data sets that train with equal shares of each batch
    marks   pairs that train as positives and as hard negatives beside those of the data; whom they show is not tested
    """

    data: str
    protocol: str
    variant: str
    recipe: Recipe
    init: Path | None
    seed: int
    source: str | None = None
    also: tuple[Also, ...] = ()
    marks: tuple[MarkedPair, ...] = ()

    @property
    def marked(self) -> frozenset[str]:
        """All images that its marks show, by Sample.id."""
        return frozenset(image for mark in self.marks for image in (mark.first, mark.second))


@dataclass(frozen=True)
class Asked:
    """A Job as recipe.json keeps it."""

    data: str
    protocol: str
    variant: str
    recipe: dict[str, Any]
    init: Path | None
    seed: int
    source: str | None = None
    also: tuple[Also, ...] = ()
    marks: tuple[MarkedPair, ...] = ()


def job_from(asked: Asked) -> Job:
    """The job that a recipe.json asks for. Raises ReidvizError when it is impossible."""
    recipe = recipe_from(asked.recipe)
    rest = asked.init, asked.seed, asked.source, asked.also, asked.marks
    job = Job(asked.data, asked.protocol, asked.variant, recipe, *rest)
    check(job)
    return job


def check(job: Job) -> None:
    """Raises ReidvizError when the recipe gives the variant nothing to learn from."""
    v, r = variant(job.variant), job.recipe
    if not (v.ranking and r.ranking_weight > 0) and not (v.pairs and r.pair_weight > 0):
        raise ReidvizError(
            f"{job.variant} has nothing to learn: the loss it trains by has weight 0.", "Give that loss a weight."
        )
    if v.source and not job.source:
        raise ReidvizError(
            f"{job.variant} learns from a source data set too.", "Name one, for example synthetic:cuhk03."
        )
    if job.source and not v.source:
        raise ReidvizError(f"{job.variant} learns from no source data set.", "Choose mtdnet-cross or mtdnet-aug.")
    if job.variant == "mtdnet-cross" and job.init in (None, settings.IMAGENET):
        raise ReidvizError(
            "mtdnet-cross starts from a network trained on the source.",
            "Give a checkpoint or run of mtdnet to start from.",
        )
    if job.also and v.source:
        raise ReidvizError(f"{job.variant} has its source beside the target and no further data.", "Choose mtdnet.")
    if job.marks and job.variant == "mtdnet-cross":
        raise ReidvizError("mtdnet-cross learns from no marked pairs.", "Choose mtdnet.")
    if len(job.marks) > MOST_MARKS or any(mark.first == mark.second for mark in job.marks):
        raise ReidvizError(f"Marks are at most {MOST_MARKS:,} pairs of two images.", "Leave some out.")
    if not 0 <= job.seed <= MOST_SEED:
        raise ReidvizError(f"The seed must lie between 0 and {MOST_SEED:,}.", "Give another one.")
