"""What a process leaves that is killed: temporary files and folders, which the next server sweeps up.

Each lies beside what it is to become, under a hidden name of a form that nothing else has, and whoever writes it holds
a lock on it that ends with the process.
"""

import contextlib
import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.file_lock import Lock, is_held

STARTED = time.monotonic()
"""When this process began, by a clock that nobody sets."""
AHEAD = 60.0
"""Seconds: what was written so much later than now was written before the clock was put back."""
_OURS = re.compile(r"\.([0-9a-f]{32}(\.tmp)?|.+\.(spec|jsonl?|npy|npz|png|safetensors)\.[a-z0-9_]{8})")
_DELETED = re.compile(r"\..+\.deleted")
"""A run or a gallery that was being deleted."""


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """A hidden folder below parent, which is made where it is missing; it is gone afterwards, unless it was renamed.

    OSError when it cannot be made.
    """
    folder = parent / f".{uuid4().hex}"
    folder.mkdir(parents=True)
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def sweep(since: float | None = None) -> int:
    """Delete what killed processes left in the cache, the data folder and the runs; how many files and folders.

    What a living process holds stays, and what was written after `since`, by default the start of this process: it may
    be another's that has not locked it yet. Only one process sweeps at a time. A
    read-only server sweeps its cache alone.
    """
    try:
        lock = Lock.take(settings.cache_dir() / ".sweep")
    except ReidvizError:
        return 0
    if lock is None:
        return 0
    with lock:
        now = time.time()
        start = now - (time.monotonic() - STARTED) if since is None else since
        return sum(_swept(path, start, now + AHEAD) for path in list(_leftovers()))


def _leftovers() -> Iterator[Path]:
    """What looks like a leftover; of the data folder only what lies in it, as the images below are the user's."""
    for folder, inside, files in os.walk(settings.cache_dir()):
        found = [name for name in (*inside, *files) if _OURS.fullmatch(name)]
        inside[:] = [name for name in inside if name not in found]
        yield from (Path(folder, name) for name in found)
    if settings.read_only():
        return
    for own in (settings.data_dir(), settings.models_dir(), settings.galleries_dir()):
        yield from (path for path in _hidden(own) if _OURS.fullmatch(path.name))
    galleries = settings.galleries_dir()
    for below in (*galleries.glob("[!.]*"), *galleries.glob("[!.]*/features-*")):
        yield from (path for path in _hidden(below) if _OURS.fullmatch(path.name))
    runs = settings.runs_dir()
    yield from (path for path in (*_hidden(runs), *_hidden(galleries)) if _DELETED.fullmatch(path.name))
    for below in (path for inside in ("", "/checkpoints", "/validations") for path in runs.glob(f"[!.]*{inside}")):
        yield from (path for path in _hidden(below) if _OURS.fullmatch(path.name))


def _hidden(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.name.startswith(".")]
    except OSError:
        return []


def _swept(path: Path, start: float, end: float) -> bool:
    with contextlib.suppress(OSError):
        if path.is_symlink() or start <= path.stat().st_mtime <= end or is_held(path):
            return False
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
        return True
    return False
