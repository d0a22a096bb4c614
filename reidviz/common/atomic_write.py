"""Files that are either wholly written or not at all."""

import contextlib
import errno
import fcntl
import os
import tempfile
from pathlib import Path

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable


def what_to_do(error: OSError, otherwise: str) -> str:
    """A hint that fits why a file could not be written: room, rights, or a disk that only reads. otherwise: where else
    it may be written, "choose another folder"."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"You may not write there: check the permissions, or {otherwise}."
    if error.errno == errno.EROFS:
        return f"That disk can only be read: {otherwise}."
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return f"The folder is not there: check the path, or {otherwise}."
    return f"Free some disk space, or {otherwise}."


def write_atomically(path: Path, data: bytes) -> None:
    """Temp file, fsync, rename, fsync folder: a killed process leaves the old file or the new one.

    Raises ReidvizError when the disk is full or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)  # so that nobody takes it for what a killed process left
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise not_written(printable(path.name), error) from error


def not_written(what: str, error: OSError, otherwise: str = "choose another folder") -> ReidvizError:
    """What to say of a file that could not be written; what names it, without where it lies."""
    why = error.strerror or type(error).__name__
    return ReidvizError(f"{what} could not be written: {why}.", what_to_do(error, otherwise))
