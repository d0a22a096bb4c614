"""Which paths somebody may name, and the one way in which files are opened that somebody named."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable

SYSTEM = (Path("/proc"), Path("/sys"))
"""Where files are none: reading one may wait for ever, or tell of the machine."""
MOST_LISTED = 512 * 1024**2
"""Bytes of a list of images."""


def allowed(path: str | Path) -> bool:
    """Whether a path may be read, links followed: one below settings.data_roots(), or any where settings.any_folder();
    never one of the system's."""
    return _below(path, settings.data_roots()) or (settings.any_folder() and not _below(path, SYSTEM))


def inside(path: str | Path, folder: str | Path) -> bool:
    """Whether what lies in a data set's folder stays there, links followed, or leads below settings.data_roots()."""
    return _below(path, (Path(folder), *settings.data_roots()))


def existing_root(path: str | Path) -> Path:
    """The absolute path of a file or folder, "~" expanded.

    ReidvizError when it is not there or not allowed, which look the same.
    """
    found = os.path.abspath(os.path.expanduser(path))
    if not allowed(found) or not os.path.exists(found):
        hint = "Check how the path is written."
        if not settings.any_folder():
            hint += " Whoever starts the server names the folders that may be read, with --data-root."
        raise ReidvizError(f"There is no folder or file {last(found)} that may be read.", hint)
    return Path(found)


def open_regular(file: Path, most_bytes: int, name: str = "") -> BinaryIO:
    """A file opened to be read: a regular one of at most so many bytes; nothing that could block is opened.

    name is what errors call it, else the last part of its path. ReidvizError for anything else, and when it is gone or
    cannot be read.
    """
    name = name or last(file)
    try:
        if _below(file, SYSTEM):
            raise _no_file(name)
        _check(os.stat(file), most_bytes, name)
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        opened = os.fdopen(handle, "rb")
        try:
            _check(os.fstat(handle), most_bytes, name)
        except BaseException:
            opened.close()
            raise
    except FileNotFoundError as error:
        raise ReidvizError(f"The file {name} does not exist.", "It may have been moved or deleted.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is none"
        raise ReidvizError(f"The file {name} cannot be read: {reason}.", "Check its permissions.") from error
    return opened


def last(path: str | Path) -> str:
    """The last part of a path, to be shown: where it lies is nobody's business."""
    return printable(os.path.basename(path) or "/")


def _check(found: os.stat_result, most_bytes: int, name: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _no_file(name)
    if found.st_size > most_bytes:
        raise ReidvizError(f"The file {name} has more than {most_bytes / 1e6:,.0f} MB.", "Save it smaller.")


def _no_file(name: str) -> ReidvizError:
    return ReidvizError(f"{name} is not a file but a folder or a device.")


def _below(path: str | Path, roots: tuple[Path, ...]) -> bool:
    try:
        real = Path(os.path.realpath(path))
        return any(real.is_relative_to(os.path.realpath(root)) for root in roots)
    except (OSError, ValueError):
        return False
