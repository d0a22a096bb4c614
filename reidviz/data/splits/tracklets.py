"""Tracklets: the frames of one person by one camera as one probe or one gallery entry."""

from dataclasses import replace

import numpy as np

from reidviz.common.arrays import IntArray
from reidviz.data.dataset import Dataset, Split
from reidviz.data.identities import is_nobody

SUFFIX = "+tracklets"
"""Behind the name of a protocol whose images are pooled to tracklets."""
NOTE = (
    "Frames of one person and camera are pooled to one tracklet: their features are averaged; a classifier sees the "
    "middle frame."
)
COLUMN = "tracklet"
"""What a list may call the column that tells the tracklets of a person and camera apart."""


def pooled(dataset: Dataset, split: Split) -> Split:
    """The split with a tracklet, told by its middle frame, in the place of its frames. Images of nobody stay alone:
    who is in them is not known."""
    probes, gallery = (_tracklets(dataset, part) for part in (split.probes, split.gallery))
    return replace(
        split,
        protocol=split.protocol + SUFFIX,
        probes=np.array(sorted(probes), dtype=np.int64),
        gallery=np.array(sorted(gallery), dtype=np.int64),
        probe_frames=tuple(probes[i] for i in sorted(probes)),
        gallery_frames=tuple(gallery[i] for i in sorted(gallery)),
        notes=(*split.notes, NOTE),
    )


def _tracklets(dataset: Dataset, positions: IntArray) -> dict[int, IntArray]:
    """The frames of each tracklet, ascending, by its middle one."""
    persons = set(dataset.persons)
    groups: dict[tuple[str, ...], list[int]] = {}
    for i in positions.tolist():
        sample = dataset.samples[i]
        alone = is_nobody(sample.identity) or sample.identity not in persons
        told = sample.id if alone else dict(sample.metadata).get(COLUMN, "")
        groups.setdefault((sample.identity, sample.camera or "", told), []).append(i)
    frames = (np.array(sorted(group), dtype=np.int64) for group in groups.values())
    return {int(group[len(group) // 2]): group for group in frames}
