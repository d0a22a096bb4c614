"""What can be said of an embedding in numbers: do persons keep together, and does it tell the camera?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.evaluation.embedding.sampling import by_identity

Labels = npt.NDArray[Any]
MOST_SAME = 200_000
MOST_DIFFERENT = 200_000
MOST_FOR_SILHOUETTE = 3_000
MOST_FOR_CAMERAS = 3_000
BINS = 50
FOLDS = 5


@dataclass(frozen=True, eq=False)
class Distances:
    """Euclidean distances within and between persons as histograms.

    edges            of the bins (B + 1,)
    same, different  shares of the pairs (B,), each summing to 1
    same_pairs, different_pairs  how many pairs they were counted from
    same_total, different_total  how many such pairs there are
    overlap          the sum of the smaller of both shares: 0 where a threshold tells all, 1 where they are alike
    """

    edges: npt.NDArray[np.float64]
    same: npt.NDArray[np.float64]
    different: npt.NDArray[np.float64]
    same_pairs: int
    different_pairs: int
    same_total: int
    different_total: int
    overlap: float


@dataclass(frozen=True)
class CameraBias:
    """How well a linear probe tells the camera: percent right, the mean over cameras (balanced), and chance by that
    measure, 100 / cameras; images it was measured on."""

    balanced_accuracy: float
    chance: float
    images: int


def silhouette(features: Float32Array, identities: Labels) -> tuple[float, int] | None:
    """Mean silhouette of the persons with two images or more (Rousseeuw, 1987), -1 to 1, and the images it was
    taken over, at most MOST_FOR_SILHOUETTE; None where there are no two such persons.

    Of an image: (b - a) / max(a, b), a being its mean distance to its own person and b that to the nearest other one.
    """
    from sklearn.metrics import silhouette_score

    _, person, count = np.unique(identities, return_inverse=True, return_counts=True)
    kept = np.flatnonzero(count[person] > 1)
    kept = kept[_whole_persons(person[kept], MOST_FOR_SILHOUETTE)]
    if len(np.unique(person[kept])) < 2:
        return None
    return float(silhouette_score(features[kept], person[kept])), len(kept)


def pair_distances(features: Float32Array, identities: Labels, seed: int = 0) -> Distances | None:
    """Histograms of distances of features (N, D); None where there is no pair of one person, or none of two.

    All pairs of one person, or MOST_SAME drawn by seed where there are more; of different persons MOST_DIFFERENT.
    """
    rng = np.random.default_rng(seed)
    _, person, count = np.unique(identities, return_inverse=True, return_counts=True)
    same_total = int((count * (count - 1) // 2).sum())
    different_total = len(person) * (len(person) - 1) // 2 - same_total
    same = _same_pairs(person, count, rng)
    if not len(same) or not different_total:
        return None
    different = _different_pairs(person, different_total, rng)
    near, far = (_lengths(features, pairs) for pairs in (same, different))
    edges = np.linspace(0, max(float(near.max()), float(far.max())) * (1 + 1e-6) + 1e-12, BINS + 1)
    shares = [np.histogram(values, edges)[0] / len(values) for values in (near, far)]
    overlap = float(np.minimum(*shares).sum())
    return Distances(edges, shares[0], shares[1], len(same), len(different), same_total, different_total, overlap)


def camera_bias(features: Float32Array, cameras: Labels, identities: Labels, seed: int = 0) -> CameraBias | None:
    """How well logistic regression on standardised features (N, D) tells the camera of persons it was not fitted on:
    cross-validated over FOLDS groups of persons. None where fewer than two cameras are known."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known = np.flatnonzero(cameras != "")
    known = known[by_identity(identities[known], MOST_FOR_CAMERAS, seed)]
    cameras, persons = cameras[known], identities[known]
    folds = min(FOLDS, len(np.unique(persons)))
    if len(np.unique(cameras)) < 2 or folds < 2:
        return None
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300))
    groups = GroupKFold(folds, shuffle=True, random_state=seed)
    try:
        told = cross_val_predict(probe, features[known], cameras, groups=persons, cv=groups)
    except ValueError:  # a fold without a second camera
        return None
    right = [float((told[cameras == one] == one).mean()) for one in np.unique(cameras)]
    return CameraBias(100.0 * float(np.mean(right)), 100.0 / len(right), len(known))


def _whole_persons(person: IntArray, most: int) -> IntArray:
    """Positions of whole persons, drawn by seed, of about so many images at most."""
    if len(person) <= most:
        return np.arange(len(person))
    order = np.random.default_rng(0).permutation(int(person.max()) + 1)
    counts = np.bincount(person, minlength=len(order))[order]
    chosen = order[np.cumsum(counts) <= most]
    return np.flatnonzero(np.isin(person, chosen))


def _same_pairs(person: IntArray, count: IntArray, rng: np.random.Generator) -> IntArray:
    """Pairs (P, 2) of images of one person; count: how many images each person has.

    Pairs are numbered person after person, those of one person (0, 1), (0, 2), (1, 2), (0, 3) ..., so that a few can be
    drawn without writing down all.
    """
    ends = np.cumsum(count * (count - 1) // 2)
    total = int(ends[-1]) if len(ends) else 0
    number = np.arange(total) if total <= MOST_SAME else np.sort(rng.choice(total, MOST_SAME, replace=False))
    owner = np.searchsorted(ends, number, side="right")
    within = number - (ends - count * (count - 1) // 2)[owner]
    second = ((1 + np.sqrt(1 + 8 * within)) // 2).astype(np.int64)
    first = within - second * (second - 1) // 2
    begin = (np.cumsum(count) - count)[owner]
    order = np.argsort(person, kind="stable")
    return np.stack([order[begin + first], order[begin + second]], axis=1)


def _different_pairs(person: IntArray, total: int, rng: np.random.Generator) -> IntArray:
    """Pairs (P, 2) of images of different persons: all, or drawn with replacement where there are too many."""
    if total <= MOST_DIFFERENT:
        first, second = np.triu_indices(len(person), 1)
        pairs = np.stack([first, second], axis=1)
    else:
        pairs = rng.integers(len(person), size=(MOST_DIFFERENT, 2))
    found: IntArray = pairs[person[pairs[:, 0]] != person[pairs[:, 1]]]
    return found


def _lengths(features: Float32Array, pairs: IntArray, at_once: int = 65_536) -> npt.NDArray[np.float64]:
    """The Euclidean distance of each pair (P,)."""
    found = [
        np.linalg.norm(features[part[:, 0]] - features[part[:, 1]], axis=1)
        for part in (pairs[start : start + at_once] for start in range(0, len(pairs), at_once))
    ]
    return np.concatenate(found).astype(np.float64)
