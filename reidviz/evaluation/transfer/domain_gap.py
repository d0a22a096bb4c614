"""How alike pairs of two data sets look to a network: the numbers behind "what did cross-domain training transfer?".

Features are joint features of pairs, one row a pair; a pair is of one of two kinds, same person or different persons.
"""

from dataclasses import dataclass

import numpy as np

from reidviz.common.arrays import BoolArray, Float32Array, Float64Array

FOLDS = 5
NEIGHBOURS = 10


@dataclass(frozen=True)
class Transfer:
    """What the numbers of one network say.

    domain_accuracy  percent of pairs whose data set a linear classifier tells from the joint feature (logistic
                     regression, cross-validated in folds()); the larger data set's share of the pairs is chance
    discrepancy      squared maximum mean discrepancy (Gretton et al., 2012), Gaussian kernel, median bandwidth: 0 when
                     both data sets' features are distributed alike
    agreements       of each target pair (T,): percent of its 10 nearest source pairs that are of its kind; 50 is
                     chance, and what comes out where there are no more than 10
    """

    domain_accuracy: float
    discrepancy: float
    agreements: Float64Array

    @property
    def agreement(self) -> float:
        """Their mean."""
        return float(self.agreements.mean())


def distances(target: Float32Array, source: Float32Array) -> Float32Array:
    """Euclidean distances (T, S) of features (T, D) and (S, D)."""
    from sklearn.metrics.pairwise import euclidean_distances

    return np.asarray(euclidean_distances(target, source), dtype=np.float32)


def transfer(target: Float32Array, target_same: BoolArray, source: Float32Array, source_same: BoolArray) -> Transfer:
    """The three numbers, from features (T, D) and (S, D)."""
    return Transfer(
        domain_accuracy(target, source),
        discrepancy(target, source),
        agreements(distances(target, source), target_same, source_same),
    )


def domain_accuracy(target: Float32Array, source: Float32Array) -> float:
    """Transfer.domain_accuracy: percent."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    features = np.concatenate([target, source])
    domain = np.arange(len(features)) < len(target)
    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=1000))
    parts = folds(len(target), len(source))
    return 100.0 * float(cross_val_score(classifier, features, domain, cv=parts).mean())


def folds(target: int, source: int) -> int:
    """Into how many parts so many pairs of each are divided: FOLDS, or fewer that all hold both."""
    return min(FOLDS, target, source)


def discrepancy(target: Float32Array, source: Float32Array) -> float:
    """Transfer.discrepancy, the unbiased estimate; it may fall a little below 0."""
    both = np.concatenate([target, source])
    squared = np.square(distances(both, both).astype(np.float64))
    width = float(np.median(squared[np.triu_indices(len(both), 1)]))
    kernel = np.exp(-squared / max(width, np.finfo(np.float64).tiny))
    np.fill_diagonal(kernel, 0)
    t, s = len(target), len(source)
    within = kernel[:t, :t].sum() / (t * (t - 1)) + kernel[t:, t:].sum() / (s * (s - 1))
    return float(within - 2 * kernel[:t, t:].mean())


def agreements(
    distance: Float32Array, target_same: BoolArray, source_same: BoolArray, count: int = NEIGHBOURS
) -> Float64Array:
    """Transfer.agreements (T,), from distances (T, S)."""
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :count]
    return np.asarray(100.0 * (source_same[nearest] == target_same[:, None]).mean(axis=1), dtype=np.float64)
