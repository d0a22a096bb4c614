"""A split without some persons: those somebody marked, so that what the marks taught is tested on others."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset, Split


def touched_persons(dataset: Dataset, images: Collection[str]) -> frozenset[str]:
    """Whom these images show, by Sample.id; an image of nobody counts as one by itself (Dataset.individuals)."""
    wanted = frozenset(images)
    return frozenset(
        str(name) for one, name in zip(dataset.samples, dataset.individuals, strict=True) if one.id in wanted
    )


def untouched(dataset: Dataset, split: Split, images: Collection[str]) -> Split:
    """The split without the probes and gallery images of all persons whom these images show; training stays.

    The split itself where it tests none of them. ReidvizError where it tests nobody else.
    """
    persons = np.array(sorted(touched_persons(dataset, images)) or [""])
    probes, gallery = (~np.isin(dataset.individuals[part], persons) for part in (split.probes, split.gallery))
    if probes.all() and gallery.all():
        return split
    if not probes.any():
        raise ReidvizError(
            f"All persons that {split.protocol} tests were marked: nobody is left to test what the marks taught.",
            "Mark fewer persons, or take another protocol. Verify keeps half of the persons for the test.",
        )
    tested = len(np.unique(dataset.identities[split.probes[probes]]))
    gone = len(np.unique(dataset.identities[split.probes])) - tested
    note = f"{gone:,} of {gone + tested:,} persons were marked to teach a model: all are compared on the others alone."
    frames = (
        tuple(one for one, stays in zip(split.probe_frames, probes, strict=True) if stays) if split.probe_frames else ()
    )
    behind = (
        tuple(one for one, stays in zip(split.gallery_frames, gallery, strict=True) if stays)
        if split.gallery_frames
        else ()
    )
    return replace(
        split,
        probes=split.probes[probes],
        gallery=split.gallery[gallery],
        probe_frames=frames,
        gallery_frames=behind,
        notes=(*split.notes, note),
    )
