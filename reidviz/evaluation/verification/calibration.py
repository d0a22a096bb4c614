"""How far P(same) can be taken at its word, the temperature that mends it, and P(same) of a score that is none.

There are a hundred times more pairs of different persons than of one: both kinds count alike here, as they do in
training.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import BoolArray, Float64Array

BINS = 10


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
    first = _half(persons, seed)
    degrees = tuple(temperature(probability[part], same[part]) for part in (~first, first))
    return np.where(first, tempered(probability, degrees[0]), tempered(probability, degrees[1])), (
        degrees[0],
        degrees[1],
    )


@dataclass(frozen=True)
class Logistic:
    """P(same) of a score that is none: 1 / (1 + exp(-(offset + slope x similarity)))."""

    slope: float
    offset: float

    def probability(self, similarity: npt.NDArray[Any]) -> Float64Array:
        """Of scores that are larger for pairs that are more alike."""
        return np.asarray(1 / (1 + np.exp(-np.clip(self.offset + self.slope * similarity.astype(np.float64), -50, 50))))


def logistic(similarity: npt.NDArray[Any], same: BoolArray) -> Logistic:
    """The logistic curve (Platt, 1999) with the least log loss on pairs (P,), both kinds counting alike."""
    from sklearn.linear_model import LogisticRegression

    values = similarity.astype(np.float64)
    mean, deviation = float(values.mean()), float(values.std()) or 1.0
    fitted = LogisticRegression(class_weight="balanced").fit(((values - mean) / deviation)[:, None], same)
    slope = float(fitted.coef_[0, 0]) / deviation
    return Logistic(slope, float(fitted.intercept_[0]) - slope * mean)


def cross_logistic(
    similarity: npt.NDArray[Any], same: BoolArray, persons: npt.NDArray[Any], seed: int = 0
) -> tuple[Float64Array, tuple[Logistic, Logistic]]:
    """P(same) of every pair by a curve that was fitted on the pairs of other persons' probes, and both curves."""
    first = _half(persons, seed)
    one, other = (logistic(similarity[part], same[part]) for part in (~first, first))
    return np.where(first, one.probability(similarity), other.probability(similarity)), (one, other)


def _half(persons: npt.NDArray[Any], seed: int) -> BoolArray:
    """The pairs (P,) whose probe is one of a seeded half of the persons."""
    names = np.unique(persons)
    half: BoolArray = np.isin(persons, names[np.random.default_rng(seed).permutation(len(names))[: len(names) // 2]])
    return half


def log_odds(probability: npt.NDArray[Any]) -> Float64Array:
    """log P / (1 - P), P held between 1e-7 and 1 - 1e-7."""
    held = np.clip(probability.astype(np.float64), 1e-7, 1 - 1e-7)
    return np.asarray(np.log(held) - np.log1p(-held))
