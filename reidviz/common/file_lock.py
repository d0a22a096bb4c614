"""Locks between processes that end with the process, however it ends: flock on a file."""

import fcntl
import os
from pathlib import Path

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable


class Lock:
    """A file that this process alone holds until release(), or its death."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @classmethod
    def take(cls, path: Path) -> "Lock | None":
        """The lock, or None when another process (or another Lock of this one) has it."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
        except OSError as error:
            what = f"{printable(path.name)} in {printable(path.parent.name)}"
            raise ReidvizError(f"{what} cannot be written: {error.strerror}.", "Choose another folder.") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return None
        return cls(handle)

    @property
    def handle(self) -> int:
        """The open file; a child process that inherits it holds the lock too."""
        return self._handle

    def release(self) -> None:
        """Let others have it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> "Lock":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def is_held(path: Path) -> bool:
    """Whether some living process holds the lock."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
