"""Score matrices on disk, so that each is computed once; they are read as memory maps.

NAME.npy holds the matrix, NAME.json how long it took. Both are there or the matrix is not used. NAME.partial is a
matrix that is being written, or was when its process ended: what is not a number is missing.
"""

import fcntl
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypedDict

import numpy as np

from reidviz.common.array_cache import kept_array
from reidviz.common.arrays import Float32Array
from reidviz.common.atomic_write import what_to_do
from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import Seconds, read_json, write_json

MOST_BYTES = 4096
PARTIAL = ".partial"

Matrix = np.memmap[tuple[int, int], np.dtype[np.float32]]


class _Took(TypedDict):
    seconds: Seconds


def read(file: Path, shape: tuple[int, int]) -> tuple[Float32Array, float] | None:
    """A kept matrix and the seconds it took, or None when there is none that is whole."""
    try:
        matrix = kept_array(file, np.float32)
        took = read_json(file.with_suffix(".json"), _Took, "What lies beside it", MOST_BYTES)
    except (OSError, ReidvizError):
        return None
    return (matrix, took["seconds"]) if matrix is not None and matrix.shape == shape else None


def write(file: Path, shape: tuple[int, int], fill: Callable[[Float32Array], float]) -> tuple[Float32Array, float]:
    """Let fill write a matrix straight to disk and return the seconds it took; then read it.

    Its room is taken beforehand: a full disk is a ReidvizError at once, not a killed process later. Where a process was
    killed or told to stop while it filled this matrix, fill gets what that one had written, and not a number for what
    is missing; where it raised a ReidvizError, nothing is kept.
    """
    with _disk_errors(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        opened, temporary = _opened(file)
    with opened:
        try:
            with _disk_errors(file):
                out = _partly_filled(opened, temporary, shape)
            seconds = fill(out)
            with _disk_errors(file):
                out.flush()
                os.chmod(temporary, 0o644)
                os.replace(temporary, file)
        except ReidvizError:
            temporary.unlink(missing_ok=True)
            raise
        except BaseException:
            if temporary.suffix != PARTIAL:
                temporary.unlink(missing_ok=True)
            raise
    try:
        write_json(file.with_suffix(".json"), {"seconds": seconds})
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    kept = read(file, shape)
    if kept is None:
        raise ReidvizError("The cache of scores was changed while in use.", "Try again.")
    return kept


def _opened(file: Path) -> tuple[BinaryIO, Path]:
    """The file to write to, which nobody else does: NAME.partial, or one of its own where somebody is at that."""
    partial = file.with_suffix(PARTIAL)
    opened = os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644), "r+b")
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.exists(partial) and os.fstat(opened.fileno()).st_ino == os.stat(partial).st_ino:
            return opened, partial
    except BlockingIOError:
        pass
    opened.close()
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    return os.fdopen(handle, "r+b"), Path(name)


def _partly_filled(opened: BinaryIO, temporary: Path, shape: tuple[int, int]) -> Matrix:
    """The matrix with what was written before, not a number elsewhere; that is on the disk before anything is added."""
    kept = kept_array(temporary, np.float32)
    if kept is None or kept.shape != shape:
        _reserve(opened, shape)
    out: Matrix = np.load(temporary, mmap_mode="r+")
    return out


def _reserve(opened: BinaryIO, shape: tuple[int, int]) -> None:
    """Take room for a matrix and write that nothing in it is a number; the file is held as long as it is open.

    The header comes last: without it the file is no matrix, so that zeros of a room just taken never pass as scores.
    """
    fcntl.flock(opened, fcntl.LOCK_EX)
    header = io.BytesIO()
    described = np.lib.format.header_data_from_array_1_0(np.empty((0, shape[1]), np.float32))
    np.lib.format.write_array_header_1_0(header, described | {"shape": shape})
    start = header.tell()
    opened.truncate(0)
    os.posix_fallocate(opened.fileno(), start, 4 * shape[0] * shape[1])
    opened.seek(start)
    row = np.full(shape[1], np.nan, np.float32).tobytes()
    for _ in range(shape[0]):
        opened.write(row)
    opened.flush()
    os.fsync(opened.fileno())
    opened.seek(0)
    opened.write(header.getvalue())
    opened.flush()


@contextmanager
def _disk_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ReidvizError(
            f"The scores could not be written to the cache: {error.strerror or error}.",
            what_to_do(error, "set REIDVIZ_CACHE to a folder with room"),
        ) from error
