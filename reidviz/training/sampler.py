"""Which images a training step sees: triplets drawn at random as the release does, or batches of identities.

The pairs of a training set are numbered, never listed: what a batch costs does not depend on how many there are.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import IntArray
from reidviz.common.errors import ReidvizError


class Stretch(NamedTuple):
    """Where in an order each image finds its like side by side: the place of the first, and how many they are."""

    start: IntArray
    size: IntArray


@dataclass(frozen=True, eq=False)
class PositivePairs:
    """Every ordered pair (anchor, positive) of a training set: one person, two cameras, in both directions.

    Where nobody is seen by two cameras, or none is known, any two images of a person are a pair.

    identities  (samples,) numbered persons
    cameras     (samples,) numbered cameras, all alike where cameras are unknown
    across      whether the images of a pair are by two cameras
    by_person   (samples,) the images by person, then camera; there stand side by side
                person  those of the same person
                apart   those of them that make no pair: by the same camera, or the image alone
    by_camera   (samples,) the images by camera, then person; there stand side by side
                camera  those by the same camera
                own     those of them of the same person
    ends        (samples,) along by_person, the number of pairs whose anchor stands there or before
    paired      (persons, 2) the first pair and the end of the pairs of each person who has some
    """

    identities: IntArray
    cameras: IntArray
    across: bool
    by_person: IntArray
    person: Stretch
    apart: Stretch
    by_camera: IntArray
    camera: Stretch
    own: Stretch
    ends: IntArray
    paired: IntArray

    def __len__(self) -> int:
        return int(self.ends[-1])

    def pairs(self, numbers: IntArray) -> IntArray:
        """The pairs (N, 2) of these numbers, from 0 to len(self) - 1, as positions in the training set."""
        place = np.searchsorted(self.ends, numbers, side="right")
        anchor = self.by_person[place]
        partners = self.person.size[anchor] - self.apart.size[anchor]
        nth = numbers - (self.ends[place] - partners)
        partner = _around(self.person.start[anchor] + nth, self.apart.start[anchor], self.apart.size[anchor])
        return np.column_stack([anchor, self.by_person[partner]])


@dataclass(frozen=True, eq=False)
class SampledBatch:
    """Distinct images and how they are used.

    images     (U,) positions in the training set
    positives  (N, 2) anchor and positive, positions in images
    eligible   (N, U) which images may be the negative: another person in the camera of the positive
    """

    images: IntArray
    positives: IntArray
    eligible: npt.NDArray[np.bool_]


def positives(identities: npt.NDArray[np.str_], cameras: npt.NDArray[np.str_]) -> PositivePairs:
    """The positive pairs of samples labelled by identity and camera ("" where unknown), each (samples,).

    Raises ReidvizError when there is only one person, or nobody has two images.
    """
    ids = np.unique(identities, return_inverse=True)[1].astype(np.int64)
    cams = np.unique(cameras, return_inverse=True)[1].astype(np.int64)
    views = ids * (cams.max(initial=0) + 1) + cams
    by_person, by_camera = np.lexsort((cams, ids)), np.lexsort((ids, cams))
    person, apart = _stretch(by_person, ids), _stretch(by_person, views)
    across = bool((apart.size < person.size).any())
    if not across:
        apart = _stretch(by_person, np.arange(len(ids)))
    partners = (person.size - apart.size)[by_person]
    if not partners.any() or ids.max() < 1:
        raise ReidvizError(
            "There is nothing to train on: it takes two persons, one of them with two images "
            f"(persons: {ids.max(initial=-1) + 1}, images: {len(ids)}).",
            "Check which images are there to train, and that their identities are read right.",
        )
    ends = np.cumsum(partners)
    first = np.unique(person.start)
    paired = np.column_stack([(ends - partners)[first], ends[np.append(first[1:], len(ids)) - 1]])
    paired = paired[paired[:, 0] < paired[:, 1]]
    camera, own = _stretch(by_camera, cams), _stretch(by_camera, views)
    return PositivePairs(ids, cams, across, by_person, person, apart, by_camera, camera, own, ends, paired)


def triplet_batch(
    data: PositivePairs, triplets: int, negatives: int, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """The release's triplets: random positive pairs, each with that many others from the camera of the positive.

    The triplets of a pair follow one another, as where the list is written; the last pair may get fewer.
    Returns the distinct images used (U,) and the triplets (triplets, 3) as positions in them.
    """
    pairs = data.pairs(rng.integers(len(data), size=-(-triplets // negatives)))
    chosen = np.concatenate([random_negatives(data, p, negatives, rng) for _, p in pairs])
    drawn = np.column_stack([pairs.repeat(negatives, axis=0), chosen])[:triplets]
    images, flat = np.unique(drawn, return_inverse=True)
    return images, flat.reshape(triplets, 3).astype(np.int64)


def random_negatives(data: PositivePairs, positive: int, count: int, rng: np.random.Generator) -> IntArray:
    """Images (count,) of other persons in the positive's camera; of any camera where that one shows nobody else.

    None is drawn twice unless there are fewer.
    """
    order, ignored = data.by_camera, data.own
    start, every = data.camera.start[positive], data.camera.size[positive]
    if every == ignored.size[positive]:
        order, ignored = data.by_person, data.person
        start, every = 0, len(order)
    others = every - ignored.size[positive]
    nth = rng.choice(others, size=count, replace=bool(others < count))
    found: IntArray = order[_around(start + nth, ignored.start[positive], ignored.size[positive])]
    return found


def pk_batch(data: PositivePairs, persons: int, shots: int, rng: np.random.Generator) -> SampledBatch:
    """`persons` distinct identities, each with a random positive pair and further random images up to `shots`.

    There are fewer where the training set has fewer. Positives are all pairs over two cameras, in both directions;
    all pairs where the training set has none over two cameras.
    """
    who = rng.choice(len(data.paired), size=min(persons, len(data.paired)), replace=False)
    first, end = data.paired[who].T
    pairs = data.pairs(rng.integers(first, end))
    spare = [_spare(data, pair, shots - 2, rng) for pair in pairs] if shots > 2 else []
    images = np.concatenate([pairs.T.reshape(-1), *spare])
    ids, cams = data.identities[images], data.cameras[images]
    other = ids[:, None] != ids[None, :]
    same_camera = cams[:, None] == cams[None, :]
    alike = ~other & (~same_camera if data.across else ~np.eye(len(ids), dtype=bool))
    positives = np.argwhere(alike).astype(np.int64)
    eligible = other[positives[:, 0]] & same_camera[positives[:, 1]]
    alone = ~eligible.any(axis=1)
    eligible[alone] = other[positives[alone, 0]]
    return SampledBatch(images, positives, eligible)


def _spare(data: PositivePairs, pair: IntArray, count: int, rng: np.random.Generator) -> IntArray:
    """Further random images of the person of a pair: `count`, or as many as there are."""
    start, every = data.person.start[pair[0]], data.person.size[pair[0]]
    drawn: IntArray = data.by_person[start + rng.choice(every, size=min(count + 2, every), replace=False)]
    return drawn[~np.isin(drawn, pair)][:count]


def _stretch(order: IntArray, kind: IntArray) -> Stretch:
    """Of each image, those of its kind (samples,); in the order they stand side by side."""
    _, first, inverse, count = np.unique(kind[order], return_index=True, return_inverse=True, return_counts=True)
    back = np.argsort(order)
    return Stretch(first[inverse][back], count[inverse][back])


def _around(places: IntArray, start: IntArray, size: IntArray) -> IntArray:
    """Places that were counted without the `size` from `start` on, counted with them."""
    return places + size * (places >= start)
