"""The pictures of a data set at one small size, kept on disk so that each file is decoded once."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from reidviz.common import settings
from reidviz.common.array_cache import kept_array
from reidviz.common.atomic_write import what_to_do
from reidviz.common.errors import ReidvizError
from reidviz.common.leftovers import temporary_folder
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, IntArray
from reidviz.data.images.decode import picture, resize
from reidviz.data.images.render_missing import draw_missing

_ROWS_A_WRITE = 32
_THREADS = 2

Map = np.memmap[Any, np.dtype[np.uint8]]


class Pixels:
    """Rows of uint8 (height, width, 3), one a sample, in `pixels.npy`; `done.npy` says which rows are there.

    A row reaches the disk before its flag does, and all writers write the same bytes: threads and processes may fill
    one cache at once, and one that is killed loses its last rows only. Nothing is kept open between calls, so the
    cache may be deleted at any time, and this object may be sent to another process.
    """

    def __init__(self, dataset: Dataset, height: int, width: int) -> None:
        self.dataset = dataset
        self.shape = (len(dataset.samples), height, width, 3)
        self.folder = settings.cache_dir() / "pixels" / f"{dataset.cache_key}-{height}x{width}"

    def __getitem__(self, indices: IntArray) -> npt.NDArray[np.uint8]:
        """The pictures at these positions, uint8 (len(indices), height, width, 3), filled first where needed."""
        indices = np.asarray(indices, dtype=np.int64)
        rows, done = self._maps()
        if not done[indices].all():
            self.fill(indices)
            rows, done = self._maps()
            if not done[indices].all():
                raise ReidvizError("The cache of pictures was changed while in use.", "Try again.")
        return np.array(rows[indices])

    def fill(self, indices: IntArray, progress: Progress = silent) -> None:
        """Decode (or draw) the pictures at these positions that are not there yet.

        progress counts those; it is called at most some ten times a second, and what was written before it raises
        stays. ReidvizError names a picture that cannot be decoded, or says that the disk is full.
        """
        rows, done = self._maps()
        indices = np.unique(np.asarray(indices, dtype=np.int64))
        if indices.size and indices[0] < 0:
            raise IndexError(f"position {indices[0]} is negative")
        missing = indices[done[indices] == 0]
        report = _seldom(progress)
        draw_missing(self.dataset, missing.tolist(), report)
        with ThreadPoolExecutor(_THREADS) as pool:
            for start in range(0, len(missing), _ROWS_A_WRITE):
                chunk = missing[start : start + _ROWS_A_WRITE].tolist()
                what = self._what(chunk)
                report(start, len(missing), what)
                decoded = []
                for row in pool.map(self._row, chunk):
                    decoded.append(row)
                    if len(decoded) < len(chunk):
                        report(start + len(decoded), len(missing), what)
                self._write(chunk, decoded, rows.offset, done.offset)
                report(start + len(chunk), len(missing), what)

    def _row(self, index: int) -> npt.NDArray[np.uint8]:
        return resize(picture(self.dataset, index), self.shape[1], self.shape[2])

    def _what(self, chunk: list[int]) -> str:
        samples = self.dataset.samples
        draws = self.dataset.draw is not None and not all(os.path.exists(samples[i].path) for i in chunk)
        return "drawing pictures" if draws else "reading pictures"

    def _write(self, chunk: list[int], decoded: list[npt.NDArray[np.uint8]], rows_at: int, done_at: int) -> None:
        """Rows, then their flags, by write(): on a full disk a memory map would kill the process."""
        with self._disk_errors(), open(self.folder / "pixels.npy", "r+b") as file:
            for index, row in zip(chunk, decoded, strict=True):
                file.seek(rows_at + index * row.nbytes)
                file.write(row.data)
            file.flush()
            os.fsync(file.fileno())
            with open(self.folder / "done.npy", "r+b") as flags:
                for index in chunk:
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
            raise ReidvizError(f"{self.folder.name} in the cache of pictures was changed while in use.", "Try again.")
        return found

    def _opened(self) -> tuple[Map, Map] | None:
        rows, done = (kept_array(self.folder / f"{name}.npy", np.uint8) for name in ("pixels", "done"))
        if rows is None or done is None or (rows.shape, done.shape) != (self.shape, self.shape[:1]):
            return None
        return rows, done

    def _put_away(self) -> None:
        with temporary_folder(self.folder.parent) as away:
            self.folder.rename(away / self.folder.name)

    def _create(self) -> None:
        """Both files at once, by renaming a folder; whoever comes second uses what is there."""
        try:
            with temporary_folder(self.folder.parent) as temporary:
                np.lib.format.open_memmap(temporary / "pixels.npy", mode="w+", dtype=np.uint8, shape=self.shape)
                np.save(temporary / "done.npy", np.zeros(self.shape[:1], dtype=np.uint8))
                os.rename(temporary, self.folder)
        except OSError:
            if not self.folder.is_dir():
                raise

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as e:
            raise ReidvizError(
                f"The picture cache cannot be used: {e.strerror or e}.",
                what_to_do(e, "set REIDVIZ_CACHE to a folder with room"),
            ) from e


def _seldom(progress: Progress) -> Progress:
    """progress, called for the first and the last picture and at most ten times a second in between."""
    due = 0.0

    def report(done: int, total: int, what: str) -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due or done == total:
            due = now + 0.1
            progress(done, total, what)

    return report
