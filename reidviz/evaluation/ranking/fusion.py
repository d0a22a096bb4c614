"""Score fusion: the mix of two scores ranks better than either. The weight is fitted on validation persons, held out of
the training persons, never on test probes.

One trained MTDnet gives a distance and a probability (the multi-task dial):

    s(w) = w log P(same) - (1 - w) 4 d^2        w from 0, the ranking branch alone, to 1, the classifier alone

The 4 is a unit: it puts log P - 4 d^2, which was found useful before this was written, at w = 0.5. Scores of two models
have no common unit: their evidence (log P, -d^2, or the given score) is standardised by its mean and deviation over all
pairs of the split, whoever they show (z-score normalisation: Jain, Nandakumar, Ross, Pattern Recognition 2005):

    s(w) = w z(second) + (1 - w) z(first)
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import Float32Array
from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.ranking.ranking import rank
from reidviz.evaluation.scores import Scores
from reidviz.models.model_card import Fusion
from reidviz.models.variants import SMALLER_IS_NEARER

UNIT = 4.0
UNFITTED = 0.5
WEIGHTS = tuple(round(w, 2) for w in np.linspace(0, 1, 51).tolist())
FLAT = 1.0
"""Points of mAP."""


def fuse(distance: Scores, probability: Scores, weight: float) -> Scores:
    """The fused scores at a weight, 0-1; at its ends the distance or the probability itself."""
    if weight == 0:
        return distance
    if weight == 1:
        return probability
    return Scores("fused", _mix(distance.matrix, _log(probability.matrix), weight), probability.first_stage)


@dataclass(frozen=True)
class Standard:
    """Mean and deviation of the evidence of a model over all pairs of a split."""

    mean: float
    deviation: float


def standard_of(scores: Scores) -> Standard:
    """Measured on a whole matrix of scores."""
    found = _evidence(scores).astype(np.float64)
    return Standard(float(found.mean()), float(found.std()) or 1.0)


def fuse_models(first: Scores, second: Scores, weight: float, standards: tuple[Standard, Standard]) -> Scores:
    """The fused scores of two models at a weight, 0-1; at its ends those of the first or of the second themselves."""
    if weight in (0, 1):
        return first if weight == 0 else second
    one, other = (_standardised(scores, unit) for scores, unit in zip((first, second), standards, strict=True))
    mix: Float32Array = np.float32(1 - weight) * one + np.float32(weight) * other
    return Scores("fused", mix)


def curve(
    fused: Callable[[float], Scores], truth: GroundTruth, weights: tuple[float, ...] = WEIGHTS
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Rank-1 and mAP in percent at each weight. fused: the scores at a weight."""
    rankings = [rank(fused(weight), truth) for weight in weights]
    return tuple(r.cmc_at(1) for r in rankings), tuple(r.mean_average_precision() for r in rankings)


def fit(fused: Callable[[float], Scores], truth: GroundTruth, measured_on: str) -> Fusion:
    """The middle of the weights around the best one whose mAP on validation persons is within FLAT of it: which of them
    is best is chance where persons are few."""
    rank1, mean = curve(fused, truth)
    best = np.flatnonzero(np.array(mean) >= max(mean) - 1e-9)
    low = high = int(best[(len(best) - 1) // 2])
    while low > 0 and mean[low - 1] > max(mean) - FLAT:
        low -= 1
    while high < len(mean) - 1 and mean[high + 1] > max(mean) - FLAT:
        high += 1
    return Fusion(
        weight=WEIGHTS[(low + high) // 2],
        low=WEIGHTS[low],
        high=WEIGHTS[high],
        measured_on=measured_on,
        probes=len(truth.probes),
        gallery=len(truth.gallery),
        weights=WEIGHTS,
        rank1=tuple(round(value, 2) for value in rank1),
        mAP=tuple(round(value, 2) for value in mean),
    )


def _evidence(scores: Scores) -> Float32Array:
    """A score that grows with similarity."""
    if scores.kind == "probability":
        return _log(scores.matrix)
    return np.negative(scores.matrix) if scores.kind in SMALLER_IS_NEARER else scores.matrix


def _standardised(scores: Scores, unit: Standard) -> Float32Array:
    found: Float32Array = (_evidence(scores) - np.float32(unit.mean)) / np.float32(unit.deviation)
    return found


def _log(probability: Float32Array) -> Float32Array:
    """log P, as far down as single precision goes."""
    return np.log(np.maximum(probability, np.finfo(np.float32).smallest_subnormal))


def _mix(distance: Float32Array, log: Float32Array, weight: float) -> Float32Array:
    mix: npt.NDArray[np.float32] = np.float32(weight) * log - np.float32((1 - weight) * UNIT) * distance
    return mix
