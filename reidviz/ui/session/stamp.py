"""What tells that files have changed."""

import os
from pathlib import Path


def stamp_of(*files: Path | str) -> tuple[int, ...]:
    """Which files these are and when they were written; 0 where one cannot be seen."""
    found = []
    for file in files:
        try:
            seen = os.stat(file)
        except (OSError, ValueError):
            found += [0, 0]
        else:
            found += [seen.st_ino, seen.st_mtime_ns]
    return tuple(found)
