"""Query expansion: a probe asks again with what it found first."""

from dataclasses import dataclass

import numpy as np

from reidviz.common.arrays import Float32Array
from reidviz.common.errors import ReidvizError

MOST = 1000
ROWS_AT_ONCE = 512


@dataclass(frozen=True)
class Expansion:
    """How a probe is expanded.

    k      gallery images that join it
    alpha  0: their plain mean with the probe (Chum et al., ICCV 2007); else each weighs as its cosine to the probe to
           that power (Radenovic et al., PAMI 2019)
    """

    k: int = 5
    alpha: float = 0.0

    def __post_init__(self) -> None:
        if not (1 <= self.k <= MOST and 0 <= self.alpha <= 100):
            raise ReidvizError(
                f"A query cannot be expanded by {self.k} images at alpha {self.alpha}.",
                f"k is 1 to {MOST}, alpha 0 to 100; often 5 and 0, or 10 and 3.",
            )


def expanded(probes: Float32Array, gallery: Float32Array, how: Expansion) -> Float32Array:
    """Probe features (P, D), each the weighted mean of itself and its nearest of gallery (G, D) by cosine, brought
    back to its own length."""
    unit = _unit(gallery)
    found = np.empty_like(probes)
    count = min(how.k, len(gallery))
    for start in range(0, len(probes), ROWS_AT_ONCE):
        mine = probes[start : start + ROWS_AT_ONCE]
        cosines = _unit(mine) @ unit.T
        nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
        weights = np.maximum(np.take_along_axis(cosines, nearest, axis=1), 0) ** how.alpha
        mean = mine + np.einsum("pk,pkd->pd", weights.astype(np.float32), gallery[nearest])
        lengths = np.linalg.norm(mine, axis=1, keepdims=True)
        found[start : start + ROWS_AT_ONCE] = _unit(mean) * lengths
    return found


def _unit(features: Float32Array) -> Float32Array:
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    found: Float32Array = features / np.maximum(lengths, np.finfo(np.float32).tiny)
    return found
