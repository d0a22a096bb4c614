"""Rows that are computed once each and kept on disk, memory-mapped: images at one size, features of a network."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from reidviz.common.array_cache import kept_array
from reidviz.common.atomic_write import what_to_do
from reidviz.common.errors import ReidvizError
from reidviz.common.leftovers import temporary_folder

Map = np.memmap[Any, Any]


class Rows:
    """An array of which any row may be there or not: `NAME.npy`, and `done.npy` that says which are.

    A row reaches the disk before its flag does, and all writers write the same bytes: threads and processes may fill
    one cache at once, and one that is killed loses its last rows only. Nothing is kept open between calls, so the
    cache may be deleted at any time, and this object may be sent to another process.
    """

    def __init__(self, folder: Path, name: str, shape: tuple[int, ...], dtype: npt.DTypeLike, what: str) -> None:
        """shape: of the whole array, its rows first; what errors call it: "The image cache"."""
        self.folder, self.name, self.shape, self.dtype, self.what = folder, name, shape, np.dtype(dtype), what

    def there(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Whether the rows at these positions are there. IndexError beyond the end, or before the start."""
        if indices.size and indices.min() < 0:
            raise IndexError(f"position {indices.min()} is negative")
        found: npt.NDArray[np.bool_] = self._maps()[1][indices] != 0
        return found

    def at(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[Any] | None:
        """The rows at these positions, in that order; None where one is not there."""
        if not self.folder.is_dir():
            return None
        rows, done = self._maps()
        return np.array(rows[indices]) if done[indices].all() else None

    def put(self, indices: Sequence[int], values: Sequence[npt.NDArray[Any]]) -> None:
        """Write rows, then their flags, by write(): on a full disk a memory map would kill the process.

        ReidvizError when the disk is full or read-only.
        """
        rows_at, done_at = (found.offset for found in self._maps())
        with self._disk_errors(), open(self.folder / f"{self.name}.npy", "r+b") as file:
            for index, row in zip(indices, values, strict=True):
                data = np.ascontiguousarray(row, dtype=self.dtype)
                file.seek(rows_at + index * data.nbytes)
                file.write(data.data)
            file.flush()
            os.fsync(file.fileno())
            with open(self.folder / "done.npy", "r+b") as flags:
                for index in indices:
                    flags.seek(done_at + index)
                    flags.write(b"\1")

    def _maps(self) -> tuple[Map, Map]:
        """The two files, memory-mapped for reading; made first where they are not, or are damaged or another's."""
        with self._disk_errors():
            if not self.folder.is_dir():
                self._create()
            found = self._opened()
            if found is None:
                self._put_away()
                self._create()
                found = self._opened()
        if found is None:
            raise ReidvizError(f"{self.what} was changed while in use.", "Try again.")
        return found

    def _opened(self) -> tuple[Map, Map] | None:
        rows = kept_array(self.folder / f"{self.name}.npy", self.dtype)
        done = kept_array(self.folder / "done.npy", np.uint8)
        if rows is None or done is None or (rows.shape, done.shape) != (self.shape, self.shape[:1]):
            return None
        return rows, done

    def _put_away(self) -> None:
        with temporary_folder(self.folder.parent) as away:
            self.folder.rename(away / self.folder.name)

    def _create(self) -> None:
        """Both files at once, by renaming a folder; whoever comes second uses what is there."""
        try:
            with temporary_folder(self.folder.parent) as made:
                np.lib.format.open_memmap(made / f"{self.name}.npy", mode="w+", dtype=self.dtype, shape=self.shape)
                np.save(made / "done.npy", np.zeros(self.shape[:1], dtype=np.uint8))
                os.rename(made, self.folder)
        except OSError:
            if not self.folder.is_dir():
                raise

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as e:
            raise ReidvizError(
                f"{self.what} cannot be used: {e.strerror or e}.",
                what_to_do(e, "set REIDVIZ_CACHE to a folder with room"),
            ) from e
