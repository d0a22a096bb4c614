"""A sample of images that keeps the balance between persons."""

from typing import Any

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import IntArray


def by_identity(identities: npt.NDArray[Any], count: int, seed: int) -> IntArray:
    """Ascending positions of `count` images, or of all where there are no more; each person keeps the same share of
    its images up to rounding, and the same share of the persons seen once is kept.

    Systematic sampling: the images stand in line, person after person in an order drawn by seed, and are taken at
    even distances.
    """
    total = len(identities)
    if total <= count:
        return np.arange(total, dtype=np.int64)
    rng = np.random.default_rng(seed)
    persons, person = np.unique(identities, return_inverse=True)
    line = np.lexsort((rng.random(total), rng.permutation(len(persons))[person]))
    taken = (np.arange(count) * total + rng.integers(total)) // count
    return np.sort(line[taken]).astype(np.int64)
