"""Rank-1 from each camera to each other: against the gallery images of one camera alone."""

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import Float64Array, IntArray
from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.scores import Scores

Names = npt.NDArray[np.str_]


def rank1_by_cameras(
    scores: Scores, truth: GroundTruth, probes: Names, gallery: Names
) -> tuple[Float64Array, IntArray, list[str], list[str]]:
    """Percent (A, B) of the probes of each camera whose nearest image by another camera shows their person, a tie
    counting against the model; how many probes have a true match there; and both cameras' names. probes, gallery: the
    camera of each image. Not a number where no probe can be matched."""
    mine, theirs = sorted(set(probes.tolist())), sorted(set(gallery.tolist()))
    columns = [np.flatnonzero(gallery == name) for name in theirs]
    right = np.zeros((len(mine), len(theirs)), dtype=np.int64)
    count = np.zeros_like(right)
    at = {name: place for place, name in enumerate(mine)}
    for probe, camera in enumerate(probes.tolist()):
        same, ignored = truth.masks(probe)
        distances = scores.distances(probe)
        for place, images in enumerate(columns):
            own = images[same[images]]
            if len(own):
                others = images[~same[images] & ~ignored[images]]
                count[at[camera], place] += 1
                nearest = distances[others].min(initial=np.inf)
                right[at[camera], place] += int(distances[own].min() < nearest)
    share = np.where(count > 0, 100 * right / np.maximum(count, 1), np.nan)
    return share, count, mine, theirs
