"""What is different here from a data set as published."""

from reidviz.data.dataset import Dataset
from reidviz.data.formats import format_of

WITHDRAWN = "DukeMTMC-reID was withdrawn by its owners in 2019 and is not offered here."


def differences(dataset: Dataset) -> tuple[str, ...]:
    """What differs from the published counts, a sentence each; nothing where none are published."""
    known = format_of(dataset)
    wanted = known.counts
    if wanted is None:
        return ()
    found = (
        (len(dataset.persons), wanted.persons, "persons"),
        (len(set(dataset.cameras.tolist()) - {""}), wanted.cameras, "cameras"),
        (len(dataset.samples), wanted.images, "images"),
    )
    return tuple(
        f"{known.title} is published with {there:,} {what}; {here:,} were found."
        for here, there, what in found
        if there is not None and here != there
    )
