"""What a file of features or scores that somebody else made says, before it is matched with images."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import Float32Array
from reidviz.common.printable import printable

Names = npt.NDArray[np.str_]
Part = Literal["probe", "gallery", ""]


@dataclass(frozen=True, eq=False)
class Labels:
    """Who the rows of a file show where it does not name the images: persons and cameras as numbers, and the part of
    the test each row is of (N,)."""

    identities: npt.NDArray[np.int64]
    cameras: npt.NDArray[np.int64]
    parts: Names


@dataclass(frozen=True, eq=False)
class GivenFeatures:
    """Features (N, D), and the image of each row by its name (N,) or, where there are no names, by labels; neither
    where the file tells none.

    notes  what of the file was left out or understood, a sentence each
    """

    features: Float32Array
    ids: Names | None
    labels: Labels | None
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class GivenScores:
    """A matrix (P, G), the names of its probes and gallery images where the file tells them, and whether a larger
    score is nearer, None where it does not tell."""

    scores: Float32Array
    probe_ids: Names | None
    gallery_ids: Names | None
    larger_is_nearer: bool | None
    notes: tuple[str, ...]


def examples(names: list[str]) -> str:
    """The first few, to be shown."""
    return ", ".join(printable(name)[:60] for name in names[:3]) + (", …" if len(names) > 3 else "")
