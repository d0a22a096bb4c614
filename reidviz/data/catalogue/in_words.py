"""What a data set, a split of it and an image of it are, in words and counts."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from reidviz.common.words import Strong, Words
from reidviz.data.catalogue.published import differences
from reidviz.data.dataset import Dataset, Sample, Split
from reidviz.data.formats import format_of
from reidviz.data.formats.reading import unread_line


@dataclass(frozen=True)
class Part:
    """One part of a split: what it is for, its persons (nobody is none) and its images."""

    name: str
    persons: int
    images: int


def data_in_words(dataset: Dataset, split: Split) -> Words:
    """What there is, and what of it is tested."""
    cameras = len(set(dataset.cameras.tolist()) - {""})
    seen = f" by {cameras:,} cameras" if cameras else ", cameras unknown"
    of_persons = dataset.identities[np.isin(dataset.identities, dataset.persons)]
    usual = np.median(np.unique(of_persons, return_counts=True)[1])
    told: Words = (
        Strong(f"{len(dataset.persons):,} persons"),
        f"{seen} in {len(dataset.samples):,} images ({usual:.0f} a person)",
    )
    if not len(split.probes):
        return (*told, ".")
    probed = len(set(dataset.identities[split.probes].tolist()))
    trained = len(set(dataset.identities[split.train].tolist()))
    return (
        *told,
        f": {trained:,} persons train, {len(split.probes):,} probes of {probed:,} others are looked for among "
        f"{len(split.gallery):,} gallery images.",
    )


def card_notes(dataset: Dataset) -> list[str]:
    """What is to be known of its images and names, a sentence each: who is nobody, what was understood, what was not
    read, what differs from the published counts."""
    persons = Counter(dataset.identities.tolist())
    nobody = {name: count for name, count in persons.items() if name not in dataset.persons}
    found = []
    if nobody:
        found.append(
            f"{sum(nobody.values()):,} images of nobody ({', '.join(sorted(nobody))}), junk and distractors by the "
            "rules of Market-1501: they neither train nor are probed."
        )
    return [*found, *dataset.notes, *filter(None, [unread_line(dataset)]), *differences(dataset)]


def is_as_published(dataset: Dataset) -> bool:
    """Whether it has the persons, cameras and images that its owners count."""
    return format_of(dataset).counts is not None and not differences(dataset)


def parts_of(dataset: Dataset, split: Split) -> tuple[Part, ...]:
    """Who trains, who is a probe, what the gallery holds, and what is not used."""
    everybody, names = set(dataset.persons), dataset.identities
    used = np.unique(np.concatenate([split.train, split.probes, split.gallery]))
    rest = np.setdiff1d(np.arange(len(names)), used)
    named = (("training", split.train), ("probes", split.probes), ("gallery", split.gallery), ("not used", rest))
    return tuple(Part(name, len(everybody & set(names[places].tolist())), len(places)) for name, places in named)


def camera_in_words(name: str) -> str:
    """A camera below an image: "cam 2", or its name alone where that says so itself; nothing where it is not known."""
    return f"cam {name}" if name and not name.lower().startswith("cam") else name


def lines_below(sample: Sample) -> tuple[str, ...]:
    """What stands below an image: its person and, where that is known, its camera."""
    return (sample.identity, camera_in_words(sample.camera)) if sample.camera else (sample.identity,)


def split_notes(dataset: Dataset, split: Split) -> list[str]:
    """How its probes are matched, a sentence each."""
    alone = ~np.isin(dataset.identities[split.gallery], dataset.identities[split.probes])
    found = []
    if alone.any():
        found.append(f"{int(alone.sum()):,} images of the gallery are no probe's match: distractors.")
    if split.across_cameras:
        found.append("Gallery images of the probe's person by the probe's own camera are ignored.")
    if split.left_out:
        found.append(f"{len(split.left_out):,} probes cannot be matched and are left out.")
    return found
