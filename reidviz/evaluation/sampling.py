"""A sample of pictures that keeps the balance between persons."""

from typing import Any

import numpy as np
import numpy.typing as npt

from reidviz.data.dataset import IntArray


def by_identity(identities: npt.NDArray[Any], count: int, seed: int) -> IntArray:
    """Ascending positions of `count` pictures, or of all where there are no more; each person keeps the same share of
    its pictures up to rounding."""
    if len(identities) <= count:
        return np.arange(len(identities), dtype=np.int64)
    shuffled = np.random.default_rng(seed).permutation(len(identities))
    _, person, pictures = np.unique(identities[shuffled], return_inverse=True, return_counts=True)
    by_person = np.argsort(person, kind="stable")
    starts = np.cumsum(pictures) - pictures
    place = np.empty(len(identities))
    place[by_person] = np.arange(len(identities)) - np.repeat(starts, pictures)
    share = (place + 0.5) / pictures[person]
    return np.sort(shuffled[np.argsort(share, kind="stable")[:count]]).astype(np.int64)
