"""Who is who: which gallery images are true matches of a probe, and which are ignored."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import BoolArray, IntArray
from reidviz.data.dataset import Dataset, Split

Labels = npt.NDArray[np.str_] | IntArray


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """The identities behind a score matrix (probes, gallery).

    probes, gallery  the identity of each image
    probe_cameras, gallery_cameras  the camera of each image where, as in Market-1501, gallery images of the
                     probe's person by the probe's own camera are ignored (junk): neither right nor wrong; else None
    """

    probes: Labels
    gallery: Labels
    probe_cameras: Labels | None = None
    gallery_cameras: Labels | None = None

    def same_identity(self, probes: range) -> tuple[IntArray, IntArray, BoolArray]:
        """The gallery images of the persons of some probes: which probe, counted from the first of these, the gallery
        position, and whether it is a true match or ignored. Three arrays as long as there are such images."""
        by_person, starts, ends = self._by_person
        part = slice(probes.start, probes.stop)
        counts = ends[part] - starts[part]
        rows = np.repeat(np.arange(len(probes)), counts)
        places = by_person[np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts - starts[part], counts)]
        if self.probe_cameras is None or self.gallery_cameras is None:
            return rows, places, np.ones(len(rows), dtype=bool)
        return rows, places, self.gallery_cameras[places] != self.probe_cameras[part][rows]

    def masks(self, probe: int) -> tuple[BoolArray, BoolArray]:
        """The true matches of one probe and what is ignored, as masks over the gallery, each (gallery,)."""
        _, places, right = self.same_identity(range(probe, probe + 1))
        same, ignored = np.zeros((2, len(self.gallery)), dtype=bool)
        same[places[right]] = True
        ignored[places[~right]] = True
        return same, ignored

    @cached_property
    def _by_person(self) -> tuple[IntArray, IntArray, IntArray]:
        """Gallery positions ordered by person, and where in them each probe's person begins and ends."""
        order = np.argsort(self.gallery, kind="stable").astype(np.int64)
        ordered = self.gallery[order]
        return order, np.searchsorted(ordered, self.probes, "left"), np.searchsorted(ordered, self.probes, "right")


def ground_truth(dataset: Dataset, split: Split) -> GroundTruth:
    """Who is who among the probes and the gallery of a split."""
    people = dataset.identities[split.probes], dataset.identities[split.gallery]
    if not split.across_cameras:
        return GroundTruth(*people)
    return GroundTruth(*people, dataset.cameras[split.probes], dataset.cameras[split.gallery])
