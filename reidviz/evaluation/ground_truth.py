"""Who is who: which gallery pictures are true matches of a probe, and which are passed over."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from reidviz.data.dataset import Dataset, IntArray, Split

BoolArray = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.str_] | IntArray


@dataclass(frozen=True, eq=False)
class Truth:
    """The identities behind a score matrix (probes, gallery).

    probes, gallery  the identity of each picture
    probe_cameras, gallery_cameras  the camera of each picture where, as in Market-1501, gallery pictures of the
                     probe's person by the probe's own camera are passed over: neither right nor wrong; else None
    """

    probes: Labels
    gallery: Labels
    probe_cameras: Labels | None = None
    gallery_cameras: Labels | None = None

    def own(self, probes: range) -> tuple[IntArray, IntArray, BoolArray]:
        """The gallery pictures of the persons of some probes: which probe, counted from the first of these, the gallery
        position, and whether it is a true match or passed over. Three arrays as long as there are such pictures."""
        by_person, starts, ends = self._by_person
        part = slice(probes.start, probes.stop)
        counts = ends[part] - starts[part]
        rows = np.repeat(np.arange(len(probes)), counts)
        places = by_person[np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts - starts[part], counts)]
        if self.probe_cameras is None or self.gallery_cameras is None:
            return rows, places, np.ones(len(rows), dtype=bool)
        return rows, places, self.gallery_cameras[places] != self.probe_cameras[part][rows]

    def marks(self, probe: int) -> tuple[BoolArray, BoolArray]:
        """The true matches of one probe and what is passed over, as masks over the gallery, each (gallery,)."""
        _, places, right = self.own(range(probe, probe + 1))
        same, passed_over = np.zeros((2, len(self.gallery)), dtype=bool)
        same[places[right]] = True
        passed_over[places[~right]] = True
        return same, passed_over

    @cached_property
    def _by_person(self) -> tuple[IntArray, IntArray, IntArray]:
        """Gallery positions ordered by person, and where in them each probe's person begins and ends."""
        order = np.argsort(self.gallery, kind="stable").astype(np.int64)
        ordered = self.gallery[order]
        return order, np.searchsorted(ordered, self.probes, "left"), np.searchsorted(ordered, self.probes, "right")


def truth_of(dataset: Dataset, split: Split) -> Truth:
    """Who is who among the probes and the gallery of a split."""
    people = dataset.identities[split.probes], dataset.identities[split.gallery]
    if not split.across_cameras:
        return Truth(*people)
    return Truth(*people, dataset.cameras[split.probes], dataset.cameras[split.gallery])
