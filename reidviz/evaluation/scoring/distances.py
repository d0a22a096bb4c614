"""Squared distances of features, whichever way these were made."""

import numpy as np

from reidviz.common.arrays import Float32Array

ROWS_AT_ONCE = 512


def unit_distances(probes: Float32Array, gallery: Float32Array, out: Float32Array) -> None:
    """Squared distances (P, G) of features (P, D) and (G, D) that are unit vectors, or the means of an image's and its
    mirror image's; written to out: then the mean over mirror combinations.

    On unit vectors |f-g|^2 = 2 - 2 f.g is linear in both, so the mean distance comes from the mean features.
    """
    np.matmul(probes, gallery.T, out=out)
    out *= -2
    out += 2
    np.maximum(out, 0, out=out)


def euclidean_distances(probes: Float32Array, gallery: Float32Array, out: Float32Array) -> None:
    """Squared Euclidean distances (P, G) of any features, written to out.

    In double precision: features of other people's networks may be long, and their differences small.
    """
    theirs = gallery.astype(np.float64)
    lengths = np.einsum("gd,gd->g", theirs, theirs)
    for start in range(0, len(probes), ROWS_AT_ONCE):
        mine = probes[start : start + ROWS_AT_ONCE].astype(np.float64)
        block = mine @ theirs.T
        block *= -2
        block += lengths
        block += np.einsum("pd,pd->p", mine, mine)[:, None]
        out[start : start + ROWS_AT_ONCE] = np.maximum(block, 0)


def normalised(features: Float32Array) -> Float32Array:
    """Features (N, D) at unit length; one of no length stays as it is."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    found: Float32Array = features / np.maximum(lengths, np.finfo(np.float32).tiny)
    return found
