"""Datasets of an HDF5 file that somebody else made: nothing outside the file is read, no claimed size is believed."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable

_FILTERS = frozenset({1, 2, 3})
"""Deflate, shuffle and checksums. Others would have the library load plugins, or are not what MATLAB writes."""
MAX_CHUNK = 64 * 1024**2
MOST_PACKED = 1100
"""Times its stored size that a dataset may have; deflate packs no more than 1032 : 1."""


class Hdf5:
    """A file opened to be read; whatever h5py says of a damaged one becomes one sentence.

    what is a whole one in words, hint what to do about another.
    """

    def __init__(self, file: Path, what: str, hint: str) -> None:
        self.file, self.what, self.hint = file, what, hint

    def __enter__(self) -> "Hdf5":
        import h5py

        try:
            self._opened = h5py.File(self.file, "r")
        except OSError as error:
            raise self._damaged(error) from error
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._opened.close()
        if isinstance(error, Exception) and not isinstance(error, ReidvizError):  # h5py raises nearly every kind
            raise self._damaged(error) from error

    def read(self, name: Any, most: int) -> npt.NDArray[Any]:
        """A dataset of at most so many bytes, by its name at the top of the file or by a reference to it.

        ReidvizError, before a byte of it is read, when it is a link, lies in another file, is made of other datasets,
        is packed in a way that is not known, or claims to be larger than that or than what is stored can be.
        """
        dataset = self._own(name)
        self._check(dataset, most)
        found: npt.NDArray[Any] = dataset[()]
        return found

    def dimensions(self, reference: Any) -> int:
        """How many dimensions the dataset has that a reference leads to. ReidvizError where it lies in other files."""
        return int(self._own(reference).ndim)

    def _own(self, name: Any) -> Any:
        """A dataset of numbers or references, of this file and no other.

        Asked for its size, one made of other files' would open these; texts and lists have sizes of their own.
        """
        import h5py

        if isinstance(name, str) and not isinstance(self._opened.get(name, getlink=True), h5py.HardLink):
            raise self._refused(f"{name} is missing or a link")
        dataset = self._opened[name]
        if not isinstance(dataset, h5py.Dataset):
            raise self._refused("it holds a group where a dataset should be")
        if dataset.is_virtual or dataset.id.get_create_plist().get_external_count():
            raise self._refused("its images lie in other files")
        if dataset.shape is None:
            raise self._refused("it holds nothing where images should be")
        if dataset.id.get_type().get_class() not in (h5py.h5t.INTEGER, h5py.h5t.FLOAT, h5py.h5t.REFERENCE):
            raise self._refused("it holds other things than numbers")
        return dataset

    def _check(self, dataset: Any, most: int) -> None:
        made = dataset.id.get_create_plist()
        if dataset.nbytes > most:
            raise self._refused(f"it claims a dataset of {dataset.nbytes:,} bytes")
        filters = {made.get_filter(i)[0] for i in range(made.get_nfilters())}
        if not filters <= _FILTERS:
            raise self._refused("it is packed in a way that is not read")
        if dataset.chunks and int(np.prod(dataset.chunks, dtype=object)) * dataset.dtype.itemsize > MAX_CHUNK:
            raise self._refused("it is packed in pieces that are too large")
        stored = dataset.id.get_storage_size()
        if dataset.nbytes > (MOST_PACKED * stored if filters else stored):
            raise self._refused(f"it claims {dataset.nbytes:,} bytes and holds {stored:,}")

    def _refused(self, reason: str) -> ReidvizError:
        return ReidvizError(f"{printable(self.file.name)} is not {self.what}: {reason}.", self.hint)

    def _damaged(self, error: BaseException) -> ReidvizError:
        return self._refused(f"damaged ({printable(str(error))[:120]})")
