"""Pictures that are the same: byte by byte, or to the eye."""

import numpy as np
import numpy.typing as npt

from reidviz.data.dataset import IntArray
from reidviz.data.doctor.facts import Facts
from reidviz.progress import Progress

NEAR = 4.0
"""Root mean square difference of two 16 x 16 grey pictures, in levels of 255 after their contrast is made alike, below
which they are near duplicates. On CUHK01 it finds two persons who stand there under two names, and nothing else."""
FLAT = 3.0
"""Standard deviation in levels of 255 below which a picture has nothing to compare."""
ROWS_AT_ONCE = 512

Groups = tuple[tuple[int, ...], ...]


def exact(facts: Facts) -> Groups:
    """Positions of pictures whose files are equal byte by byte, a group each."""
    known = np.flatnonzero(facts.digest != "")
    _, which = np.unique(facts.digest[known], return_inverse=True)
    return _groups(known, which)


def near(facts: Facts, progress: Progress) -> IntArray:
    """Pairs (P, 2) of pictures that look alike though their files differ.

    Every picture is compared with every other by the correlation of small grey pictures: |x - y|^2 = 2 (1 - r) n for
    such of equal mean and contrast.
    """
    usable = np.flatnonzero(facts.error == "")
    look = facts.look[usable].astype(np.float32)
    look -= look.mean(1, keepdims=True)
    deviation = look.std(1, keepdims=True)
    lively = deviation[:, 0] > FLAT
    usable, look, deviation = usable[lively], look[lively], deviation[lively]
    unit = look / np.maximum(np.linalg.norm(look, axis=1, keepdims=True), 1e-9)
    found = []
    for start in range(0, len(unit), ROWS_AT_ONCE):
        progress(start, len(unit), "comparing pictures")
        correlation = unit[start : start + ROWS_AT_ONCE] @ unit[start:].T
        contrast = np.minimum(deviation[start : start + ROWS_AT_ONCE], deviation[start:].T)
        alike = 2 * (1 - correlation) * np.square(contrast) < NEAR**2
        rows, columns = np.nonzero(np.triu(alike, 1))
        found.append(np.stack([usable[start + rows], usable[start + columns]], axis=1))
    pairs = np.concatenate(found) if found else np.empty((0, 2), dtype=np.int64)
    digest = facts.digest
    differ: npt.NDArray[np.bool_] = digest[pairs[:, 0]] != digest[pairs[:, 1]]
    return pairs[differ].astype(np.int64)


def joined(pairs: IntArray, count: int) -> Groups:
    """Groups of pictures that pairs (P, 2) link, directly or through others."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(pairs):
        return ()
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, which = connected_components(links, directed=False)
    linked = np.unique(pairs)
    return _groups(linked, which[linked])


def _groups(positions: IntArray, which: npt.NDArray[np.generic]) -> Groups:
    """Positions by what they share, those that share it with no other left out; in the order of their first picture."""
    order = np.lexsort((positions, which))
    parts = np.split(positions[order], np.flatnonzero(np.diff(which[order])) + 1)
    found = [tuple(int(i) for i in part) for part in parts if len(part) > 1]
    return tuple(sorted(found))
