"""Which pictures a training step sees: triplets drawn at random as the release does, or batches of identities."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reidviz.data.dataset import IntArray
from reidviz.errors import ReidvizError


@dataclass(frozen=True, eq=False)
class Positives:
    """Every ordered pair (anchor, positive) of a training set: one person, two cameras, in both directions.

    pairs       (N, 2) positions in the training set
    identities  (samples,) numbered persons
    cameras     (samples,) numbered cameras, all alike where cameras are unknown
    """

    pairs: IntArray
    identities: IntArray
    cameras: IntArray


@dataclass(frozen=True, eq=False)
class Batch:
    """Distinct pictures and how they are used.

    images     (U,) positions in the training set
    positives  (N, 2) anchor and positive, positions in images
    eligible   (N, U) which pictures may be the negative: another person in the camera of the positive
    """

    images: IntArray
    positives: IntArray
    eligible: npt.NDArray[np.bool_]


def positives(identities: npt.NDArray[np.str_], cameras: npt.NDArray[np.str_]) -> Positives:
    """All positive pairs of samples labelled by identity and camera ("" where unknown), each (samples,).

    Raises ReidvizError when no person is seen twice, or there is only one person.
    """
    ids = np.unique(identities, return_inverse=True)[1].astype(np.int64)
    cams = np.unique(cameras, return_inverse=True)[1].astype(np.int64)
    unknown = bool((cameras == "").all())
    found: list[tuple[int, int]] = []
    order = np.argsort(ids, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(ids[order])) + 1):
        found += [(i, j) for i in members for j in members if i != j and (unknown or cams[i] != cams[j])]
    if not found or ids.max(initial=0) < 1:
        raise ReidvizError(
            "There is nothing to train on: no two persons, or no person seen by two cameras.",
            "Check that identity and camera are read right from the file names.",
        )
    return Positives(np.array(found, dtype=np.int64), ids, cams)


def release_batch(
    data: Positives, triplets: int, negatives: int, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """The release's triplets: random positive pairs, each with that many others from the camera of the positive.

    The triplets of a pair follow one another, as where the list is written; the last pair may get fewer.
    Returns the distinct pictures used (U,) and the triplets (triplets, 3) as positions in them.
    """
    pairs = data.pairs[rng.integers(len(data.pairs), size=-(-triplets // negatives))]
    drawn = []
    for a, p in pairs:
        others = np.flatnonzero(eligible_negatives(data, a, p))
        chosen = rng.choice(others, size=negatives, replace=len(others) < negatives)
        drawn.append(np.column_stack([np.broadcast_to((a, p), (negatives, 2)), chosen]))
    images, flat = np.unique(np.concatenate(drawn)[:triplets], return_inverse=True)
    return images, flat.reshape(triplets, 3).astype(np.int64)


def eligible_negatives(data: Positives, anchor: int, positive: int) -> npt.NDArray[np.bool_]:
    """Pictures (samples,) of other persons in the positive's camera; of any camera where that one shows nobody else."""
    other = data.identities != data.identities[anchor]
    same_camera: npt.NDArray[np.bool_] = other & (data.cameras == data.cameras[positive])
    return same_camera if same_camera.any() else other


def identity_batch(data: Positives, persons: int, shots: int, rng: np.random.Generator) -> Batch:
    """`persons` distinct identities, each with a random positive pair and further random pictures up to `shots`.

    There are fewer where the training set has fewer. Positives are all pairs over two cameras, in both directions.
    """
    pair_identity = data.identities[data.pairs[:, 0]]
    shuffled = rng.permutation(len(data.pairs))
    _, first = np.unique(pair_identity[shuffled], return_index=True)
    pairs = data.pairs[rng.permutation(shuffled[first])[:persons]]
    images = pairs.T.reshape(-1)
    if shots > 2:
        chosen = np.isin(data.identities, data.identities[pairs[:, 0]])
        chosen[images] = False
        spare = rng.permutation(np.flatnonzero(chosen))
        spare = spare[np.argsort(data.identities[spare], kind="stable")]
        _, start, count = np.unique(data.identities[spare], return_index=True, return_counts=True)
        place = np.arange(len(spare)) - np.repeat(start, count)
        images = np.concatenate([images, spare[place < shots - 2]])
    ids, cams = data.identities[images], data.cameras[images]
    other = ids[:, None] != ids[None, :]
    same_camera = cams[:, None] == cams[None, :]
    unknown = bool((data.cameras == data.cameras[0]).all())
    alike = ~other & (~np.eye(len(ids), dtype=bool) if unknown else ~same_camera)
    positives = np.argwhere(alike).astype(np.int64)
    eligible = other[positives[:, 0]] & same_camera[positives[:, 1]]
    alone = ~eligible.any(axis=1)
    eligible[alone] = other[positives[alone, 0]]
    return Batch(images, positives, eligible)
