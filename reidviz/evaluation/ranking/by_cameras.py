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
    hits, theirs = hits_by_camera(scores, truth, gallery)
    mine = sorted(set(probes.tolist()))
    rows = [hits[probes == name] for name in mine]
    right = np.array([np.nansum(part, axis=0) for part in rows])
    count = np.array([(~np.isnan(part)).sum(axis=0) for part in rows], dtype=np.int64)
    share = np.where(count > 0, 100 * right / np.maximum(count, 1), np.nan)
    return share, count, mine, theirs


def hits_by_camera(scores: Scores, truth: GroundTruth, gallery: Names) -> tuple[Float64Array, list[str]]:
    """Whether the nearest image by each camera shows a probe's person (P, B): 1 or 0, or not a number where that camera
    has no true match; and the cameras' names. gallery: the camera of each image."""
    theirs = sorted(set(gallery.tolist()))
    columns = [np.flatnonzero(gallery == name) for name in theirs]
    hits = np.full((len(truth.probes), len(theirs)), np.nan)
    for probe in range(len(truth.probes)):
        same, ignored = truth.masks(probe)
        distances = scores.distances(probe)
        for place, images in enumerate(columns):
            own = images[same[images]]
            if len(own):
                others = images[~same[images] & ~ignored[images]]
                hits[probe, place] = distances[own].min() < distances[others].min(initial=np.inf)
    return hits, theirs
