"""Pairs that somebody marked as one person or two, as triplets of a training step beside those of the data's own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from reidviz.common.arrays import IntArray
from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.marks.mark import consistent, pair_of
from reidviz.training.batches import TrainingBatch
from reidviz.training.job import MarkedPair
from reidviz.training.sampler import PositivePairs


@dataclass(frozen=True, eq=False)
class MarkedPairs:
    """Marked pairs, as positions in the trainer's pixels, where the marked images stand from `start` on.

    pairs     (P, 2) images; same (P,): whether they show one person
    group     (M,) of each marked image, numbered: those linked by pairs of one person
    linked    (M,) the same, linked by the names of persons who train too
    identity  (M,) its person as the training set numbers persons, -1 where it does not train
    start     where in the pixels the marked images begin
    """

    pairs: IntArray
    same: IntArray
    group: IntArray
    linked: IntArray
    identity: IntArray
    start: int


def marked_images(dataset: Dataset, marks: Sequence[MarkedPair]) -> IntArray:
    """The positions of all marked images in Dataset.samples, ascending. ReidvizError where one is not there."""
    wanted = {image for mark in marks for image in (mark.first, mark.second)}
    found = [i for i, sample in enumerate(dataset.samples) if sample.id in wanted]
    if len(found) < len(wanted):
        raise ReidvizError(
            f"{len(wanted) - len(found):,} of {len(wanted):,} marked images are not in the data set.",
            "Take the data set that was marked.",
        )
    return np.array(found, dtype=np.int64)


def marked_pairs(dataset: Dataset, trained: IntArray, marks: Sequence[MarkedPair], start: int) -> MarkedPairs:
    """The marks of a training set, the images at the positions `trained` of the data set, without those that contradict
    one another. ReidvizError where none is left."""
    kept = consistent({pair_of(mark.first, mark.second): mark.same for mark in marks})
    if not kept:
        raise ReidvizError("These marks contradict one another: they teach nothing.", "Mark other pairs.")
    images = marked_images(dataset, marks)
    marks = [mark for mark in marks if kept.get(pair_of(mark.first, mark.second)) == mark.same]
    place = {dataset.samples[i].id: n for n, i in enumerate(images.tolist())}
    pairs = np.array([(place[mark.first], place[mark.second]) for mark in marks], dtype=np.int64).reshape(-1, 2)
    same = np.array([mark.same for mark in marks], dtype=np.int64)
    persons = np.unique(dataset.identities[trained])
    number = {name: n for n, name in enumerate(persons.tolist())}
    identity = np.array([number.get(name, -1) for name in dataset.identities[images].tolist()], dtype=np.int64)
    alike = pairs[same == 1]
    _, first, person = np.unique(identity, return_index=True, return_inverse=True)
    named = np.column_stack([np.arange(len(images)), first[person]])[identity >= 0]
    group, linked = (_components(links, len(images)) for links in (alike, np.concatenate([alike, named])))
    return MarkedPairs(pairs + start, same, group, linked, identity, start)


def _components(links: IntArray, count: int) -> IntArray:
    """Of each of so many things (count,) the number of its group; links (L, 2) are of one group."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)  # type: ignore[no-any-return]


def with_marked(
    batch: TrainingBatch, marked: MarkedPairs, data: PositivePairs, count: int, rng: np.random.Generator
) -> TrainingBatch:
    """The batch with the triplets of `count` marked pairs, or of all where there are fewer; of each kind half, where
    there are as many.

    A pair of one person is anchor and positive, either way round; the negative is an image marked as another person
    than either of them, else an image of a person of the batch whom no marks link with the anchor; where the batch has
    none the pair is passed over. A pair of two persons is anchor and negative; the
    positive is an image marked as the anchor's person, else the anchor itself, which augmentation shows anew.
    """
    chosen = _draw(marked, count, rng)
    turned = rng.integers(2, size=len(chosen))
    own = np.flatnonzero(batch.images < len(data.identities))
    rows = []
    for mark, turn in zip(chosen.tolist(), turned.tolist(), strict=True):
        anchor, other = marked.pairs[mark][:: -1 if turn else 1].tolist()
        if not marked.same[mark]:
            rows.append((anchor, _partner(marked, anchor, rng), other))
        elif (negative := _another(marked, anchor, batch.images[own], data, rng)) is not None:
            rows.append((anchor, other, negative))
    images = np.concatenate([batch.images, np.array(rows, dtype=np.int64).reshape(-1)])
    places = torch.arange(len(batch.images), len(images), device=batch.positives.device).reshape(-1, 3)
    eligible: Tensor = torch.nn.functional.pad(batch.eligible, (0, 3 * len(rows)))
    return replace(batch, images=images, eligible=eligible if batch.triplets is None else batch.eligible, marked=places)


def _draw(marked: MarkedPairs, count: int, rng: np.random.Generator) -> IntArray:
    """Rows of the pairs for one step."""
    alike, apart = (rng.permutation(np.flatnonzero(marked.same == kind)) for kind in (1, 0))
    half = count // 2
    return np.concatenate([alike[: max(half, count - len(apart))], apart[: max(count - half, count - len(alike))]])


def _partner(marked: MarkedPairs, anchor: int, rng: np.random.Generator) -> int:
    """Another image marked as the anchor's person, else the anchor."""
    mine = np.flatnonzero(marked.group == marked.group[anchor - marked.start]) + marked.start
    others = mine[mine != anchor]
    return int(rng.choice(others)) if len(others) else anchor


def _another(
    marked: MarkedPairs, anchor: int, own: IntArray, data: PositivePairs, rng: np.random.Generator
) -> int | None:
    """An image of somebody else than the anchor; None where there is none."""
    groups = marked.group[marked.pairs - marked.start]
    mine = groups == marked.group[anchor - marked.start]
    told = (marked.same == 0) & (mine[:, 0] != mine[:, 1])
    known = marked.pairs[told][~mine[told]]
    if len(known):
        return int(rng.choice(known))
    persons = marked.identity[marked.linked == marked.linked[anchor - marked.start]]
    others = own[~np.isin(data.identities[own], persons)]
    return int(rng.choice(others)) if len(others) else None
