"""What a validation leaves to look back on, as one safetensors file: who was found, and where each image lay.

The file holds arrays by fixed names and nothing else, so that reading one needs no torch and no trust.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import open_at_once
from reidviz.models.model_card import title
from reidviz.models.variants import Kind

MOST_BYTES: Final = 20_000_000
"""Of a record, and of all records of a run."""
READ: Final[tuple[Kind, ...]] = ("distance", "probability")
"""The scores of one network that a validation ranks by."""
Positions = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class ValidationRecord:
    """One validation of a network on probes (P,) and a gallery (G,), positions in dataset.samples.

    ranks     by each kind of score, the rank of the nearest true match of every probe, from 1 (P,)
    in_front  by each kind of score, the position of the image at rank 1 of every probe (P,)
    features  the ranking features of the probes, then of the gallery, float16 (P + G, D); None where no distances rank,
              of a network that describes pairs only
    """

    probes: Positions
    gallery: Positions
    ranks: Mapping[Kind, Positions]
    in_front: Mapping[Kind, Positions]
    features: npt.NDArray[np.float16] | None

    @property
    def positions(self) -> Positions:
        """Those of the probes, then of the gallery, as the rows of features (P + G,)."""
        return np.concatenate([self.probes, self.gallery])


def as_bytes(record: ValidationRecord) -> bytes:
    """A record as the contents of its file; equal for equal ones."""
    arrays: dict[str, npt.NDArray[Any]] = {"probes": record.probes, "gallery": record.gallery}
    arrays |= {f"ranks.{kind}": found for kind, found in record.ranks.items()}
    arrays |= {f"in_front.{kind}": found for kind, found in record.in_front.items()}
    if record.features is not None:
        arrays["features"] = record.features
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def read_record(file: Path) -> ValidationRecord:
    """The record in a file that anyone may have written. ReidvizError where it is none, or larger than any."""
    arrays = _arrays(file)
    probes, gallery = (arrays.pop(name, np.empty(0)) for name in ("probes", "gallery"))
    kinds = [kind for kind in READ if f"ranks.{kind}" in arrays]
    ranks = {kind: arrays.pop(f"ranks.{kind}") for kind in kinds}
    in_front = {kind: arrays.pop(f"in_front.{kind}", np.empty(0)) for kind in kinds}
    features = arrays.pop("features", None)
    lists = [probes, gallery, *ranks.values(), *in_front.values()]
    sound = (
        not arrays
        and bool(kinds)
        and all(one.dtype == np.int32 and one.ndim == 1 and len(one) > 0 and one.min() >= 0 for one in lists)
        and all(len(one) == len(probes) for one in lists[2:])
        and all(one.min() >= 1 and one.max() <= len(gallery) for one in ranks.values())
        and all(bool(np.isin(one, gallery).all()) for one in in_front.values())
        and ("distance" in ranks) == (features is not None)
        and (features is None or _describes(features, len(probes) + len(gallery)))
    )
    if not sound:
        raise ReidvizError(f"{title(file)} is damaged: it is not the record of a validation.")
    return ValidationRecord(probes, gallery, ranks, in_front, features)


def _describes(features: npt.NDArray[Any], images: int) -> bool:
    """Whether these are features of so many images."""
    fits = features.dtype == np.float16 and features.ndim == 2 and len(features) == images and features.shape[1] > 0
    return bool(fits and np.isfinite(features).all())


def _arrays(file: Path) -> dict[str, npt.NDArray[Any]]:
    try:
        with open_at_once(file) as opened:
            seen = os.fstat(opened.fileno())
            whole = stat.S_ISREG(seen.st_mode) and seen.st_size <= MOST_BYTES
            data = opened.read(MOST_BYTES + 1) if whole else b""
    except OSError as error:
        raise ReidvizError(f"{title(file)} cannot be read: {error.strerror}.") from error
    if seen.st_size > MOST_BYTES:
        raise ReidvizError(f"{title(file)} is larger than any record of a validation.")
    try:
        return load(data)
    except (SafetensorError, ValueError, KeyError, OverflowError, TypeError) as error:
        raise ReidvizError(f"{title(file)} is damaged: it is not a safetensors file, or was cut short.") from error
