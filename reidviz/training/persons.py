"""Who trains, validates and tests a training: nobody whom marks show validates or tests what these taught."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from reidviz.data.dataset import Dataset, Split
from reidviz.data.keys import key_of
from reidviz.data.splits.protocols import split, validation
from reidviz.data.splits.untouched import touched_persons, untouched
from reidviz.training.job import Job

FEWEST = 2
"""Persons of a validation: fewer tell nothing."""


@dataclass(frozen=True, eq=False)
class Persons:
    """The persons of a training, as splits of its first data set.

    tested    by its protocol, without those whom marks show
    held_out  the same with training persons tested in their place; None where too few are held out and not marked
    marked    names the validation probes where marks left some of them out, "" elsewhere
    """

    tested: Split
    held_out: Split | None
    marked: str = ""

    @property
    def trained(self) -> Split:
        """The split whose training persons train."""
        return self.tested if self.held_out is None else self.held_out


def persons_of(dataset: Dataset, job: Job, taught: Collection[str]) -> Persons:
    """Whom a job trains, validates and tests. taught: the images, by Sample.id, of the marks that taught its start.

    ReidvizError where marks show everybody who would test it.
    """
    images = {*taught, *job.marked}
    tested = untouched(dataset, split(dataset, job.protocol), images)
    drawn = validation(dataset, tested, job.recipe.held_out, job.seed) if job.recipe.held_out else None
    if drawn is None:
        return Persons(tested, None)
    persons = set(dataset.identities[drawn.probes].tolist())
    left = persons - touched_persons(dataset, images)
    if left == persons:
        return Persons(tested, drawn)
    if len(left) < FEWEST:
        return Persons(tested, None)
    held_out = untouched(dataset, drawn, images)
    told = replace(held_out, protocol=f"{len(left)} of the training persons of {tested.protocol}")
    return Persons(tested, told, key_of(*(dataset.samples[i].id for i in told.probes)))
