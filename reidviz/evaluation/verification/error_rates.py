"""Which threshold means "same person", and what errors it costs.

Likeness is a score that is larger for pairs that are more alike.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import BoolArray, Float64Array

CURVE_POINTS = 2_000


@dataclass(frozen=True, eq=False)
class Errors:
    """What each threshold costs, thresholds ascending, each (T,).

    false_match      share of pairs of different persons at or above the threshold (ISO/IEC 19795-1: FMR)
    false_non_match  share of pairs of one person below it (FNMR)
    """

    thresholds: Float64Array
    false_match: Float64Array
    false_non_match: Float64Array


def error_rates(alike: npt.NDArray[Any], same: BoolArray, threshold: float) -> tuple[float, float]:
    """False match rate and false non-match rate at one threshold."""
    return float((alike[~same] >= threshold).mean()), float((alike[same] < threshold).mean())


def errors(alike: npt.NDArray[Any], same: BoolArray) -> Errors:
    """The errors at every threshold that makes a difference, from similarities (P,): those of the pairs, and one above
    all. Raises ValueError where one kind of pair is absent."""
    if not same.any() or same.all():
        raise ValueError("errors need pairs of both kinds")
    above = np.nextafter(alike.max(), np.inf, dtype=alike.dtype)  # in single precision nothing nearer is above
    mine, theirs = (np.sort(alike[which].astype(np.float64)) for which in (same, ~same))
    thresholds = np.append(np.unique(np.concatenate([mine, theirs])), np.float64(above))
    false_match = 1 - np.searchsorted(theirs, thresholds, "left") / len(theirs)
    return Errors(thresholds, false_match, np.searchsorted(mine, thresholds, "left") / len(mine))


def equal_error(found: Errors) -> tuple[float, float]:
    """The equal-error rate and its threshold: where false matches, falling, first are no more than false non-matches;
    the rate is the mean of both there or just before, whichever lie nearer to each other."""
    after = int(np.argmax(found.false_match <= found.false_non_match))
    apart = np.abs(found.false_match - found.false_non_match)
    place = after if after == 0 or apart[after] <= apart[after - 1] else after - 1
    rate = (found.false_match[place] + found.false_non_match[place]) / 2
    return float(rate), float(found.thresholds[place])


def threshold_at(found: Errors, false_match: float) -> float:
    """The lowest threshold with no more than so many false matches."""
    return float(found.thresholds[int(np.argmax(found.false_match <= false_match))])


def area(found: Errors) -> float:
    """Area under the ROC curve, 0-1: the chance that a pair of one person is more alike than one of two persons."""
    hits = 1 - found.false_non_match
    return float(np.sum((found.false_match[:-1] - found.false_match[1:]) * (hits[:-1] + hits[1:]) / 2))


def thinned(found: Errors, points: int = CURVE_POINTS) -> Errors:
    """The curve with at most about so many points, evenly along both errors, for drawing."""
    if len(found.thresholds) <= points:
        return found
    along = np.concatenate(
        [[0.0], np.cumsum(np.abs(np.diff(found.false_match)) + np.abs(np.diff(found.false_non_match)))]
    )
    kept = np.unique(np.searchsorted(along, np.linspace(0, along[-1], points)).clip(max=len(along) - 1))
    kept = np.union1d(kept, [0, len(along) - 1])
    return Errors(found.thresholds[kept], found.false_match[kept], found.false_non_match[kept])
