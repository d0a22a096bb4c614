"""Which threshold means "same person", and how far P(same) can be taken at its word.

Likeness is a score that is larger for pairs that are more alike. There are a hundred times more pairs of different
persons than of one; wherever shares of pairs are mixed, both kinds count alike, as they do in training.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import BoolArray, Float64Array
from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.scores import Scores

BINS = 10
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


@dataclass(frozen=True, eq=False)
class Reliability:
    """Of pairs by their P(same), in bins of equal width: the mean of P, the share that shows one person, and the share
    of all pairs, both kinds counting alike; only bins that hold pairs.

    error  expected calibration error: the mean distance of the first two, weighted by the third (Guo et al., 2017)
    """

    told: Float64Array
    found: Float64Array
    weight: Float64Array
    error: float


@dataclass(frozen=True, eq=False)
class OpenSet:
    """What decides a search where the person may not be in the gallery, one value a probe.

    others  the greatest likeness of a gallery picture of somebody else
    own     the greatest likeness of a true match
    """

    others: Float64Array
    own: Float64Array

    def rates(self, threshold: float) -> tuple[float, float]:
        """FPIR: share of probes that get a match at or above the threshold though their person is taken out of the
        gallery. FNIR: share of probes whose true match is below it, or behind somebody else (ISO/IEC 19795-1)."""
        missed = (self.own < threshold) | (self.own <= self.others)
        return float((self.others >= threshold).mean()), float(missed.mean())


def error_rates(alike: npt.NDArray[Any], same: BoolArray, threshold: float) -> tuple[float, float]:
    """False match rate and false non-match rate at one threshold."""
    return float((alike[~same] >= threshold).mean()), float((alike[same] < threshold).mean())


def errors(alike: npt.NDArray[Any], same: BoolArray) -> Errors:
    """The errors at every threshold that makes a difference, from similarities (P,): those of the pairs, and one above
    all. Raises ValueError where one kind of pair is absent."""
    if not same.any() or same.all():
        raise ValueError("errors need pairs of both kinds")
    mine, theirs = (np.sort(alike[which].astype(np.float64)) for which in (same, ~same))
    thresholds = np.unique(np.concatenate([mine, theirs]))
    thresholds = np.append(thresholds, np.nextafter(thresholds[-1], np.inf))
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


def reliability(probability: npt.NDArray[Any], same: BoolArray, bins: int = BINS) -> Reliability:
    """The reliability diagram of P(same) (P,)."""
    weight = np.where(same, 0.5 / max(1, same.sum()), 0.5 / max(1, (~same).sum()))
    place = np.minimum((probability * bins).astype(np.int64), bins - 1)
    sums = np.stack([np.bincount(place, v, minlength=bins) for v in (weight, weight * probability, weight * same)])
    total, told, found = sums[:, sums[0] > 0]
    told, found = told / total, found / total
    return Reliability(told, found, total, float(np.sum(total * np.abs(told - found)) / total.sum()))


def temperature(probability: npt.NDArray[Any], same: BoolArray) -> float:
    """The T for which sigmoid(log odds / T) has the least log loss, both kinds counting alike (Platt, 1999; Guo et al.,
    2017); between 0.05 and 50."""
    from scipy.optimize import minimize_scalar

    odds = log_odds(probability)
    signed = np.where(same, odds, -odds)
    weight = np.where(same, 0.5 / max(1, same.sum()), 0.5 / max(1, (~same).sum()))

    def loss(log: float) -> float:
        return float(np.sum(weight * np.logaddexp(0, -signed / np.exp(log))))

    found = minimize_scalar(loss, bounds=(np.log(0.05), np.log(50)), method="bounded")
    return float(np.exp(found.x))


def tempered(probability: npt.NDArray[Any], degrees: float) -> Float64Array:
    """P(same) at a temperature."""
    return np.asarray(1 / (1 + np.exp(-log_odds(probability) / degrees)))


def cross_tempered(
    probability: npt.NDArray[Any], same: BoolArray, persons: npt.NDArray[Any], seed: int = 0
) -> tuple[Float64Array, tuple[float, float]]:
    """P(same) of every pair at a temperature that was fitted on the pairs of other persons' probes, and the two
    temperatures: the persons (P,) of the probes are halved by seed, each half is fitted for the other."""
    names = np.unique(persons)
    half = np.random.default_rng(seed).permutation(len(names))[: len(names) // 2]
    first = np.isin(persons, names[half])
    degrees = tuple(temperature(probability[part], same[part]) for part in (~first, first))
    return np.where(first, tempered(probability, degrees[0]), tempered(probability, degrees[1])), (
        degrees[0],
        degrees[1],
    )


def log_odds(probability: npt.NDArray[Any]) -> Float64Array:
    """log P / (1 - P), P held between 1e-7 and 1 - 1e-7."""
    held = np.clip(probability.astype(np.float64), 1e-7, 1 - 1e-7)
    return np.asarray(np.log(held) - np.log1p(-held))


def open_set(scores: Scores, truth: GroundTruth) -> OpenSet:
    """The nearest somebody else and the nearest true match of each probe, as similarities; what is ignored is
    neither."""
    others, own = np.empty((2, len(truth.probes)))
    for probe in range(len(truth.probes)):
        alike = -scores.distances(probe).astype(np.float64)
        same, ignored = truth.masks(probe)
        own[probe] = alike[same].max()
        strangers = alike[~same & ~ignored]
        others[probe] = strangers.max() if len(strangers) else -np.inf
    return OpenSet(others, own)
